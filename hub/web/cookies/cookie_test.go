package cookies_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/internal/testkit/sessiontest"
)

func TestCookiesAreForThisHubAloneAndNoScript(t *testing.T) {
	for name, secure := range map[string]bool{"https": true, "plain http": false} {
		t.Run(name, func(t *testing.T) {
			w := sessiontest.NewWorld(t)
			w.Secure = secure
			w.Name = cookies.CookieName("https://hub.example", secure)
			sessiontest.Want(t, "a name that browsers guard", strings.HasPrefix(w.Name, "__Host-"), secure)
			b := w.NewBrowser()
			b.SignIn(sessions.Start{User: w.Person("ada")})
			b.SignIn(sessions.Start{User: w.Person("bob")})
			b.Visit(func(rw http.ResponseWriter, r *http.Request) {
				w.Browser(rw, r)
				w.NoteSignInMethod(rw, "company")
				w.RememberMethod(rw, "company")
			})
			sessiontest.Want(t, "cookies", len(b.Cookies), 6)
			for _, c := range b.Cookies {
				if c.Secure != secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
					t.Errorf("%+v", c)
				}
			}
			sessiontest.Want(t, "seconds the session's is kept", b.Cookies[w.Name].MaxAge, 14*24*60*60)
			sessiontest.Want(t, "seconds that of the others is kept", b.Cookies[w.Name+"_others"].MaxAge, 14*24*60*60)
			sessiontest.Want(t, "seconds the accounts are remembered", b.Cookies[w.Name+"_accounts"].MaxAge, 180*24*60*60)
			sessiontest.Want(t, "seconds the last way is kept", b.Cookies[w.Name+"_last"].MaxAge, 180*24*60*60)
			for _, ends := range []string{"_browser", "_via"} {
				sessiontest.Want(t, ends+" ends with the browser", b.Cookies[w.Name+ends].MaxAge, 0)
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
			w := sessiontest.NewWorld(t)
			w.Secure = tt.secure
			b := w.NewBrowser()
			s, _ := b.SignIn(sessions.Start{User: w.Person("ada")})
			var state string
			b.Visit(func(rw http.ResponseWriter, r *http.Request) {
				sessiontest.Want(t, "for an app without pages", w.State(rw, r, s, "cli", ""), "")
			})
			if b.Cookies[w.StateCookie()] != nil {
				t.Error("a state is set where no app asks")
			}
			b.Visit(func(rw http.ResponseWriter, r *http.Request) {
				state = w.State(rw, r, s, "app", "https://app.example")
			})
			c := b.Cookies[w.StateCookie()]
			if c == nil {
				t.Fatal("no state is set")
			}
			if c.Secure != tt.secure || c.HttpOnly || c.SameSite != tt.site || c.Path != "/" {
				t.Errorf("%+v", c)
			}
			_, salt, _ := strings.Cut(state, ".")
			sessiontest.Want(t, "the state", state, cookies.State("app", "https://app.example", c.Value, salt))
			if state == cookies.State("app", "https://app.example", "another", salt) || state == cookies.State("app", "https://evil.example", c.Value, salt) ||
				state == cookies.State("other", "https://app.example", c.Value, salt) {
				t.Error("it fits another session, site or app too")
			}
		})
	}
}

func TestTheBrowserStateEndsWithItsSession(t *testing.T) {
	w := sessiontest.NewWorld(t)
	ada := w.Person("ada")
	b := w.NewBrowser()
	look := func() {
		b.Visit(func(rw http.ResponseWriter, r *http.Request) {
			if err := w.DropState(rw, r); err != nil {
				t.Fatal(err)
			}
		})
	}
	asked := func(s sessions.Session) {
		b.Visit(func(rw http.ResponseWriter, r *http.Request) { w.State(rw, r, s, "app", "https://app.example") })
	}
	s, _ := b.SignIn(sessions.Start{User: ada})
	asked(s)
	look()
	sessiontest.Want(t, "while it lasts", b.Cookies[w.StateCookie()] != nil, true)
	b.SignIn(sessions.Start{User: ada})
	sessiontest.Want(t, "signed in again", b.Cookies[w.StateCookie()] != nil, true)
	b.SignIn(sessions.Start{User: w.Person("bob")})
	sessiontest.Want(t, "another account signed in too", b.Cookies[w.StateCookie()].Value, s.SID)
	s, _ = b.SignIn(sessions.Start{User: ada})
	asked(s)
	if err := w.Delete(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	look()
	sessiontest.Want(t, "ended somewhere else", b.Cookies[w.StateCookie()] != nil, false)
}

// A forged cookie is neither a session nor a known browser.
func TestMadeUpCookiesAreWorthNothing(t *testing.T) {
	w := sessiontest.NewWorld(t)
	real := w.NewBrowser()
	s, _ := real.SignIn(sessions.Start{User: w.Person("ada")})
	for _, value := range []string{"", "x", strings.Repeat("A", 42), strings.Repeat("A", 43), strings.Repeat("A", 44), s.ID, s.SID} {
		b := w.NewBrowser()
		b.Cookies[w.Name] = &http.Cookie{Name: w.Name, Value: value}
		b.Cookies[w.Name+"_browser"] = &http.Cookie{Name: w.Name + "_browser", Value: value}
		sessiontest.Want(t, value+" as a session", b.Who(), "")
		b.Visit(func(_ http.ResponseWriter, r *http.Request) {
			if got := w.BoundToBrowser(r); got != "" && len(value) != 43 {
				t.Errorf("%q names the browser %s", value, got)
			}
		})
	}
}

// A form of another site comes without the cookies, and must not replace them.
func TestAFormOfAnotherSiteDoesNotRenameTheBrowser(t *testing.T) {
	w := sessiontest.NewWorld(t)
	for site, sets := range map[string]int{"cross-site": 0, "same-origin": 1, "none": 1, "": 1} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/signin", nil)
		r.Header.Set("Sec-Fetch-Site", site)
		rec := httptest.NewRecorder()
		if w.Browser(rec, r) == "" {
			t.Errorf("%s: the browser has no name", site)
		}
		sessiontest.Want(t, site+": cookies", len(rec.Result().Cookies()), sets)
	}
}

func TestABrowserHasOneName(t *testing.T) {
	w := sessiontest.NewWorld(t)
	b := w.NewBrowser()
	var first, second, later string
	b.Visit(func(rw http.ResponseWriter, r *http.Request) {
		sessiontest.Want(t, "without one", w.BoundToBrowser(r), "")
		sessiontest.Want(t, "it brings cookies back", w.Persistent(r), false)
		first, second = w.Browser(rw, r), w.Browser(rw, r)
	})
	b.Visit(func(rw http.ResponseWriter, r *http.Request) {
		later = w.Browser(rw, r)
		sessiontest.Want(t, "it brings cookies back", w.Persistent(r), true)
	})
	sessiontest.Want(t, "asked twice in one request", second, first)
	sessiontest.Want(t, "asked in the next", later, first)
	if c := b.Cookies[w.Name+"_browser"]; c == nil || c.Value == first {
		t.Error("the cookie is what is kept of it")
	}
}

func TestTheKeyThatSomebodyCameByIsAHint(t *testing.T) {
	w := sessiontest.NewWorld(t)
	for value, wants := range map[string]struct {
		key   string
		known bool
	}{
		"": {"", false}, "company": {"company", true}, "-": {"", true},
		strings.Repeat("k", 64): {strings.Repeat("k", 64), true}, strings.Repeat("k", 65): {"", false},
	} {
		b := w.NewBrowser()
		b.Cookies["via"] = &http.Cookie{Name: w.Name + "_via", Value: value}
		b.Visit(func(_ http.ResponseWriter, r *http.Request) {
			key, known := w.SignInMethod(r)
			sessiontest.Want(t, value, key, wants.key)
			sessiontest.Want(t, value, known, wants.known)
		})
	}
}
