package hub_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
)

// A counter is where tokens are asked for: a person, their browser and an app.
type counter struct {
	*world
	ada users.User
	*app
	b *browser
}

func (c *counter) playedBy(t *testing.T) { c.world.playedBy(t) }

func newCounter(t *testing.T) *counter {
	w := newWorldAs(t, openSQLite(t), hub.Config{AllowPrivateAddresses: true})
	return &counter{w, w.person("ada@example.org"), w.app(), w.browser()}
}

// tokens are those of a sign-in.
func (c *counter) tokens(code string) reply {
	c.world.Helper()
	r := c.redeem(code)
	want(c.world, "tokens", r.Status, 200)
	return r
}

func (c *counter) code() string {
	return c.b.signInTo(c.app, "ada@example.org", "scope", "openid offline_access").Get("code")
}

// misused is what an app did with what is ada's.
func (c *counter) misused(kind, reason string) []audit.Event {
	return byRequest(audit.Event{Kind: kind, Actor: c.app.ID, Client: c.app.ID, Target: c.ada.ID, Reason: reason})
}

var tokenActs = []act[*counter]{
	{"a code is redeemed", func(t *testing.T, c *counter) {
		code := c.code()
		l := c.ledger()
		c.tokens(code)
		l.stored(t)
		l.noted(t, byRequest(audit.Event{Kind: audit.TokensIssued, Client: c.app.ID, Detail: map[string]string{"grant": "authorization_code"}})...)
	}},
	{"a code is redeemed again", func(t *testing.T, c *counter) {
		code := c.code()
		c.tokens(code)
		l := c.ledger()
		c.redeem(code)
		l.stored(t, c.misused(audit.CodeReplayed, "already used")...)
	}},
	{"a code is redeemed with a wrong verifier", func(t *testing.T, c *counter) {
		code := c.code()
		l := c.ledger()
		c.redeem(code, "code_verifier", strings.Repeat("x", 43))
		l.stored(t, c.misused(audit.CodeMisused, "code_verifier")...)
	}},
	{"a code is redeemed by another app", func(t *testing.T, c *counter) {
		code, other := c.code(), c.world.app()
		l := c.ledger()
		other.redeem(code)
		l.stored(t, byRequest(audit.Event{Kind: audit.CodeMisused, Actor: other.ID, Client: c.app.ID, Target: c.ada.ID, Reason: "another client"})...)
	}},
	{"a refresh token is used again", func(t *testing.T, c *counter) {
		first := c.tokens(c.code())
		second := c.refresh(first.str("refresh_token"))
		c.refresh(second.str("refresh_token"))
		c.clock.skip(2 * time.Minute)
		l := c.ledger()
		c.refresh(first.str("refresh_token"))
		l.stored(t, c.misused(audit.RefreshReused, "already used")...)
	}},
	{"a refresh token comes with another key", func(t *testing.T, c *counter) {
		public := c.world.app(spa, dpopBound)
		code := c.b.signInTo(public, "ada@example.org", "scope", "openid offline_access").Get("code")
		key, other := c.proofKey(), c.proofKey()
		r := public.proven("/oauth2/token", []string{key.proof("POST", "/oauth2/token", map[string]any{"nonce": c.nonce()})}, codeForm(public, code)...)
		want(t, "tokens", r.Status, 200)
		l := c.ledger()
		public.proven("/oauth2/token", []string{other.proof("POST", "/oauth2/token", map[string]any{"nonce": c.nonce()})}, "grant_type", "refresh_token", "refresh_token", r.str("refresh_token"))
		l.stored(t, byRequest(audit.Event{Kind: audit.RefreshMisused, Actor: public.ID, Client: public.ID, Target: c.ada.ID, Reason: "another key"})...)
	}},
	{"a token is revoked", func(t *testing.T, c *counter) {
		token := c.tokens(c.code()).str("refresh_token")
		l := c.ledger()
		c.app.post("/oauth2/revoke", "token", token)
		l.stored(t, byRequest(audit.Event{Kind: audit.TokenRevoked, Actor: c.app.ID, Client: c.app.ID})...)
	}},
	{"an app gives a wrong secret", func(t *testing.T, c *counter) {
		wrong := *c.app
		wrong.Secret = "wrong"
		l := c.ledger()
		wrong.redeem("fhc_x")
		l.stored(t)
		l.noted(t, byRequest(audit.Event{Kind: audit.ClientRefused, Client: c.app.ID, Reason: "credentials are wrong"})...)
	}},
	{"a device is allowed, and collects", func(t *testing.T, c *counter) {
		tv := c.television()
		r := tv.begin()
		p := c.b.submit(c.b.open("/device"), "/device", "user_code", r.str("user_code"))
		l := c.ledger()
		c.b.submit(p, "/device/confirm", "decision", "allow")
		l.stored(t, byRequest(audit.Event{Kind: audit.ConsentGiven, Actor: c.ada.ID, Client: tv.ID, Detail: map[string]string{"how": "device"}})...)
		l = c.ledger()
		tv.poll(r.str("device_code"))
		l.stored(t, byRequest(audit.Event{Kind: audit.Collected, Client: tv.ID, Target: c.ada.ID, Detail: map[string]string{"how": "device"}})...)
	}},
	{"a back-channel request is denied", func(t *testing.T, c *counter) {
		bank := c.callCentre()
		bank.ask()
		p := c.b.open("/account/approvals")
		l := c.ledger()
		c.b.submit(p, "/account/approvals", "decision", "deny")
		l.stored(t, byRequest(audit.Event{Kind: audit.ConsentDenied, Actor: c.ada.ID, Client: bank.ID, Detail: map[string]string{"how": "ciba"}})...)
	}},
	{"a token is exchanged", func(t *testing.T, c *counter) {
		token := c.tokens(c.b.signInTo(c.app, "ada@example.org", "scope", "openid files").Get("code")).str("access_token")
		g := c.gateway(clients.Exchange{From: []string{c.app.ID}, Impersonate: true, Delegate: true})
		l := c.ledger()
		g.swap(token)
		l.stored(t, byRequest(audit.Event{Kind: audit.Exchanged, Actor: g.ID, Client: c.app.ID, Target: c.ada.ID, Detail: map[string]string{"how": "impersonation"}})...)
		machine := g.post("/oauth2/token", "grant_type", "client_credentials").str("access_token")
		l = c.ledger()
		g.swap(token, "actor_token", machine, "actor_token_type", accessType)
		l.stored(t, byRequest(audit.Event{Kind: audit.Exchanged, Actor: g.ID, Client: c.app.ID, Target: c.ada.ID, Detail: map[string]string{"how": "delegation", "for": g.ID}})...)
	}},
	{"an issuer vouches for somebody", func(t *testing.T, _ *counter) {
		idp := newVoice(t)
		at := newServer(t, func(rw http.ResponseWriter, _ *http.Request) { rw.Write([]byte(idp.keys())) }) //nolint:errcheck // the test would fail
		w := newWorldAs(t, openSQLite(t), hub.Config{AllowPrivateAddresses: true})
		a := w.app(func(c *clients.Client) { c.Grants = []string{clients.GrantJWT} })
		u := w.linked("staff", "https://idp.example.org", "ada")
		done(t, w.Hub.ChangeSettings(t.Context(), "test", func(s *settings.Settings) {
			s.Vouchers = []string{"https://idp.example.org " + at + "/jwks staff " + a.ID}
		}))
		w.clock.skip(3 * time.Second)
		w.browser().signInTo(a, "ada@example.org", "scope", "openid files")
		l := w.ledger()
		a.vouch(idp.say(w.words("https://idp.example.org", "ada")), "scope", "openid files")
		l.stored(t, byRequest(audit.Event{Kind: audit.Collected, Client: a.ID, Target: u.ID, LoginKey: "staff", Detail: map[string]string{"how": "jwt-bearer"}})...)
	}},
}
