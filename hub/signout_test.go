package hub_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/sessions"
)

const (
	bye         = "https://app.example.org/bye"
	farewell    = "https://app.example.org/farewell?from=hub"
	printable   = "!\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~ & = % end"
	signOutPage = `action="/signout"`
)

// leavingApp is an app that sends people to sign out.
func (w *world) leavingApp(change ...func(*clients.Client)) *app {
	w.Helper()
	return w.app(append([]func(*clients.Client){func(c *clients.Client) {
		c.PostLogoutRedirectURIs = []string{bye, farewell}
	}}, change...)...)
}

// logout is a good request to sign out; pairs override it.
func logout(hint string, pairs ...string) string {
	v := url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {bye}, "state": {"the state"}}
	return "/oauth2/logout?" + edited(v, pairs).Encode()
}

// idToken signs the browser in to the app and returns its ID token.
func (b *browser) idToken(a *app, email string) string {
	b.w.Helper()
	return a.redeem(b.signInTo(a, email).Get("code")).str("id_token")
}

// signedIn asks without a page whether the browser is signed in.
func (b *browser) signedIn(a *app) bool {
	b.w.Helper()
	answer := b.answer(b.authorize(a.request("prompt", "none")))
	if answer.Get("code") == "" && answer.Get("error") != "login_required" {
		b.w.Errorf("prompt=none: %v", answer)
	}
	return answer.Get("code") != ""
}

func TestAnAppSignsItsPersonOutHereToo(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.leavingApp()
	for name, state := range map[string]string{"with a state": printable, "without a state": "", "with a query": "s"} {
		b := w.browser()
		hint := b.idToken(a, "ada@example.org")
		to := bye
		if name == "with a query" {
			to = farewell
		}
		p := b.open(logout(hint, "state", state, "post_logout_redirect_uri", to))
		u, err := url.Parse(p.Location)
		if err != nil || !strings.HasPrefix(p.Location, to) {
			t.Fatalf("%s: status %d, location %q", name, p.Status, p.Location)
		}
		want(t, name+": the state comes back", u.Query().Get("state"), state)
		want(t, name+": a state there is", u.Query().Has("state"), state != "")
		want(t, name+": signed in afterwards", b.signedIn(a), false)
	}
}

func TestSigningOutByPOSTIsSeenAcrossSites(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.leavingApp()
	b := w.browser()
	hint := b.idToken(a, "ada@example.org")
	form := url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {bye}, "state": {printable}}

	// A browser leaves its cookies out of such a POST, and has them again at
	// the GET it is sent to.
	p := w.browser().read(b.without(func() (*http.Response, error) { return b.PostForm(w.URL+"/oauth2/logout", form) }))
	p = b.follow(p)
	u, _ := url.Parse(p.Location)
	want(t, "the state comes back", u.Query().Get("state"), printable)
	want(t, "signed in afterwards", b.signedIn(a), false)
}

// without calls as if the browser had no cookies.
func (b *browser) without(call func() (*http.Response, error)) (*http.Response, error) {
	jar := b.Jar
	b.Jar = nil
	defer func() { b.Jar = jar }()
	return call()
}

func TestAHintThatExpiredStillNamesItsSession(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.leavingApp()
	b := w.browser()
	hint := b.idToken(a, "ada@example.org")
	w.clock.skip(20 * time.Hour)
	p := b.open(logout(hint))
	want(t, "where it leads", p.Location, bye+"?state=the+state")
	want(t, "signed in afterwards", b.signedIn(a), false)

	p = b.open(logout(hint))
	want(t, "where it leads when nobody is signed in any more", p.Location, bye+"?state=the+state")
}

func TestNothingButAGoodRequestLeadsAway(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a, other := w.leavingApp(), w.leavingApp(func(c *clients.Client) { c.PostLogoutRedirectURIs = []string{"https://other.example.org/"} })
	b := w.browser()
	r := a.redeem(b.signInTo(a, "ada@example.org").Get("code"))
	hint := r.str("id_token")
	part := strings.Split(hint, ".")
	const none = "eyJhbGciOiJub25lIn0" // {"alg":"none"}
	for name, request := range map[string]string{
		"an address nobody registered":     logout(hint, "post_logout_redirect_uri", "https://app.example.org/other"),
		"a longer path":                    logout(hint, "post_logout_redirect_uri", bye+"/"),
		"a query added":                    logout(hint, "post_logout_redirect_uri", bye+"?foo=bar"),
		"another app's address":            logout(hint, "post_logout_redirect_uri", "https://other.example.org/"),
		"a script":                         logout(hint, "post_logout_redirect_uri", "javascript:alert(1)"),
		"a redirect_uri":                   logout(hint, "post_logout_redirect_uri", callback),
		"the signature stripped":           logout(none + "." + part[1] + "."),
		"the signature cut off":            logout(part[0] + "." + part[1] + "."),
		"other claims":                     logout(part[0] + "." + part[1][1:] + "." + part[2]),
		"an access token":                  logout(r.str("access_token")),
		"no token":                         logout("x"),
		"nobody's address":                 logout(""),
		"a client_id that is not the hint": logout(hint, "client_id", other.ID),
		"a client_id of nobody":            logout("", "client_id", "nobody"),
		"another app's client_id":          logout("", "client_id", other.ID),
		"an address sent twice":            logout(hint) + "&post_logout_redirect_uri=" + url.QueryEscape(bye),
	} {
		p := b.open(request)
		if p.Status != 400 || p.Location != "" || p.Header.Get("Refresh") != "" || strings.Contains(p.Body, bye) {
			t.Errorf("%s: status %d, location %q:\n%s", name, p.Status, p.Location, p.Body)
		}
		p = w.browser().open(request)
		if p.Status != 400 || p.Location != "" || strings.Contains(p.Body, bye) {
			t.Errorf("%s, nobody signed in: status %d, location %q", name, p.Status, p.Location)
		}
	}
	want(t, "still signed in", b.signedIn(a), true)

	p := b.open(logout(hint, "post_logout_redirect_uri", "https://evil.example/"))
	p = b.submit(p, "/signout")
	want(t, "a refused request leads nowhere", p.URL.Path, "/signed-out")
	want(t, "signed in afterwards", b.signedIn(a), false)
}

func TestWithoutAHintOfThisSessionPeopleAreAsked(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	w.person("bob@example.org")
	a := w.leavingApp()
	b := w.browser()
	mine := b.idToken(a, "ada@example.org")
	for name, request := range map[string]string{
		"no parameters":             "/oauth2/logout",
		"only a state":              "/oauth2/logout?state=s",
		"only a client_id":          logout("", "client_id", a.ID),
		"Bob's hint":                logout(w.browser().idToken(a, "bob@example.org")),
		"a hint of another session": logout(w.browser().idToken(a, "ada@example.org")),
		"a logout_hint of Bob":      logout(mine, "logout_hint", "bob@example.org"),
	} {
		p := b.open(request)
		if p.Status != 200 || !strings.Contains(p.Body, signOutPage) || strings.Contains(p.Body, "signed out") {
			t.Errorf("%s: status %d, location %q:\n%s", name, p.Status, p.Location, p.Body)
		}
	}
	want(t, "still signed in", b.signedIn(a), true)
	p := b.open(logout(mine, "logout_hint", "Ada@example.org", "ui_locales", "se"))
	want(t, "with a logout_hint of her own", p.Location, bye+"?state=the+state")
}

func TestAnAppThatOnlyNamesItselfIsFollowedOnceThePersonAgrees(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.leavingApp()
	b := w.browser()
	b.signInTo(a, "ada@example.org")
	request := logout("", "client_id", a.ID, "state", printable)
	p := b.open(request)
	_, hidden, _ := form(p.Body, "/signout")
	for _, values := range hidden {
		if strings.Contains(values[0], "example.org") || strings.Contains(values[0], printable) {
			t.Errorf("the form carries %q", values[0])
		}
	}

	stranger := w.browser()
	stranger.signInTo(a, "ada@example.org")
	q := stranger.submit(stranger.open("/signout"), "/signout", "stop", hidden.Get("stop"))
	want(t, "what another browser's page leads to", q.URL.Path, "/signed-out")

	p = b.submit(p, "/signout", "post_logout_redirect_uri", "https://evil.example/", "state", "other")
	u, _ := url.Parse(p.Location)
	if !strings.HasPrefix(p.Location, bye+"?") || u.Query().Get("state") != printable {
		t.Errorf("after the person agreed: status %d, location %q", p.Status, p.Location)
	}
	want(t, "signed in afterwards", b.signedIn(a), false)

	p = b.open(request)
	if p.Location != "" || !strings.Contains(p.Body, "signed out") || !strings.Contains(p.Body, `id="back"`) {
		t.Errorf("nobody signed in: status %d, location %q:\n%s", p.Status, p.Location, p.Body)
	}
}

func TestWithNowhereToGoPeopleAreToldTheyAreSignedOut(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.leavingApp()
	for name, pairs := range map[string][]string{
		"a hint alone":      {"post_logout_redirect_uri", "", "state", ""},
		"a hint and state":  {"post_logout_redirect_uri", ""},
		"a hint and client": {"post_logout_redirect_uri", "", "client_id", a.ID},
	} {
		b := w.browser()
		p := b.open(logout(b.idToken(a, "ada@example.org"), pairs...))
		if p.Status != 200 || !strings.Contains(p.Body, "You are signed out") {
			t.Errorf("%s: status %d:\n%s", name, p.Status, p.Body)
		}
		want(t, name+": signed in afterwards", b.signedIn(a), false)
	}
}

func TestAppsAreToldInTheBrowserBeforeItGoesOn(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	const front = "https://app.example.org/out?x=1"
	full := w.leavingApp(func(c *clients.Client) { c.FrontchannelLogoutURI, c.FrontchannelLogoutSession = front, true })
	plain := w.leavingApp(func(c *clients.Client) { c.FrontchannelLogoutURI = "https://app.example.org/plain" })
	w.leavingApp(func(c *clients.Client) { c.FrontchannelLogoutURI = "https://app.example.org/not-used" })
	b := w.browser()
	hint := b.idToken(full, "ada@example.org")
	b.signInTo(plain, "ada@example.org")
	sid, _ := claimsOf(t, hint)["sid"].(string)

	p := b.open(logout(hint))
	frames := framesOf(t, p.Body)
	want(t, "frames", len(frames), 2)
	u, _ := url.Parse(frames[0])
	want(t, "the frame's own query is kept", u.Query().Get("x"), "1")
	want(t, "iss", u.Query().Get("iss"), w.URL)
	want(t, "sid", u.Query().Get("sid"), sid)
	want(t, "parameters in all", len(u.Query()), 3)
	want(t, "a frame that wants no sid", frames[1], "https://app.example.org/plain")
	want(t, "the way on without script", p.Header.Get("Refresh"), "8; url="+bye+"?state=the+state")
	policy := p.Header.Get("Content-Security-Policy")
	if !strings.HasSuffix(policy, "; frame-src https://app.example.org") {
		t.Errorf("the policy is %q", policy)
	}
	if !strings.Contains(p.Body, `href="`+bye+`?state=the&#43;state"`) && !strings.Contains(p.Body, `href="`+bye+`?state=the+state"`) {
		t.Errorf("there is no link onwards:\n%s", p.Body)
	}
	want(t, "signed in afterwards", b.signedIn(full), false)
	if other := w.browser().open(p.URL.RequestURI()); strings.Contains(other.Body, "iframe") {
		t.Error("another browser sees the page")
	}

	b.signInTo(full, "ada@example.org")
	p = b.submit(b.open("/signout"), "/signout")
	want(t, "frames when the person signs out here", len(framesOf(t, p.Body)), 1)
	if on := p.Header.Get("Refresh"); !strings.HasPrefix(on, "8; url=/signed-out?then=") {
		t.Errorf("the way on is %q", on) // to the page that says who has heard of it
	}
}

func framesOf(t *testing.T, body string) []string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "iframe" {
			out = append(out, attr(n, "src"))
		}
	}
	return out
}

func TestAnAnswerSaysBySessionStateWhichSessionItCameFrom(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.leavingApp()
	b := w.browser()
	answer := b.signInTo(a, "ada@example.org")
	first := answer.Get("session_state")
	browser := b.stateCookie()
	if browser == "" || !fits(first, a.ID, "https://app.example.org", browser) {
		t.Fatalf("session_state %q does not fit the browser state %q", first, browser)
	}
	again := b.answer(b.authorize(a.request("prompt", "none"))).Get("session_state")
	if again == first || !fits(again, a.ID, "https://app.example.org", b.stateCookie()) {
		t.Errorf("the second answer has session_state %q after %q", again, first)
	}
	refusedAnswer := w.browser().answer(w.browser().authorize(a.request("prompt", "none")))
	want(t, "session_state of an error", refusedAnswer.Get("session_state"), "")
	plain := b.signInTo(a, "ada@example.org", "scope", "files", "nonce", "")
	want(t, "session_state where nobody asked who it is", plain.Get("session_state"), "")

	b.open(logout(a.redeem(b.signInTo(a, "ada@example.org").Get("code")).str("id_token")))
	want(t, "browser state after signing out", b.stateCookie(), "")
	want(t, "browser state after signing in anew", fits(first, a.ID, "https://app.example.org", func() string {
		b.signInTo(a, "ada@example.org")
		return b.stateCookie()
	}()), false)
}

// fits does what the frame's script does (OIDC Session Management §3.2).
func fits(state, clientID, origin, browser string) bool {
	_, salt, _ := strings.Cut(state, ".")
	return state == sessions.State(clientID, origin, browser, salt)
}

// stateCookie is what the frame's script reads.
func (b *browser) stateCookie() string {
	home, _ := url.Parse(b.w.URL)
	for _, c := range b.Jar.Cookies(home) {
		if strings.HasSuffix(c.Name, "_state") {
			return c.Value
		}
	}
	return ""
}

func TestTheSessionFrameMayBeShownAnywhereAndLearnsOfSessionsThatEnded(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.leavingApp()
	here, there := w.browser(), w.browser()
	here.signInTo(a, "ada@example.org")
	there.signInTo(a, "ada@example.org")

	p := here.open("/oauth2/session")
	want(t, "X-Frame-Options", p.Header.Get("X-Frame-Options"), "")
	want(t, "policy", p.Header.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors *")
	want(t, "cookies it sets", len(p.Header.Values("Set-Cookie")), 0)
	if home := here.open("/signin?switch=1"); home.Header.Get("X-Frame-Options") != "DENY" || !strings.Contains(home.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Error("another page may be shown in a frame")
	}
	there.submit(there.open("/account"), "/account/sessions/end-all")
	if here.stateCookie() == "" {
		t.Fatal("there is no browser state to lose")
	}
	here.open("/oauth2/session")
	want(t, "browser state once the session ended elsewhere", here.stateCookie(), "")
}

func TestAHintOutlivesTheKeyThatSignedIt(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.leavingApp()
	b := w.browser()
	hint := b.idToken(a, "ada@example.org")
	if err := w.Hub.RotateSigningKeys(t.Context(), "test", false); err != nil {
		t.Fatal(err)
	}
	w.clock.skip(13 * 24 * time.Hour)
	want(t, "where an old hint leads", b.open(logout(hint)).Location, bye+"?state=the+state")
}
