package hub_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
)

// callCentre is a client that asks people by back channel.
func (w *world) callCentre(change ...func(*clients.Client)) *app {
	w.Helper()
	return w.app(append([]func(*clients.Client){func(c *clients.Client) {
		c.Name, c.RedirectURIs, c.Grants = "Bank", nil, []string{clients.GrantCIBA}
	}}, change...)...)
}

// ask begins a request for ada; pairs override it.
func (a *app) ask(pairs ...string) reply {
	a.w.Helper()
	return a.post("/oauth2/bc-authorize", append([]string{"scope", "openid profile", "login_hint", "ada@example.org", "binding_message", "W4SC"}, pairs...)...)
}

func (a *app) hear(id string) reply {
	a.w.Helper()
	return a.post("/oauth2/token", "grant_type", clients.GrantCIBA, "auth_req_id", id)
}

func TestAPersonIsAskedByBackChannel(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		ada := w.person("ada@example.org")
		a := w.callCentre()
		r := a.ask()
		want(t, "status", r.Status, 200)
		want(t, "expires_in", r.JSON["expires_in"], any(600.0))
		id := r.str("auth_req_id")
		refused(t, "before the answer", a.hear(id), 400, "authorization_pending")
		refused(t, "too soon", a.hear(id), 400, "slow_down")

		b := w.browser()
		b.signIn(b.open("/signin"), "ada@example.org")
		p := b.open("/account/approvals")
		for _, shown := range []string{"Bank", "W4SC", "127.0.0.1", "See your profile"} {
			if !strings.Contains(p.Body, shown) {
				t.Errorf("the page does not show %q", shown)
			}
		}
		b.submit(p, "/account/approvals", "decision", "allow")
		var won atomic.Int32
		var got atomic.Pointer[reply]
		atOnce(32, func(int) {
			if r := a.hear(id); r.Status == 200 {
				won.Add(1)
				got.Store(&r)
			}
		})
		want(t, "answers with tokens", won.Load(), 1)
		want(t, "sub", claimsOf(t, got.Load().str("id_token"))["sub"], any(ada.ID))
		want(t, "refresh", a.refresh(got.Load().str("refresh_token")).Status, 200)
	})
}

func TestNobodyElseAnswersForAPerson(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	w.person("eve@example.org")
	a, other := w.callCentre(), w.callCentre()
	id := a.ask().str("auth_req_id")
	ada, eve := w.browser(), w.browser()
	ada.signIn(ada.open("/signin"), "ada@example.org")
	eve.signIn(eve.open("/signin"), "eve@example.org")
	p := ada.open("/account/approvals")
	_, fields, _ := form(p.Body, "/account/approvals")
	_, hers, _ := form(eve.open("/account").Body, "/account/sessions/end-all")
	fields.Set("csrf", hers.Get("csrf"))
	fields.Set("decision", "allow")
	stolen := eve.read(eve.PostForm(w.URL+"/account/approvals", fields))
	want(t, "somebody else's answer", stolen.Status, http.StatusGone)
	refused(t, "another client", other.hear(id), 400, "invalid_grant")

	// A browser that was left signed in long ago is not the person.
	w.clock.skip(9 * time.Minute)
	id = a.ask().str("auth_req_id")
	w.clock.skip(7 * time.Minute)
	p = ada.submit(ada.open("/account/approvals"), "/account/approvals", "decision", "allow")
	want(t, "after a while", p.URL.Path, "/signin")
	refused(t, "…and nothing was allowed", a.hear(id), 400, "authorization_pending")
	p = ada.signIn(p, "ada@example.org")
	want(t, "and then", p.URL.Path, "/account/approvals")
	ada.submit(p, "/account/approvals", "decision", "deny")
	refused(t, "denied", a.hear(id), 400, "access_denied")
}

func TestABackChannelRequestIsChecked(t *testing.T) { // CIBA §7.1, §13
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.callCentre(func(c *clients.Client) { c.AllowedRoles = nil })
	closed := w.callCentre(func(c *clients.Client) { c.AllowedRoles = []string{"clerk"} })
	ping := w.callCentre(func(c *clients.Client) {
		c.CIBA = clients.CIBA{Delivery: "ping", NotificationURI: "https://bank.example.org/ping"}
	})
	for _, tt := range []struct {
		name string
		r    reply
		code string
	}{
		{"no hint", a.ask("login_hint", ""), "invalid_request"},
		{"two hints", a.ask("id_token_hint", "x"), "invalid_request"},
		{"a hint token", a.ask("login_hint", "", "login_hint_token", "x"), "invalid_request"},
		{"no ID token", a.ask("login_hint", "", "id_token_hint", "x"), "invalid_request"},
		{"somebody unknown", a.ask("login_hint", "nobody@example.org"), "unknown_user_id"},
		{"somebody without the role", closed.ask(), "unknown_user_id"},
		{"no openid", a.ask("scope", "profile"), "invalid_scope"},
		{"a scope it lacks", a.ask("scope", "openid admin"), "invalid_scope"},
		{"a message that does not fit", a.ask("binding_message", strings.Repeat("x", 101)), "invalid_binding_message"},
		{"a message that turns round", a.ask("binding_message", "abc\u202edef"), "invalid_binding_message"},
		{"a wrong expiry", a.ask("requested_expiry", "-1"), "invalid_request"},
		{"a signed request", a.ask("request", "x.y.z"), "invalid_request"},
		{"no token for the ping", ping.ask(), "invalid_request"},
		{"no token a header could carry", ping.ask("client_notification_token", "a b"), "invalid_request"},
		{"a client without the grant", w.app().ask(), "unauthorized_client"},
	} {
		refused(t, tt.name, tt.r, 400, tt.code)
	}
	want(t, "requested_expiry", a.ask("requested_expiry", "60").JSON["expires_in"], any(60.0))
	want(t, "…never more than the hub's", a.ask("requested_expiry", "99999").JSON["expires_in"], any(600.0))
	want(t, "somebody by their ID token", a.ask("login_hint", "", "id_token_hint", idTokenFor(w, a)).Status, 200)
	secret := "an-unguessable-token"
	id := ping.ask("client_notification_token", secret).str("auth_req_id")
	if kept := dump(t, w); strings.Contains(kept, secret) || strings.Contains(kept, id) {
		t.Error("the database holds the client's token or the request's name")
	}
}

// idTokenFor is an ID token of the client for ada, got by asking her.
func idTokenFor(w *world, a *app) string {
	w.Helper()
	w.clock.skip(11 * time.Minute) // what was asked before has expired
	id := a.ask().str("auth_req_id")
	b := w.browser()
	b.signIn(b.open("/signin"), "ada@example.org")
	b.submit(b.open("/account/approvals"), "/account/approvals", "decision", "allow")
	return a.hear(id).str("id_token")
}

func TestAClientIsPinged(t *testing.T) { // CIBA §10.2
	pinged := make(chan *http.Request, 2)
	bodies := make(chan string, 2)
	bank := newServer(t, func(rw http.ResponseWriter, r *http.Request) {
		body := make([]byte, 200)
		n, _ := r.Body.Read(body) //nolint:errcheck // it ends with the request
		bodies <- string(body[:n])
		pinged <- r
		http.Redirect(rw, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	w := newWorldAs(t, openSQLite(t), hub.Config{AllowPrivateAddresses: true})
	w.person("ada@example.org")
	a := w.callCentre(func(c *clients.Client) {
		c.CIBA = clients.CIBA{Delivery: "ping", NotificationURI: bank + "/ping"}
	})
	r := a.ask("client_notification_token", "8d67dc78-7faa-4d41-aabd-67707b374255")
	b := w.browser()
	b.signIn(b.open("/signin"), "ada@example.org")
	b.submit(b.open("/account/approvals"), "/account/approvals", "decision", "allow")
	got := <-pinged
	want(t, "path", got.URL.Path, "/ping")
	want(t, "token", got.Header.Get("Authorization"), "Bearer 8d67dc78-7faa-4d41-aabd-67707b374255")
	want(t, "body", <-bodies, `{"auth_req_id":"`+r.str("auth_req_id")+`"}`)
	want(t, "then", a.hear(r.str("auth_req_id")).Status, 200)
	if len(pinged) != 0 {
		t.Error("a redirect was followed")
	}
}
