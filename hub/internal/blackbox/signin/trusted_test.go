package signin_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// trusting is a browser that Ada trusts, and is signed out in.
func trusting(t *testing.T, w *hubtest.World, app hubtest.Authenticator) *hubtest.Browser {
	t.Helper()
	b := w.Browser()
	p := b.SignIn(b.Open("/signin"), "ada@example.org")
	contains(t, "the second step", p.Body, "Remember this browser for 30 days")
	if p = b.Submit(p, "/signin/second", "code", app.Code(), "trust", "1"); p.URL.Path != "/account" {
		t.Fatalf("the code leads to %s", p.URL)
	}
	b.Submit(b.Open("/signout"), "/signout")
	return b
}

// reached is where the password leads in a browser.
func reached(b *hubtest.Browser) string {
	b.W.Helper()
	return b.SignIn(b.Open("/signin"), "ada@example.org").URL.Path
}

// copied is another browser with the same cookies.
func copied(t *testing.T, w *hubtest.World, b *hubtest.Browser) *hubtest.Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(w.URL)
	if err != nil {
		t.Fatal(err)
	}
	jar.SetCookies(at, b.Client.Jar.Cookies(at))
	other := w.Browser()
	client := *other.Client
	client.Jar = jar
	return &hubtest.Browser{W: w, Client: &client}
}

func TestATrustedBrowserSatisfiesThePolicyAndIsNoEvidence(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
	_, app, _ := w.WithApp("ada@example.org")
	b := trusting(t, w, app)

	p := b.SignIn(b.Authorize(a.Request()), "ada@example.org")
	claims := w.Verified(a.Redeem(b.Answer(p).Get("code")).Str("id_token"), "RS256", "")
	hubtest.Want(t, "acr", claims["acr"], any("urn:fedhub:acr:1"))
	hubtest.Want(t, "amr", amrOf(claims), "pwd")
	contains(t, "acr_values", b.Authorize(a.Request("acr_values", "urn:fedhub:acr:2")).URL.String(), "/signin/second?stop=")
	essential := `{"id_token":{"acr":{"essential":true,"values":["urn:fedhub:acr:2"]}}}`
	contains(t, "an essential acr", b.Authorize(a.Request("claims", essential)).URL.String(), "/signin/second?stop=")
	p = b.Prove(b.Open("/account/second-factor"))
	contains(t, "a change of the account", p.URL.String(), "/signin/second?stop=")
	if strings.Contains(p.Body, `name="trust"`) {
		t.Error("a step-up offers to trust the browser")
	}
	p = b.Submit(p, "/signin/second", "code", app.Code())
	contains(t, "the account", p.Body, "Trusted browsers")
	w.Person("bob@example.org")
	hubtest.Want(t, "another browser", reached(w.Browser()), "/signin/second")
	b.Submit(b.Open("/signout"), "/signout")
	w.Clock.Skip(31 * 24 * time.Hour)
	hubtest.Want(t, "after a month", reached(b), "/signin/second")
}

func TestTrustEnds(t *testing.T) {
	for what, end := range map[string]func(t *testing.T, w *hubtest.World, b *hubtest.Browser, id string, app hubtest.Authenticator){
		"a password change": func(_ *testing.T, _ *hubtest.World, b *hubtest.Browser, _ string, _ hubtest.Authenticator) {
			b.Submit(b.Open("/account/password"), "/account/password", "current", hubtest.Password, "password", "three quiet herons wade")
			b.Submit(b.Open("/account/password"), "/account/password", "current", "three quiet herons wade", "password", hubtest.Password)
		},
		"new recovery codes": func(_ *testing.T, _ *hubtest.World, b *hubtest.Browser, _ string, _ hubtest.Authenticator) {
			b.Submit(b.Open("/account/second-factor"), "/account/second-factor/recovery")
		},
		"the person removes it": func(_ *testing.T, _ *hubtest.World, b *hubtest.Browser, _ string, _ hubtest.Authenticator) {
			b.Submit(b.Open("/account/second-factor"), "/account/second-factor/trusted/remove")
		},
		"a disablement": func(t *testing.T, w *hubtest.World, _ *hubtest.Browser, id string, _ hubtest.Authenticator) {
			for _, off := range []bool{true, false} {
				if _, err := w.Hub.SwitchUser(t.Context(), audit.Named("test"), id, off); err != nil {
					t.Fatal(err)
				}
			}
		},
		"a sign-out everywhere": func(t *testing.T, w *hubtest.World, _ *hubtest.Browser, id string, _ hubtest.Authenticator) {
			if err := w.Hub.EndSessions(t.Context(), audit.Named("test"), id); err != nil {
				t.Fatal(err)
			}
		},
		"the setting": func(t *testing.T, w *hubtest.World, _ *hubtest.Browser, _ string, _ hubtest.Authenticator) {
			if err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.TrustedBrowserDays = new(int) }); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
			ada := w.Person("ada@example.org")
			_, app, _ := w.WithApp("ada@example.org")
			b := trusting(t, w, app)
			other := w.Browser()
			other.SignInWith("ada@example.org", app)
			end(t, w, other, ada.ID, app)
			hubtest.Want(t, "the browser afterwards", reached(b), "/signin/second")
		})
	}
}

func TestAReplayedTokenEndsTheTrust(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	_, app, _ := w.WithApp("ada@example.org")
	b := trusting(t, w, app)
	thief := copied(t, w, b)
	hubtest.Want(t, "the owner", reached(b), "/account")
	b.Submit(b.Open("/signout"), "/signout")
	hubtest.Want(t, "another tab at once", reached(copied(t, w, thief)), "/signin/second")
	hubtest.Want(t, "the owner still", reached(b), "/account")
	b.Submit(b.Open("/signout"), "/signout")
	w.Clock.Skip(2 * time.Minute)
	hubtest.Want(t, "the thief", reached(thief), "/signin/second")
	hubtest.Want(t, "the owner afterwards", reached(b), "/signin/second")
}

func TestOfManyRacersOneIsTrusted(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		_, app, _ := w.WithApp("ada@example.org")
		b := trusting(t, w, app)
		p := b.Open("/signin")
		racers := make([]*hubtest.Browser, 32)
		for i := range racers {
			racers[i] = copied(t, w, b)
		}
		var in, asked atomic.Int32
		hubtest.AtOnce(len(racers), func(i int) {
			got := racers[i].Post(p, "/signin", "email", "ada@example.org", "password", hubtest.Password)
			switch {
			case got.Location == "/account":
				in.Add(1)
			case got.Status == http.StatusSeeOther && strings.HasPrefix(got.Location, "/signin/second?"):
				asked.Add(1)
			}
		})
		hubtest.Want(t, "signed in by one token", in.Load(), int32(1))
		if asked.Load() == 0 {
			t.Error("nobody who lost the race was asked for the code")
		}
	})
}

func TestWhoTriesManyTokensIsAsked(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	_, app, _ := w.WithApp("ada@example.org")
	b := trusting(t, w, app)
	at, err := url.Parse(w.URL)
	if err != nil {
		t.Fatal(err)
	}
	cookies := b.Client.Jar.Cookies(at)
	i := slices.IndexFunc(cookies, func(c *http.Cookie) bool { return strings.HasSuffix(c.Name, "_trusted") })
	if i < 0 {
		t.Fatalf("no cookie of a trusted browser: %v", cookies)
	}
	good := cookies[i].Value
	for _, value := range []string{"", "~", "a~b", good + ".", good[:43], strings.Repeat("A", 43) + "~" + good[44:], strings.Repeat("x", 5000)} {
		guesser := w.Browser()
		guesser.Client.Jar.SetCookies(at, []*http.Cookie{{Name: cookies[i].Name, Value: value, Path: "/"}})
		if value == good+"." {
			continue // the same token, and an empty one
		}
		hubtest.Want(t, "with "+value[:min(len(value), 20)], reached(guesser), "/signin/second")
	}
	hubtest.Want(t, "the owner", reached(b), "/account")
}
