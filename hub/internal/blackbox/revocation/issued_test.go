package revocation_test

import (
	"net/http"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// issued is one result of a sign-in: a session or a token.
type issued struct {
	access  func() bool // reports whether it is valid now
	refresh func() bool // renews it; nil if it cannot be renewed
	app     *hubtest.App
	family  bool // it belongs to a user and depends on a record of the set families
}

// A sort is a kind of them.
type sort struct {
	name   string   // its name in docs/revocation.md
	grants []string // values of grant_types_supported
	// issue issues it in a signed-in browser. The other kinds belong to no user,
	// or need a provider.
	issue func(t *testing.T, h *house, b *hubtest.Browser) issued
}

// sorts are all kinds. A new grant type without one fails
// TestEveryWayInAndEveryGrantHasItsPlace.
var sorts = []sort{
	{"session", nil, session},
	{"code", []string{clients.GrantCode, clients.GrantRefresh}, byCode()},
	{"opaque token", nil, byCode(func(c *clients.Client) { c.OpaqueTokens = true })},
	{"implicit", []string{clients.GrantImplicit}, implicit},
	{"device", []string{clients.GrantDevice}, device},
	{"CIBA", []string{clients.GrantCIBA}, backChannel},
	{"token exchange", []string{clients.GrantExchange}, exchanged},
	{"assertion", []string{clients.GrantJWT}, asserted},
	{"client credentials", []string{clients.GrantClientCredentials}, own},
}

func session(_ *testing.T, _ *house, b *hubtest.Browser) issued {
	return issued{access: func() bool { return b.Open("/account").URL.Path == "/account" }}
}

// tokens are from a token response.
func tokens(t *testing.T, a *hubtest.App, r hubtest.Reply) issued {
	t.Helper()
	if r.Status != http.StatusOK {
		t.Fatalf("%s got nothing: %d %s", a.Name, r.Status, r.Body)
	}
	access, renew := r.Str("access_token"), r.Str("refresh_token")
	out := issued{app: a, family: true, access: func() bool { return a.W.Userinfo(access).Status == http.StatusOK }}
	if renew != "" {
		out.refresh = func() bool {
			next := a.Refresh(renew)
			renew = next.Str("refresh_token")
			return next.Status == http.StatusOK
		}
	}
	return out
}

// allowed goes to the app's answer in a signed-in browser.
func allowed(b *hubtest.Browser, a *hubtest.App, pairs ...string) hubtest.Page {
	p := b.Authorize(a.Request(pairs...))
	if p.Location == "" {
		p = b.Submit(p, "/consent", "decision", "allow")
	}
	return p
}

func byCode(change ...func(*clients.Client)) func(*testing.T, *house, *hubtest.Browser) issued {
	return func(t *testing.T, h *house, b *hubtest.Browser) issued {
		a := h.App(change...)
		return tokens(t, a, a.Redeem(b.Answer(allowed(b, a, "scope", "openid profile offline_access")).Get("code")))
	}
}

func implicit(t *testing.T, h *house, b *hubtest.Browser) issued {
	a := h.App(func(c *clients.Client) {
		c.GrantTypes, c.ResponseTypes = nil, []string{"token"}
		c.SetGrant(clients.GrantImplicit, true)
		c.SetGrant(clients.GrantCode, false)
	})
	answer, _ := b.Arrived(allowed(b, a, "response_type", "token", "code_challenge", "", "code_challenge_method", ""))
	token := answer.Get("access_token")
	if token == "" {
		t.Fatalf("no token: %v", answer)
	}
	return issued{app: a, family: true, access: func() bool { return h.Userinfo(token).Status == http.StatusOK }}
}

func device(t *testing.T, h *house, b *hubtest.Browser) issued {
	a := h.Television()
	r := a.Begin()
	b.AnswerDevice(r.Str("user_code"), "", "allow")
	return tokens(t, a, a.Poll(r.Str("device_code")))
}

func backChannel(t *testing.T, h *house, b *hubtest.Browser) issued {
	a := h.CallCentre()
	r := a.Ask("login_hint", h.person().Email)
	h.confirmed(b)
	b.Submit(b.Open("/account/approvals"), "/account/approvals", "decision", "allow")
	return tokens(t, a, a.Hear(r.Str("auth_req_id")))
}

func exchanged(t *testing.T, h *house, b *hubtest.Browser) issued {
	a := h.App()
	token := a.Redeem(b.Answer(allowed(b, a, "scope", "openid profile")).Get("code")).Str("access_token")
	gateway := h.Gateway(clients.Exchange{From: []string{"*"}, Impersonate: true})
	out := tokens(t, gateway, gateway.Swap(token))
	out.app, out.family = a, false // it depends on the app's consent, and ends with it
	return out
}

// asserted is a token for an assertion of the provider. There is none about users
// who have only a password.
func asserted(t *testing.T, h *house, b *hubtest.Browser) issued {
	if h.key == "" {
		return issued{}
	}
	voice := hubtest.NewVoice(t)
	at := hubtest.NewServer(t, func(rw http.ResponseWriter, _ *http.Request) { rw.Write([]byte(voice.Keys())) }) //nolint:errcheck // the test would fail
	a := h.App(func(c *clients.Client) { c.SetGrant(clients.GrantJWT, true) })
	allowed(b, a, "scope", "openid profile")
	err := h.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) {
		s.Vouchers = []string{h.issuer + " " + at + "/jwks " + h.key + " " + a.ID}
	})
	if err != nil {
		t.Fatal(err)
	}
	linked, err := h.Hub.Identities(t.Context(), h.person().ID)
	if err != nil || len(linked) != 1 {
		t.Fatalf("%d identities, %v", len(linked), err)
	}
	return tokens(t, a, a.Vouch(voice.Say(h.Words(h.issuer, linked[0].Subject)), "scope", "openid profile"))
}

func own(t *testing.T, h *house, _ *hubtest.Browser) issued {
	reader := h.App(func(c *clients.Client) { c.Serves = []string{hubtest.FilesAPI} })
	a := h.App(func(c *clients.Client) {
		c.Resources = []string{hubtest.FilesAPI}
		c.SetGrant(clients.GrantClientCredentials, true)
	})
	r := a.Post("/oauth2/token", "grant_type", clients.GrantClientCredentials, "scope", "files", "resource", hubtest.FilesAPI)
	if r.Status != http.StatusOK {
		t.Fatalf("no token of its own: %s", r.Body)
	}
	return issued{app: a, access: func() bool { return reader.Active(r.Str("access_token")) }}
}
