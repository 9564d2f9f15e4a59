package logout_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/web/cookies"
)

func TestAnAppSignsItsPersonOutHereToo(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.LeavingApp()
	for name, state := range map[string]string{"with a state": hubtest.Printable, "without a state": "", "with a query": "s"} {
		b := w.Browser()
		hint := b.IdToken(a, "ada@example.org")
		to := hubtest.Bye
		if name == "with a query" {
			to = hubtest.Farewell
		}
		p := b.Open(hubtest.Logout(hint, "state", state, "post_logout_redirect_uri", to))
		u, err := url.Parse(p.Location)
		if err != nil || !strings.HasPrefix(p.Location, to) {
			t.Fatalf("%s: status %d, location %q", name, p.Status, p.Location)
		}
		hubtest.Want(t, name+": the state comes back", u.Query().Get("state"), state)
		hubtest.Want(t, name+": a state there is", u.Query().Has("state"), state != "")
		hubtest.Want(t, name+": signed in afterwards", b.SignedIn(a), false)
	}
}

func TestSigningOutByPOSTIsSeenAcrossSites(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.LeavingApp()
	b := w.Browser()
	hint := b.IdToken(a, "ada@example.org")
	form := url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {hubtest.Bye}, "state": {hubtest.Printable}}

	// A browser sends no cookies with the cross-site POST, but with the GET of
	// the redirect.
	p := w.Browser().Read(b.Without(func() (*http.Response, error) { return b.PostForm(w.URL+"/oauth2/logout", form) }))
	p = b.Follow(p)
	u, _ := url.Parse(p.Location)
	hubtest.Want(t, "the state comes back", u.Query().Get("state"), hubtest.Printable)
	hubtest.Want(t, "signed in afterwards", b.SignedIn(a), false)
}

func TestAHintThatExpiredStillNamesItsSession(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.LeavingApp()
	b := w.Browser()
	hint := b.IdToken(a, "ada@example.org")
	w.Clock.Skip(20 * time.Hour)
	p := b.Open(hubtest.Logout(hint))
	hubtest.Want(t, "where it leads", p.Location, hubtest.Bye+"?state=the+state")
	hubtest.Want(t, "signed in afterwards", b.SignedIn(a), false)

	p = b.Open(hubtest.Logout(hint))
	hubtest.Want(t, "where it leads when nobody is signed in any more", p.Location, hubtest.Bye+"?state=the+state")
}

func TestNothingButAGoodRequestLeadsAway(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a, other := w.LeavingApp(), w.LeavingApp(func(c *clients.Client) { c.PostLogoutRedirectURIs = []string{"https://other.example.org/"} })
	b := w.Browser()
	r := a.Redeem(b.SignInTo(a, "ada@example.org").Get("code"))
	hint := r.Str("id_token")
	part := strings.Split(hint, ".")
	const none = "eyJhbGciOiJub25lIn0" // {"alg":"none"}
	for name, request := range map[string]string{
		"an address nobody registered":     hubtest.Logout(hint, "post_logout_redirect_uri", "https://app.example.org/other"),
		"a longer path":                    hubtest.Logout(hint, "post_logout_redirect_uri", hubtest.Bye+"/"),
		"a query added":                    hubtest.Logout(hint, "post_logout_redirect_uri", hubtest.Bye+"?foo=bar"),
		"another app's address":            hubtest.Logout(hint, "post_logout_redirect_uri", "https://other.example.org/"),
		"a script":                         hubtest.Logout(hint, "post_logout_redirect_uri", "javascript:alert(1)"),
		"a redirect_uri":                   hubtest.Logout(hint, "post_logout_redirect_uri", hubtest.Callback),
		"the signature stripped":           hubtest.Logout(none + "." + part[1] + "."),
		"the signature cut off":            hubtest.Logout(part[0] + "." + part[1] + "."),
		"other claims":                     hubtest.Logout(part[0] + "." + part[1][1:] + "." + part[2]),
		"an access token":                  hubtest.Logout(r.Str("access_token")),
		"no token":                         hubtest.Logout("x"),
		"nobody's address":                 hubtest.Logout(""),
		"a client_id that is not the hint": hubtest.Logout(hint, "client_id", other.ID),
		"a client_id of nobody":            hubtest.Logout("", "client_id", "nobody"),
		"another app's client_id":          hubtest.Logout("", "client_id", other.ID),
		"an address sent twice":            hubtest.Logout(hint) + "&post_logout_redirect_uri=" + url.QueryEscape(hubtest.Bye),
	} {
		p := b.Open(request)
		if p.Status != 400 || p.Location != "" || p.Header.Get("Refresh") != "" || strings.Contains(p.Body, hubtest.Bye) {
			t.Errorf("%s: status %d, location %q:\n%s", name, p.Status, p.Location, p.Body)
		}
		p = w.Browser().Open(request)
		if p.Status != 400 || p.Location != "" || strings.Contains(p.Body, hubtest.Bye) {
			t.Errorf("%s, nobody signed in: status %d, location %q", name, p.Status, p.Location)
		}
	}
	hubtest.Want(t, "still signed in", b.SignedIn(a), true)

	p := b.Open(hubtest.Logout(hint, "post_logout_redirect_uri", "https://evil.example/"))
	p = b.Submit(p, "/signout")
	hubtest.Want(t, "a refused request leads nowhere", p.URL.Path, "/signed-out")
	hubtest.Want(t, "signed in afterwards", b.SignedIn(a), false)
}

func TestWithoutAHintOfThisSessionPeopleAreAsked(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	w.Person("bob@example.org")
	a := w.LeavingApp()
	b := w.Browser()
	mine := b.IdToken(a, "ada@example.org")
	for name, request := range map[string]string{
		"no parameters":             "/oauth2/logout",
		"only a state":              "/oauth2/logout?state=s",
		"only a client_id":          hubtest.Logout("", "client_id", a.ID),
		"Bob's hint":                hubtest.Logout(w.Browser().IdToken(a, "bob@example.org")),
		"a hint of another session": hubtest.Logout(w.Browser().IdToken(a, "ada@example.org")),
		"a logout_hint of Bob":      hubtest.Logout(mine, "logout_hint", "bob@example.org"),
	} {
		p := b.Open(request)
		if p.Status != 200 || !strings.Contains(p.Body, hubtest.SignOutPage) || strings.Contains(p.Body, "signed out") {
			t.Errorf("%s: status %d, location %q:\n%s", name, p.Status, p.Location, p.Body)
		}
	}
	hubtest.Want(t, "still signed in", b.SignedIn(a), true)
	p := b.Open(hubtest.Logout(mine, "logout_hint", "Ada@example.org", "ui_locales", "se"))
	hubtest.Want(t, "with a logout_hint of her own", p.Location, hubtest.Bye+"?state=the+state")
}

func TestAnAppThatOnlyNamesItselfIsFollowedOnceThePersonAgrees(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.LeavingApp()
	b := w.Browser()
	b.SignInTo(a, "ada@example.org")
	request := hubtest.Logout("", "client_id", a.ID, "state", hubtest.Printable)
	p := b.Open(request)
	_, hidden, _ := hubtest.Form(p.Body, "/signout")
	for _, values := range hidden {
		if strings.Contains(values[0], "example.org") || strings.Contains(values[0], hubtest.Printable) {
			t.Errorf("the form carries %q", values[0])
		}
	}

	stranger := w.Browser()
	stranger.SignInTo(a, "ada@example.org")
	q := stranger.Submit(stranger.Open("/signout"), "/signout", "stop", hidden.Get("stop"))
	hubtest.Want(t, "what another browser's page leads to", q.URL.Path, "/signed-out")

	p = b.Submit(p, "/signout", "post_logout_redirect_uri", "https://evil.example/", "state", "other")
	u, _ := url.Parse(p.Location)
	if !strings.HasPrefix(p.Location, hubtest.Bye+"?") || u.Query().Get("state") != hubtest.Printable {
		t.Errorf("after the person agreed: status %d, location %q", p.Status, p.Location)
	}
	hubtest.Want(t, "signed in afterwards", b.SignedIn(a), false)

	p = b.Open(request)
	if p.Location != "" || !strings.Contains(p.Body, "signed out") || !strings.Contains(p.Body, `id="back"`) {
		t.Errorf("nobody signed in: status %d, location %q:\n%s", p.Status, p.Location, p.Body)
	}
}

func TestWithNowhereToGoPeopleAreToldTheyAreSignedOut(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.LeavingApp()
	for name, pairs := range map[string][]string{
		"a hint alone":      {"post_logout_redirect_uri", "", "state", ""},
		"a hint and state":  {"post_logout_redirect_uri", ""},
		"a hint and client": {"post_logout_redirect_uri", "", "client_id", a.ID},
	} {
		b := w.Browser()
		p := b.Open(hubtest.Logout(b.IdToken(a, "ada@example.org"), pairs...))
		if p.Status != 200 || !strings.Contains(p.Body, "You are signed out") {
			t.Errorf("%s: status %d:\n%s", name, p.Status, p.Body)
		}
		hubtest.Want(t, name+": signed in afterwards", b.SignedIn(a), false)
	}
}

func TestAppsAreToldInTheBrowserBeforeItGoesOn(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	const front = "https://app.example.org/out?x=1"
	full := w.LeavingApp(func(c *clients.Client) { c.FrontchannelLogoutURI, c.FrontchannelLogoutSession = front, true })
	plain := w.LeavingApp(func(c *clients.Client) { c.FrontchannelLogoutURI = "https://app.example.org/plain" })
	w.LeavingApp(func(c *clients.Client) { c.FrontchannelLogoutURI = "https://app.example.org/not-used" })
	b := w.Browser()
	hint := b.IdToken(full, "ada@example.org")
	b.SignInTo(plain, "ada@example.org")
	sid, _ := hubtest.ClaimsOf(t, hint)["sid"].(string)

	p := b.Open(hubtest.Logout(hint))
	frames := framesOf(t, p.Body)
	hubtest.Want(t, "frames", len(frames), 2)
	u, _ := url.Parse(frames[0])
	hubtest.Want(t, "the frame's own query is kept", u.Query().Get("x"), "1")
	hubtest.Want(t, "iss", u.Query().Get("iss"), w.URL)
	hubtest.Want(t, "sid", u.Query().Get("sid"), sid)
	hubtest.Want(t, "parameters in all", len(u.Query()), 3)
	hubtest.Want(t, "a frame that wants no sid", frames[1], "https://app.example.org/plain")
	if on := withoutScript(p.Body); on != "8; url="+hubtest.Bye+"?state=the+state" {
		t.Errorf("the way on without script is %q", on)
	}
	hubtest.Want(t, "a second way on, which would go there twice", p.Header.Get("Refresh"), "")
	policy := p.Header.Get("Content-Security-Policy")
	if !strings.HasSuffix(policy, "; frame-src https://app.example.org") {
		t.Errorf("the policy is %q", policy)
	}
	if !strings.Contains(p.Body, `href="`+hubtest.Bye+`?state=the&#43;state"`) && !strings.Contains(p.Body, `href="`+hubtest.Bye+`?state=the+state"`) {
		t.Errorf("there is no link onwards:\n%s", p.Body)
	}
	hubtest.Want(t, "signed in afterwards", b.SignedIn(full), false)
	if other := w.Browser().Open(p.URL.RequestURI()); strings.Contains(other.Body, "iframe") {
		t.Error("another browser sees the page")
	}

	b.SignInTo(full, "ada@example.org")
	p = b.Submit(b.Open("/signout"), "/signout")
	hubtest.Want(t, "frames when the person signs out here", len(framesOf(t, p.Body)), 1)
	if on := withoutScript(p.Body); !strings.HasPrefix(on, "8; url=/signed-out?then=") {
		t.Errorf("the way on is %q", on) // to the page with the deliveries
	}
}

// withoutScript is the next address in a browser without scripts.
func withoutScript(body string) string {
	_, rest, _ := strings.Cut(body, `<noscript><meta http-equiv="refresh" content="`)
	on, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(on)
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
			out = append(out, hubtest.Attr(n, "src"))
		}
	}
	return out
}

func TestAnAnswerSaysBySessionStateWhichSessionItCameFrom(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.LeavingApp()
	b := w.Browser()
	answer := b.SignInTo(a, "ada@example.org")
	first := answer.Get("session_state")
	browser := b.StateCookie()
	if browser == "" || !fits(first, a.ID, "https://app.example.org", browser) {
		t.Fatalf("session_state %q does not fit the browser state %q", first, browser)
	}
	again := b.Answer(b.Authorize(a.Request("prompt", "none"))).Get("session_state")
	if again == first || !fits(again, a.ID, "https://app.example.org", b.StateCookie()) {
		t.Errorf("the second answer has session_state %q after %q", again, first)
	}
	refusedAnswer := w.Browser().Answer(w.Browser().Authorize(a.Request("prompt", "none")))
	hubtest.Want(t, "session_state of an error", refusedAnswer.Get("session_state"), "")
	plain := b.SignInTo(a, "ada@example.org", "scope", "files", "nonce", "")
	hubtest.Want(t, "session_state where nobody asked who it is", plain.Get("session_state"), "")

	b.Open(hubtest.Logout(a.Redeem(b.SignInTo(a, "ada@example.org").Get("code")).Str("id_token")))
	hubtest.Want(t, "browser state after signing out", b.StateCookie(), "")
	hubtest.Want(t, "browser state after signing in anew", fits(first, a.ID, "https://app.example.org", func() string {
		b.SignInTo(a, "ada@example.org")
		return b.StateCookie()
	}()), false)
}

// fits does what the frame's script does (OIDC Session Management §3.2).
func fits(state, clientID, origin, browser string) bool {
	_, salt, _ := strings.Cut(state, ".")
	return state == cookies.State(clientID, origin, browser, salt)
}

func TestTheSessionFrameMayBeShownAnywhereAndLearnsOfSessionsThatEnded(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.LeavingApp()
	here, there := w.Browser(), w.Browser()
	here.SignInTo(a, "ada@example.org")
	there.SignInTo(a, "ada@example.org")

	p := here.Open("/oauth2/session")
	hubtest.Want(t, "X-Frame-Options", p.Header.Get("X-Frame-Options"), "")
	hubtest.Want(t, "policy", p.Header.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors *")
	hubtest.Want(t, "cookies it sets", len(p.Header.Values("Set-Cookie")), 0)
	if home := here.Open("/signin?switch=1"); home.Header.Get("X-Frame-Options") != "DENY" || !strings.Contains(home.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Error("another page may be shown in a frame")
	}
	there.Submit(there.Open("/account"), "/account/sessions/end-all")
	if here.StateCookie() == "" {
		t.Fatal("there is no browser state to lose")
	}
	here.Open("/oauth2/session")
	hubtest.Want(t, "browser state once the session ended elsewhere", here.StateCookie(), "")
}

func TestAHintOutlivesTheKeyThatSignedIt(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.LeavingApp()
	b := w.Browser()
	hint := b.IdToken(a, "ada@example.org")
	if err := w.Hub.RotateSigningKeys(t.Context(), audit.Named("test"), "", false); err != nil {
		t.Fatal(err)
	}
	w.Clock.Skip(13 * 24 * time.Hour)
	hubtest.Want(t, "where an old hint leads", b.Open(hubtest.Logout(hint)).Location, hubtest.Bye+"?state=the+state")
}
