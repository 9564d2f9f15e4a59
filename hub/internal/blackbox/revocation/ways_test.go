package revocation_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

// A way is a sign-in method.
type way struct {
	name string // its name in docs/revocation.md
	kind string // kind of login key; empty for a password
	open func(t *testing.T) *house
}

// ways are all methods. A new kind of login key without a row fails
// TestEveryWayInAndEveryGrantHasItsPlace.
var ways = []way{
	{"password", "", byPassword},
	{"passkey", "", byPasskey},
	{"password and a code", "", byTwoFactors},
	{"password and a passkey", "", byPasswordAndPasskey},
	{"password in a trusted browser", "", byTrustedBrowser},
	{"code by email", "", byEmailCode},
	{"another hub", federation.KindPeer, byPeer},
	{"an OpenID provider", federation.KindOpenID, byOpenID},
	{"an OAuth 2.0 provider", federation.KindOAuth2, byOAuth2},
	{"a social provider", federation.KindSocial, bySocial},
	{"a Frappe site", federation.KindFrappe, byFrappe},
}

// A house is a hub with one user who signs in by one method.
type house struct {
	*hubtest.World
	way    string
	key    string // the login key; empty for a password
	issuer string // the user's ID at the provider
	// enter signs the user in, in a new browser.
	enter func(*hubtest.Browser)
	// upstream disables the user at the provider, or enables them again.
	upstream func(disabled bool)
	skip     func(time.Duration)
	// confirm shows the second factor; nil if the sign-in did.
	confirm func(*hubtest.Browser)
}

// confirmed prepares a browser for what asks for the second factor.
func (h *house) confirmed(b *hubtest.Browser) {
	if h.confirm != nil {
		h.confirm(b)
	}
}

// person is the house's user: the only one who is no administrator.
func (h *house) person() users.User {
	h.Helper()
	all, err := h.Hub.Users(h.Context(), "", 10)
	if err != nil {
		h.Fatal(err)
	}
	for _, u := range all {
		if !u.Admin() {
			return u
		}
	}
	h.Fatal("there is nobody")
	return users.User{}
}

func byPassword(t *testing.T) *house {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	return &house{World: w, way: "password", upstream: func(bool) {}, skip: w.Clock.Skip, enter: func(b *hubtest.Browser) {
		b.SignIn(b.Open("/signin?local=1"), "ada@example.org")
	}}
}

func byPasskey(t *testing.T) *house {
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{URL: hubtest.Localhost})
	w.Person("ada@example.org")
	k := w.Device()
	w.Home("ada@example.org").AddPasskey(k)
	return &house{World: w, way: "passkey", upstream: func(bool) {}, skip: w.Clock.Skip, enter: func(b *hubtest.Browser) {
		b.Passkey(b.Open("/signin?local=1"), "/signin/passkey", k)
	}}
}

// byTwoFactors is a house with a password and an authenticator app.
func byTwoFactors(t *testing.T) *house {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	_, app, _ := w.WithApp("ada@example.org")
	return &house{World: w, way: "password and a code", upstream: func(bool) {}, skip: w.Clock.Skip, enter: func(b *hubtest.Browser) {
		b.SignInWith("ada@example.org", app)
	}}
}

// byTrustedBrowser is a house whose user signs in with a password alone, in a
// browser that they trusted after an earlier code.
func byTrustedBrowser(t *testing.T) *house {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	_, app, _ := w.WithApp("ada@example.org")
	h := &house{World: w, way: "password in a trusted browser", upstream: func(bool) {}, skip: w.Clock.Skip}
	h.enter = func(b *hubtest.Browser) {
		b.Submit(b.SignIn(b.Open("/signin?local=1"), "ada@example.org"), "/signin/second", "code", app.Code(), "trust", "1")
		b.Submit(b.Open("/signout"), "/signout")
		b.SignIn(b.Open("/signin?local=1"), "ada@example.org")
	}
	h.confirm = func(b *hubtest.Browser) {
		b.Submit(b.Prove(b.Open("/signin/prove?to=%2Faccount")), "/signin/second", "code", app.Code())
	}
	return h
}

// byPasswordAndPasskey is a house whose person types a password and uses a passkey.
func byPasswordAndPasskey(t *testing.T) *house {
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{URL: hubtest.Localhost})
	w.Person("ada@example.org")
	k := w.Device()
	w.Home("ada@example.org").AddPasskey(k)
	return &house{World: w, way: "password and a passkey", upstream: func(bool) {}, skip: w.Clock.Skip, enter: func(b *hubtest.Browser) {
		b.Passkey(b.SignIn(b.Open("/signin?local=1"), "ada@example.org"), "/signin/second", k)
	}}
}

// byEmailCode is a house with codes by email.
func byEmailCode(t *testing.T) *house {
	w, box := hubtest.WithEmailSignIn(t)
	w.Person("ada@example.org")
	return &house{World: w, way: "code by email", upstream: func(bool) {}, skip: w.Clock.Skip, enter: func(b *hubtest.Browser) {
		p := b.AskForCode("/signin/email", "ada@example.org")
		b.Submit(p, "/signin/email/code", "code", box.Code("ada@example.org"))
	}}
}

// through is a house with another fedhub as the provider.
func through(t *testing.T, name string, hubs hubtest.Pair) *house {
	ada := hubs.Primary.Person("ada@example.org")
	hubs.Primary.Person("root@example.org", users.AdminRole)
	return &house{
		World: hubs.Secondary, way: name, key: hubs.Key.ID, issuer: hubs.Primary.URL, skip: hubs.Skip,
		enter: func(b *hubtest.Browser) {
			at := b.Post(b.Open("/signin?local=1"), "/signin/with/"+hubs.Key.ID)
			b.Follow(b.Hop(hubs.Abroad(b, at, "ada@example.org")))
		},
		upstream: func(disabled bool) {
			if _, err := hubs.Primary.Hub.SwitchUser(t.Context(), audit.Named("test"), ada.ID, disabled); err != nil {
				t.Fatal(err)
			}
		},
	}
}

func byPeer(t *testing.T) *house {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	return through(t, "another hub", hubtest.NewPair(t, w))
}

// lookAgain makes the hub check the user at the provider with each refresh.
func lookAgain(k *federation.LoginKey) {
	k.Enabled, k.SignUps, k.TrustEmail, k.KeepTokens = true, federation.Allow, true, true
	k.CountsAsNew = true // some providers send no auth_time, and device approval needs a recent sign-in
}

func byOpenID(t *testing.T) *house {
	return through(t, "an OpenID provider", hubtest.NewProvider(t, lookAgain, func(k *federation.LoginKey) {
		k.Scopes, k.TrustAssurance = []string{"openid", "profile", "email", "offline_access"}, true
	}))
}

func byOAuth2(t *testing.T) *house {
	primary, secondary := hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	there := primary.App(func(c *clients.Client) { c.RedirectURIs = []string{secondary.URL + "/signin/from/plain"} })
	key := federation.LoginKey{
		ID: "plain", Kind: federation.KindOAuth2, Name: "Plain", BaseURL: primary.URL, ClientID: there.ID,
		Scopes: []string{"openid", "profile", "email", "offline_access"}, Claims: federation.Claims{Subject: "sub"},
		Endpoints: federation.Endpoints{Authorize: primary.URL + "/oauth2/authorize", Token: primary.URL + "/oauth2/token", Userinfo: primary.URL + "/oauth2/userinfo"},
	}
	lookAgain(&key)
	key, err := secondary.Hub.KeepLoginKey(t.Context(), audit.Named("test"), key, there.Secret)
	if err != nil {
		t.Fatal(err)
	}
	return through(t, "an OAuth 2.0 provider", hubtest.Pair{Primary: primary, Secondary: secondary, Key: key})
}

// bySocial is a house with a provider of the vetted list that issues refresh
// tokens.
func bySocial(t *testing.T) *house {
	var disabled atomic.Bool
	gitea := hubtest.NewServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/login/oauth/authorize":
			back := url.Values{"code": {"a code"}, "state": {r.URL.Query().Get("state")}}
			http.Redirect(w, r, r.URL.Query().Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
		case "/login/oauth/access_token":
			if disabled.Load() {
				w.WriteHeader(http.StatusBadRequest)
				io.WriteString(w, `{"error":"invalid_grant"}`) //nolint:errcheck // the test would fail
				return
			}
			io.WriteString(w, `{"access_token":"at","refresh_token":"rt","token_type":"bearer","expires_in":3600}`) //nolint:errcheck // the test would fail
		case "/api/v1/user":
			io.WriteString(w, `{"id":7,"login":"ada","full_name":"Ada L.","email":"ada@example.org"}`) //nolint:errcheck // the test would fail
		case "/api/v1/user/emails":
			io.WriteString(w, `[{"email":"ada@example.org","primary":true,"verified":true}]`) //nolint:errcheck // the test would fail
		}
	})
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	key := federation.LoginKey{ID: "gitea", Kind: federation.KindSocial, Preset: "gitea", Name: "Gitea", BaseURL: gitea, ClientID: "hub"}
	lookAgain(&key)
	if _, err := w.Hub.KeepLoginKey(t.Context(), audit.Named("test"), key, "gitea-secret"); err != nil {
		t.Fatal(err)
	}
	return &house{
		World: w, way: "a social provider", key: "gitea", issuer: gitea, upstream: disabled.Store, skip: w.Clock.Skip,
		enter: func(b *hubtest.Browser) {
			p := b.Submit(b.Open("/signin?local=1"), "/signin/with/gitea")
			for p.Location != "" {
				p = b.Follow(b.Hop(p))
			}
		},
	}
}

func byFrappe(t *testing.T) *house {
	s := hubtest.Above(t, frappetest.G4, lookAgain)
	return &house{
		World: s.World, way: "a Frappe site", key: "erp", issuer: s.Site.URL, skip: s.Clock.Skip,
		enter: func(b *hubtest.Browser) {
			s.Come(b, b.Open("/signin?local=1"), hubtest.AshaThere, frappetest.Allow)
		},
		upstream: func(disabled bool) { s.There(func(p *frappetest.Person) { p.Disabled = disabled }) },
	}
}

func (h *house) mustEnter() *hubtest.Browser {
	h.Helper()
	b := h.Browser()
	h.enter(b)
	if p := b.Open("/account"); p.URL.Path != "/account" {
		h.Fatalf("%s: nobody is signed in; at %s:\n%s", h.way, p.URL, strings.TrimSpace(p.Body))
	}
	return b
}
