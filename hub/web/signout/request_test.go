package signout

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/tokens"
)

// asked checks that the user must confirm and is still signed in. It returns the
// id of the pending sign-out.
func (b *browser) asked(what string, got answer, status int) (stop string) {
	b.w.t.Helper()
	if got.err != nil || got.status != status || got.to != "" || !strings.Contains(got.body, `action="/signout"`) || !b.isSignedIn() {
		b.w.t.Errorf("%s: got %d to %q, %v, signed in %v; want a question, %d", what, got.status, got.to, got.err, b.isSignedIn(), status)
	}
	if name := regexp.MustCompile(`name="stop" value="([^"]*)"`).FindStringSubmatch(got.body); name != nil {
		return name[1]
	}
	return ""
}

// RP-Initiated Logout §2: an app that shows the ID token of this very session
// means it, and its person is signed out without a question.
func TestAnAppSignsItsPersonOutByTheHintOfTheirSession(t *testing.T) {
	w := newWorld(t)
	for named, sure := range map[string]bool{
		"": true, "ada as payroll knows her": true, "Ada@Example.org": true, "ada": true, "its own sid": true,
		"bob@example.org": false, "bob": false,
	} {
		b, s := w.signedIn()
		hint := named
		if named == "its own sid" {
			hint = s.SID
		}
		got := b.get(w.pages.EndSession, asks("id_token_hint", w.hint(s.SID), "post_logout_redirect_uri", bye, "state", "a state", "logout_hint", hint))
		if sure {
			b.want("logout_hint "+named, got, bye+"?state=a+state", false)
		} else {
			b.asked("logout_hint "+named, got, http.StatusOK)
		}
	}
}

func TestEverybodyElseAsksThePerson(t *testing.T) {
	w := newWorld(t)
	_, elsewhere := w.signedIn()
	for what, request := range map[string]string{
		"no parameters":         asks(),
		"a client alone":        asks("client_id", "payroll", "post_logout_redirect_uri", bye),
		"her session elsewhere": asks("id_token_hint", w.hint(elsewhere.SID)),
		"a hint of no session":  asks("id_token_hint", w.hint("")),
	} {
		b, _ := w.signedIn()
		got := b.get(w.pages.EndSession, request)
		b.asked(what, got, http.StatusOK)
		if named := strings.Contains(got.body, "App payroll"); named != (what != "no parameters") {
			t.Errorf("%s: the page names who asks: %v", what, named)
		}
	}
}

// The address of a deleted account names no user.
func TestAnAddressOfAnAccountThatIsGoneAsks(t *testing.T) {
	w := newWorld(t)
	b, s := w.signedIn()
	if err := w.people.Delete(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	b.asked("her address", b.get(w.pages.EndSession, asks("id_token_hint", w.hint(s.SID), "logout_hint", "ada@example.org")), http.StatusOK)
}

// A hint without sid matches no session.
func TestAHintWithoutASessionFitsNone(t *testing.T) {
	w := newWorld(t)
	for what, hint := range map[string]*tokens.Hint{"no hint": nil, "one without a session": {ClientID: "payroll", Subject: "ada"}} {
		if sure, err := w.pages.sure(t.Context(), request{hint: hint}, sessions.Session{UserID: "ada"}); sure || err != nil {
			t.Errorf("%s: got %v, %v", what, sure, err)
		}
	}
}

// The first check that fails ends the request, and nothing that came with it
// is used (RP-Initiated Logout §4).
func TestARefusedRequestLeadsNowhere(t *testing.T) {
	w := newWorld(t)
	w.app("other", func(c *clients.Client) { c.PostLogoutRedirectURIs = []string{"https://other.example/"} })
	_, s := w.signedIn()
	good := w.hint(s.SID)
	for what, pairs := range map[string][]string{
		"a hint that is none":            {"id_token_hint", "x"},
		"another issuer's":               {"id_token_hint", w.hint(s.SID, func(c map[string]any) { c["iss"] = "https://evil.example" })},
		"a hint for nobody":              {"id_token_hint", w.hint(s.SID, func(c map[string]any) { c["aud"] = "nobody" })},
		"a client other than the hint's": {"id_token_hint", good, "client_id", "other"},
		"a client that is not there":     {"client_id", "nobody"},
		"an address of nobody":           {"post_logout_redirect_uri", bye},
		"another client's address":       {"id_token_hint", good, "post_logout_redirect_uri", "https://other.example/"},
		"a longer address":               {"client_id", "payroll", "post_logout_redirect_uri", bye + "/"},
		"an address nobody registered":   {"client_id", "payroll", "post_logout_redirect_uri", "https://evil.example/"},
	} {
		b, _ := w.signedIn()
		before := len(w.events)
		stop := b.asked(what, b.get(w.pages.EndSession, asks(append(pairs, "state", "s")...)), http.StatusBadRequest)
		if !slices.Equal(w.events[before:], []string{"request.refused ada"}) {
			t.Errorf("%s: noted is %q", what, w.events[before:])
		}
		b.want(what+", and she signs out", b.post(w.pages.SignOut, "/signout", url.Values{"stop": {stop}}), "/signed-out", false)
		stranger := w.browser()
		if got := stranger.get(w.pages.EndSession, asks(pairs...)); oauth.Code(got.err) != "invalid_request" || got.to != "" {
			t.Errorf("%s, nobody signed in: got %d to %q, %v", what, got.status, got.to, got.err)
		}
	}
}

func TestWhatTheAppWantsComesAfterThePersonsYes(t *testing.T) {
	w := newWorld(t)
	b, s := w.signedIn()
	request := asks("client_id", "payroll", "post_logout_redirect_uri", bye, "state", "s")
	stop := b.asked("by name alone", b.get(w.pages.EndSession, request), http.StatusOK)
	thief, _ := w.signedIn()
	thief.want("the same form in another browser", thief.post(w.pages.SignOut, "/signout", url.Values{"stop": {stop}}), "/signed-out", false)
	b.want("she says yes", b.post(w.pages.SignOut, "/signout", url.Values{"stop": {stop}}), bye+"?state=s", false)
	if _, err := w.pages.Sessions.One(t.Context(), "ada", s.SID); err == nil {
		t.Error("the session is still there")
	}
	if !slices.Contains(w.events, audit.SignOut+" ada payroll") {
		t.Errorf("recorded is %q", w.events)
	}
	b.want("and once more", b.post(w.pages.SignOut, "/signout", url.Values{"stop": {stop}}), bye+"?state=s", false)
}

// Browsers leave Lax cookies out of a POST that comes from another site.
func TestAPostWithoutCookiesComesAgainByGet(t *testing.T) {
	w := newWorld(t)
	b, s := w.signedIn()
	form := url.Values{"id_token_hint": {w.hint(s.SID)}, "post_logout_redirect_uri": {bye}}
	bare := w.browser()
	got := bare.post(w.pages.EndSession, "/oauth2/logout", form)
	bare.want("without cookies", got, "/oauth2/logout?"+form.Encode(), false)
	b.want("what it leads to", b.get(w.pages.EndSession, got.to), bye, false)
	again, s := w.signedIn()
	form.Set("id_token_hint", w.hint(s.SID))
	again.want("with cookies", again.post(w.pages.EndSession, "/oauth2/logout?id_token_hint=x", form), bye, false)
}

// Without a session, a valid id_token_hint shows that the app sent its own user.
// client_id alone is public, so the user confirms.
func TestWhoIsSignedOutAlreadyGoesOnByTheHintAlone(t *testing.T) {
	w := newWorld(t)
	w.app("phone", func(c *clients.Client) {
		c.Type, c.PostLogoutRedirectURIs = clients.Native, []string{"com.example.app:/bye"}
	})
	b := w.browser()
	b.want("by hint", b.get(w.pages.EndSession, asks("id_token_hint", w.hint("a session that ended"), "post_logout_redirect_uri", bye)), bye, false)
	b.want("by hint, to nowhere", b.get(w.pages.EndSession, asks("id_token_hint", w.hint(""))), "/signed-out", false)
	for what, row := range map[string]struct {
		request string
		link    bool
	}{
		"by name":             {asks("client_id", "payroll", "post_logout_redirect_uri", bye, "state", "s"), true},
		"by name, to nowhere": {asks("client_id", "payroll"), false},
		"by name, to an app":  {asks("client_id", "phone", "post_logout_redirect_uri", "com.example.app:/bye"), false},
		"by nothing":          {asks(), false},
	} {
		got := b.get(w.pages.EndSession, row.request)
		if got.err != nil || got.status != http.StatusOK || got.to != "" || strings.Contains(got.body, `id="back"`) != row.link {
			t.Errorf("%s: got %d to %q, %v, a link %v", what, got.status, got.to, got.err, strings.Contains(got.body, `id="back"`))
		}
		if row.link && !strings.Contains(got.body, `href="`+bye+`?state=s"`) {
			t.Errorf("%s: the link leads elsewhere", what)
		}
	}
}
