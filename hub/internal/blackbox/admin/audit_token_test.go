package admin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/texts"
)

// A counter is a user with a browser and an app, for token requests.
type counter struct {
	*hubtest.World
	ada users.User
	*hubtest.App
	b *hubtest.Browser
}

func (c *counter) PlayedBy(t *testing.T) { c.World.PlayedBy(t) }

func newCounter(t *testing.T) *counter {
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{AllowPrivateAddresses: true})
	return &counter{w, w.Person("ada@example.org"), w.App(), w.Browser()}
}

// tokens is the token response of a sign-in.
func (c *counter) tokens(code string) hubtest.Reply {
	c.World.Helper()
	r := c.Redeem(code)
	hubtest.Want(c.World, "tokens", r.Status, 200)
	return r
}

func (c *counter) code() string {
	return c.b.SignInTo(c.App, "ada@example.org", "scope", "openid offline_access").Get("code")
}

// misused is an event of an app's misuse of ada's token or code.
func (c *counter) misused(kind, why string) []audit.Event {
	return hubtest.ByRequest(audit.Event{Kind: kind, Actor: c.App.ID, Client: c.App.ID, Target: c.ada.ID, Why: texts.New("tokens.misused", "why", texts.New(why))})
}

var tokenActs = []act[*counter]{
	{"a code is redeemed", func(t *testing.T, c *counter) {
		code := c.code()
		l := c.Ledger()
		c.tokens(code)
		l.Stored(t)
		l.Noted(t, hubtest.ByRequest(audit.Event{Kind: audit.TokensIssued, Client: c.App.ID, Detail: map[string]string{"grant": "authorization_code"}})...)
	}},
	{"a code is redeemed again", func(t *testing.T, c *counter) {
		code := c.code()
		c.tokens(code)
		l := c.Ledger()
		c.Redeem(code)
		l.Stored(t, c.misused(audit.CodeReplayed, "oauth.code.used")...)
	}},
	{"a code is redeemed with a wrong verifier", func(t *testing.T, c *counter) {
		code := c.code()
		l := c.Ledger()
		c.Redeem(code, "code_verifier", strings.Repeat("x", 43))
		l.Stored(t, c.misused(audit.CodeMisused, "oauth.code.verifier")...)
	}},
	{"a code is redeemed by another app", func(t *testing.T, c *counter) {
		code, other := c.code(), c.World.App()
		l := c.Ledger()
		other.Redeem(code)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.CodeMisused, Actor: other.ID, Client: c.App.ID, Target: c.ada.ID, Why: texts.New("tokens.misused", "why", texts.New("oauth.code.client"))})...)
	}},
	{"a refresh token is used again", func(t *testing.T, c *counter) {
		first := c.tokens(c.code())
		second := c.Refresh(first.Str("refresh_token"))
		c.Refresh(second.Str("refresh_token"))
		c.Clock.Skip(2 * time.Minute)
		l := c.Ledger()
		c.Refresh(first.Str("refresh_token"))
		l.Stored(t, c.misused(audit.RefreshReused, "oauth.refresh.used")...)
	}},
	{"a refresh token comes with another key", func(t *testing.T, c *counter) {
		public := c.World.App(hubtest.Spa, hubtest.DpopBound)
		code := c.b.SignInTo(public, "ada@example.org", "scope", "openid offline_access").Get("code")
		key, other := c.ProofKey(), c.ProofKey()
		r := public.Proven("/oauth2/token", []string{key.Proof("POST", "/oauth2/token", map[string]any{"nonce": c.Nonce()})}, hubtest.CodeForm(public, code)...)
		hubtest.Want(t, "tokens", r.Status, 200)
		l := c.Ledger()
		public.Proven("/oauth2/token", []string{other.Proof("POST", "/oauth2/token", map[string]any{"nonce": c.Nonce()})}, "grant_type", "refresh_token", "refresh_token", r.Str("refresh_token"))
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.RefreshMisused, Actor: public.ID, Client: public.ID, Target: c.ada.ID, Why: texts.New("tokens.misused", "why", texts.New("oauth.refresh.key"))})...)
	}},
	{"a token is revoked", func(t *testing.T, c *counter) {
		token := c.tokens(c.code()).Str("refresh_token")
		l := c.Ledger()
		c.App.Post("/oauth2/revoke", "token", token)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.TokenRevoked, Actor: c.App.ID, Client: c.App.ID})...)
	}},
	{"an app gives a wrong secret", func(t *testing.T, c *counter) {
		wrong := *c.App
		wrong.Secret = "wrong"
		l := c.Ledger()
		wrong.Redeem("fhc_x")
		l.Stored(t)
		l.Noted(t, hubtest.ByRequest(audit.Event{Kind: audit.ClientRefused, Client: c.App.ID, Why: texts.New("client.refused", "why", texts.New("client.refused.secret"))})...)
	}},
	{"a device is allowed, and collects", func(t *testing.T, c *counter) {
		tv := c.Television()
		r := tv.Begin()
		p := c.b.Submit(c.b.Open("/device"), "/device", "user_code", r.Str("user_code"))
		l := c.Ledger()
		c.b.Submit(p, "/device/confirm", "decision", "allow")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.ConsentGiven, Actor: c.ada.ID, Client: tv.ID, Detail: map[string]string{"how": "device"}})...)
		l = c.Ledger()
		tv.Poll(r.Str("device_code"))
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.Collected, Client: tv.ID, Target: c.ada.ID, Detail: map[string]string{"how": "device"}})...)
	}},
	{"a back-channel request is denied", func(t *testing.T, c *counter) {
		bank := c.CallCentre()
		bank.Ask()
		p := c.b.Open("/account/approvals")
		l := c.Ledger()
		c.b.Submit(p, "/account/approvals", "decision", "deny")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.ConsentDenied, Actor: c.ada.ID, Client: bank.ID, Detail: map[string]string{"how": "ciba"}})...)
	}},
	{"a token is exchanged", func(t *testing.T, c *counter) {
		token := c.tokens(c.b.SignInTo(c.App, "ada@example.org", "scope", "openid files").Get("code")).Str("access_token")
		g := c.Gateway(clients.Exchange{From: []string{c.App.ID}, Impersonate: true, Delegate: true})
		l := c.Ledger()
		g.Swap(token)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.Exchanged, Actor: g.ID, Client: c.App.ID, Target: c.ada.ID, Detail: map[string]string{"how": "impersonation"}})...)
		machine := g.Post("/oauth2/token", "grant_type", "client_credentials").Str("access_token")
		l = c.Ledger()
		g.Swap(token, "actor_token", machine, "actor_token_type", hubtest.AccessType)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.Exchanged, Actor: g.ID, Client: c.App.ID, Target: c.ada.ID, Detail: map[string]string{"how": "delegation", "for": g.ID}})...)
	}},
	{"an issuer vouches for somebody", func(t *testing.T, _ *counter) {
		idp := hubtest.NewVoice(t)
		at := hubtest.NewServer(t, func(rw http.ResponseWriter, _ *http.Request) { rw.Write([]byte(idp.Keys())) }) //nolint:errcheck // the test would fail
		w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{AllowPrivateAddresses: true})
		a := w.App(func(c *clients.Client) { c.SetGrant(clients.GrantJWT, true) })
		u := w.Linked("staff", "https://idp.example.org", "ada")
		hubtest.Done(t, w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) {
			s.Vouchers = []string{"https://idp.example.org " + at + "/jwks staff " + a.ID}
		}))
		w.Clock.Skip(3 * time.Second)
		w.Browser().SignInTo(a, "ada@example.org", "scope", "openid files")
		l := w.Ledger()
		a.Vouch(idp.Say(w.Words("https://idp.example.org", "ada")), "scope", "openid files")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.Collected, Client: a.ID, Target: u.ID, LoginKey: "staff", Detail: map[string]string{"how": "jwt-bearer"}})...)
	}},
}
