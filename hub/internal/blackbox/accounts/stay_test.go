package accounts_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// restart closes the browser: it keeps only the cookies that outlive it.
func restart(t *testing.T, b *hubtest.Browser, kept ...string) *hubtest.Browser {
	t.Helper()
	fresh, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	home, _ := url.Parse(b.W.URL)
	for _, c := range b.Jar.Cookies(home) {
		for _, suffix := range kept {
			if strings.HasSuffix(c.Name, suffix) {
				fresh.SetCookies(home, []*http.Cookie{c})
			}
		}
	}
	client := *b.Client
	client.Jar = fresh
	return &hubtest.Browser{W: b.W, Client: &client}
}

// sessionCookie is the cookie of the session that a response sets.
func sessionCookie(p hubtest.Page) *http.Cookie {
	for _, c := range (&http.Response{Header: p.Header}).Cookies() {
		if !strings.Contains(strings.TrimPrefix(strings.TrimPrefix(c.Name, "__Host-"), "fedhub_"), "_") {
			return c
		}
	}
	return &http.Cookie{Value: "none", MaxAge: -2}
}

func name(w *hubtest.World, b *hubtest.Browser) string {
	home, _ := url.Parse(w.URL)
	for _, c := range b.Jar.Cookies(home) {
		if !strings.Contains(strings.TrimPrefix(strings.TrimPrefix(c.Name, "__Host-"), "fedhub_"), "_") {
			return c.Name
		}
	}
	return "no session"
}

// The box on the sign-in page decides in which browser the session can be used
// after it was closed, and for how long it lasts.
func TestWhoStaysSignedIn(t *testing.T) {
	for _, tt := range []struct {
		name    string
		setting string
		asked   bool
		choice  []string // fields of the form that the user changes
		stays   bool
	}{
		{"as the page suggests", "", true, nil, true},
		{"the box cleared", "", true, []string{"stay", ""}, false},
		{"off by the settings", settings.StayOff, true, nil, false},
		{"off by the settings, ticked", settings.StayOff, true, []string{"stay", "1"}, true},
		{"never", settings.StayNever, false, nil, false},
		{"never, by a form of one's own", settings.StayNever, false, []string{"stay", "1"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
			w.Person("ada@example.org")
			if tt.setting != "" {
				if err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.StaySignedIn = tt.setting }); err != nil {
					t.Fatal(err)
				}
			}
			b := w.Browser()
			page := b.Open("/signin")
			hubtest.Want(t, "the page asks", strings.Contains(page.Body, `name="stay"`), tt.asked)
			c := sessionCookie(b.Post(page, "/signin", append([]string{"email", "ada@example.org", "password", hubtest.Password}, tt.choice...)...))
			hubtest.Want(t, "the cookie outlives the browser", c.MaxAge > 0, tt.stays)
			hubtest.Want(t, "in this browser", b.Open("/account").URL.Path, "/account")

			// A copy of the session's cookie alone is of use only if the session stays.
			copied := restart(t, b, name(w, b))
			hubtest.Want(t, "after the browser was closed", copied.Open("/account").URL.Path == "/account", tt.stays)

			for range 30 {
				w.Clock.Skip(time.Hour)
				b.Open("/account")
			}
			hubtest.Want(t, "after 30 hours of use", b.Open("/account").URL.Path == "/account", tt.stays)
		})
	}
}

// The choice goes through a second factor, a code by email and a provider.
func TestTheChoiceToStayGoesThroughEveryWay(t *testing.T) {
	t.Run("second factor", func(t *testing.T) {
		w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
		w.Person("ada@example.org")
		_, app, _ := w.WithApp("ada@example.org")
		b := w.Browser()
		p := b.Submit(b.Open("/signin"), "/signin", "email", "ada@example.org", "password", hubtest.Password, "stay", "")
		hubtest.Want(t, "max-age", sessionCookie(b.Post(p, "/signin/second", "code", app.Code())).MaxAge, 0)
	})
	t.Run("code by email", func(t *testing.T) {
		w, box := hubtest.WithEmailSignIn(t)
		w.Person("ada@example.org")
		b := w.Browser()
		p := b.Submit(b.Open("/signin/email"), "/signin/email", "email", "ada@example.org", "stay", "")
		hubtest.Want(t, "max-age", sessionCookie(b.Post(p, "/signin/email/code", "code", box.Code("ada@example.org"))).MaxAge, 0)
	})
	t.Run("provider", func(t *testing.T) {
		hubs := hubtest.NewProvider(t, func(k *federation.LoginKey) { k.Enabled, k.SignUps, k.TrustEmail = true, federation.Allow, true })
		hubs.Primary.Person("ada@example.org")
		w := hubs.Secondary
		b := w.Browser()
		b.Walk(b.Post(b.Open("/signin"), "/signin/with/company", "stay", ""), "ada@example.org", hubs.Primary, w)
		hubtest.Want(t, "signed in", b.Open("/account").URL.Path, "/account")
		hubtest.Want(t, "after the browser was closed", restart(t, b, name(w, b)).Open("/account").URL.Path, "/signin")
	})
	t.Run("a proof later", func(t *testing.T) {
		w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
		w.Person("ada@example.org")
		a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
		b := w.Browser()
		b.Submit(b.Open("/signin"), "/signin", "email", "ada@example.org", "password", hubtest.Password, "stay", "")
		w.Clock.Skip(time.Hour)
		p := b.Authorize(a.Request("prompt", "login"))
		hubtest.Want(t, "the page asks again", strings.Contains(p.Body, `name="stay"`), false)
		hubtest.Want(t, "max-age", sessionCookie(b.Post(p, "/signin", "password", hubtest.Password)).MaxAge, 0)
		w.Clock.Skip(time.Hour)
		hubtest.Want(t, "max-age after a proof", sessionCookie(b.Post(b.Open("/signin/prove?to=/account"), "/signin/prove", "prove_password", hubtest.Password)).MaxAge, 0)
	})
}
