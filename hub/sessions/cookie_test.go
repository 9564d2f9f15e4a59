package sessions_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/web/cookies"
)

func TestCookiesAreForThisHubAloneAndNoScript(t *testing.T) {
	for name, secure := range map[string]bool{"https": true, "plain http": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Secure = secure
			w.Name = cookies.CookieName("https://hub.example", secure)
			want(t, "a name that browsers guard", strings.HasPrefix(w.Name, "__Host-"), secure)
			b := w.browser()
			b.signIn(sessions.Start{User: w.person("ada")})
			b.visit(func(rw http.ResponseWriter, r *http.Request) {
				w.Browser(rw, r)
				w.NoteSignInMethod(rw, "company")
				w.RememberMethod(rw, "company")
			})
			want(t, "cookies", len(b.cookies), 4)
			for _, c := range b.cookies {
				if c.Secure != secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
					t.Errorf("%+v", c)
				}
			}
			want(t, "seconds the session's is kept", b.cookies[w.Name].MaxAge, 14*24*60*60)
			want(t, "seconds the last way is kept", b.cookies[w.Name+"_last"].MaxAge, 180*24*60*60)
			for _, ends := range []string{"_browser", "_via"} {
				want(t, ends+" ends with the browser", b.cookies[w.Name+ends].MaxAge, 0)
			}
		})
	}
	if cookies.CookieName("https://a.example", true) == cookies.CookieName("https://b.example", true) {
		t.Error("hubs on two ports of one host share a cookie")
	}
}

// OIDC Session Management §3.2: scripts of an app's page read this one, in a
// frame within another site.
func TestTheBrowserStateIsReadInFramesOfOtherSites(t *testing.T) {
	for name, tt := range map[string]struct {
		secure bool
		site   http.SameSite
	}{"https": {true, http.SameSiteNoneMode}, "plain http": {false, http.SameSiteLaxMode}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Secure = tt.secure
			b := w.browser()
			s, _ := b.signIn(sessions.Start{User: w.person("ada")})
			var state string
			b.visit(func(rw http.ResponseWriter, r *http.Request) {
				want(t, "for an app without pages", w.State(rw, r, s, "cli", ""), "")
			})
			if b.cookies[w.StateCookie()] != nil {
				t.Error("a state is set where no app asks")
			}
			b.visit(func(rw http.ResponseWriter, r *http.Request) {
				state = w.State(rw, r, s, "app", "https://app.example")
			})
			c := b.cookies[w.StateCookie()]
			if c == nil {
				t.Fatal("no state is set")
			}
			if c.Secure != tt.secure || c.HttpOnly || c.SameSite != tt.site || c.Path != "/" {
				t.Errorf("%+v", c)
			}
			_, salt, _ := strings.Cut(state, ".")
			want(t, "the state", state, cookies.State("app", "https://app.example", c.Value, salt))
			if state == cookies.State("app", "https://app.example", "another", salt) || state == cookies.State("app", "https://evil.example", c.Value, salt) ||
				state == cookies.State("other", "https://app.example", c.Value, salt) {
				t.Error("it fits another session, site or app too")
			}
		})
	}
}

func TestTheBrowserStateEndsWithItsSession(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada")
	b := w.browser()
	look := func() {
		b.visit(func(rw http.ResponseWriter, r *http.Request) {
			if err := w.DropState(rw, r); err != nil {
				t.Fatal(err)
			}
		})
	}
	asked := func(s sessions.Session) {
		b.visit(func(rw http.ResponseWriter, r *http.Request) { w.State(rw, r, s, "app", "https://app.example") })
	}
	s, _ := b.signIn(sessions.Start{User: ada})
	asked(s)
	look()
	want(t, "while it lasts", b.cookies[w.StateCookie()] != nil, true)
	s, _ = b.signIn(sessions.Start{User: ada})
	want(t, "signed in again", b.cookies[w.StateCookie()] != nil, true)
	b.signIn(sessions.Start{User: w.person("bob")})
	want(t, "somebody else signed in", b.cookies[w.StateCookie()] != nil, false)
	s, _ = b.signIn(sessions.Start{User: ada})
	asked(s)
	if err := w.Delete(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	look()
	want(t, "ended somewhere else", b.cookies[w.StateCookie()] != nil, false)
}

// A cookie that we did not make is nobody and no browser.
func TestMadeUpCookiesAreWorthNothing(t *testing.T) {
	w := newWorld(t)
	real := w.browser()
	s, _ := real.signIn(sessions.Start{User: w.person("ada")})
	for _, value := range []string{"", "x", strings.Repeat("A", 42), strings.Repeat("A", 43), strings.Repeat("A", 44), s.ID, s.SID} {
		b := w.browser()
		b.cookies[w.Name] = &http.Cookie{Name: w.Name, Value: value}
		b.cookies[w.Name+"_browser"] = &http.Cookie{Name: w.Name + "_browser", Value: value}
		want(t, value+" as a session", b.who(), "")
		b.visit(func(_ http.ResponseWriter, r *http.Request) {
			if got := w.BoundToBrowser(r); got != "" && len(value) != 43 {
				t.Errorf("%q names the browser %s", value, got)
			}
		})
	}
}

func TestABrowserHasOneName(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	var first, second, later string
	b.visit(func(rw http.ResponseWriter, r *http.Request) {
		want(t, "without one", w.BoundToBrowser(r), "")
		want(t, "it brings cookies back", w.Persistent(r), false)
		first, second = w.Browser(rw, r), w.Browser(rw, r)
	})
	b.visit(func(rw http.ResponseWriter, r *http.Request) {
		later = w.Browser(rw, r)
		want(t, "it brings cookies back", w.Persistent(r), true)
	})
	want(t, "asked twice in one request", second, first)
	want(t, "asked in the next", later, first)
	if c := b.cookies[w.Name+"_browser"]; c == nil || c.Value == first {
		t.Error("the cookie is what is kept of it")
	}
}

func TestTheKeyThatSomebodyCameByIsAHint(t *testing.T) {
	w := newWorld(t)
	for value, wants := range map[string]struct {
		key   string
		known bool
	}{
		"": {"", false}, "company": {"company", true}, "-": {"", true},
		strings.Repeat("k", 64): {strings.Repeat("k", 64), true}, strings.Repeat("k", 65): {"", false},
	} {
		b := w.browser()
		b.cookies["via"] = &http.Cookie{Name: w.Name + "_via", Value: value}
		b.visit(func(_ http.ResponseWriter, r *http.Request) {
			key, known := w.SignInMethod(r)
			want(t, value, key, wants.key)
			want(t, value, known, wants.known)
		})
	}
}
