package token_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestAPersonIsAskedByBackChannel(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		ada := w.Person("ada@example.org")
		a := w.CallCentre()
		r := a.Ask()
		hubtest.Want(t, "status", r.Status, 200)
		hubtest.Want(t, "expires_in", r.JSON["expires_in"], any(600.0))
		id := r.Str("auth_req_id")
		hubtest.Refused(t, "before the answer", a.Hear(id), 400, "authorization_pending")
		hubtest.Refused(t, "too soon", a.Hear(id), 400, "slow_down")

		b := w.Browser()
		b.SignIn(b.Open("/signin"), "ada@example.org")
		p := b.Open("/account/approvals")
		for _, shown := range []string{"Bank", "W4SC", "127.0.0.1", "See your profile"} {
			if !strings.Contains(p.Body, shown) {
				t.Errorf("the page does not show %q", shown)
			}
		}
		b.Submit(p, "/account/approvals", "decision", "allow")
		var won atomic.Int32
		var got atomic.Pointer[hubtest.Reply]
		hubtest.AtOnce(32, func(int) {
			if r := a.Hear(id); r.Status == 200 {
				won.Add(1)
				got.Store(&r)
			}
		})
		hubtest.Want(t, "answers with tokens", won.Load(), 1)
		hubtest.Want(t, "sub", hubtest.ClaimsOf(t, got.Load().Str("id_token"))["sub"], any(ada.ID))
		hubtest.Want(t, "refresh", a.Refresh(got.Load().Str("refresh_token")).Status, 200)
	})
}

func TestNobodyElseAnswersForAPerson(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	w.Person("eve@example.org")
	a, other := w.CallCentre(), w.CallCentre()
	id := a.Ask().Str("auth_req_id")
	ada, eve := w.Browser(), w.Browser()
	ada.SignIn(ada.Open("/signin"), "ada@example.org")
	eve.SignIn(eve.Open("/signin"), "eve@example.org")
	p := ada.Open("/account/approvals")
	_, fields, _ := hubtest.Form(p.Body, "/account/approvals")
	_, hers, _ := hubtest.Form(eve.Open("/account").Body, "/account/sessions/end-all")
	fields.Set("csrf", hers.Get("csrf"))
	fields.Set("decision", "allow")
	stolen := eve.Read(eve.PostForm(w.URL+"/account/approvals", fields))
	hubtest.Want(t, "somebody else's answer", stolen.Status, http.StatusGone)
	hubtest.Refused(t, "another client", other.Hear(id), 400, "invalid_grant")

	// A browser that signed in long ago cannot approve.
	w.Clock.Skip(9 * time.Minute)
	id = a.Ask().Str("auth_req_id")
	w.Clock.Skip(7 * time.Minute)
	p = ada.Submit(ada.Open("/account/approvals"), "/account/approvals", "decision", "allow")
	hubtest.Want(t, "after a while", p.URL.Path, "/signin/prove")
	hubtest.Refused(t, "…and nothing was allowed", a.Hear(id), 400, "authorization_pending")
	p = ada.SignIn(p, "ada@example.org")
	hubtest.Want(t, "and then", p.URL.Path, "/account/approvals")
	ada.Submit(p, "/account/approvals", "decision", "deny")
	hubtest.Refused(t, "denied", a.Hear(id), 400, "access_denied")
}

func TestABackChannelRequestIsChecked(t *testing.T) { // CIBA §7.1, §13
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.CallCentre(func(c *clients.Client) { c.AllowedRoles = nil })
	closed := w.CallCentre(func(c *clients.Client) { c.AllowedRoles = []string{"clerk"} })
	ping := w.CallCentre(func(c *clients.Client) {
		c.CIBA = clients.CIBA{Delivery: "ping", NotificationURI: "https://bank.example.org/ping"}
	})
	for _, tt := range []struct {
		name string
		r    hubtest.Reply
		code string
	}{
		{"no hint", a.Ask("login_hint", ""), "invalid_request"},
		{"two hints", a.Ask("id_token_hint", "x"), "invalid_request"},
		{"a hint token", a.Ask("login_hint", "", "login_hint_token", "x"), "invalid_request"},
		{"no ID token", a.Ask("login_hint", "", "id_token_hint", "x"), "invalid_request"},
		{"somebody unknown", a.Ask("login_hint", "nobody@example.org"), "unknown_user_id"},
		{"somebody without the role", closed.Ask(), "unknown_user_id"},
		{"no openid", a.Ask("scope", "profile"), "invalid_scope"},
		{"a scope it lacks", a.Ask("scope", "openid phone"), "invalid_scope"},
		{"a message that does not fit", a.Ask("binding_message", strings.Repeat("x", 101)), "invalid_binding_message"},
		{"a message that turns round", a.Ask("binding_message", "abc\u202edef"), "invalid_binding_message"},
		{"a wrong expiry", a.Ask("requested_expiry", "-1"), "invalid_request"},
		{"a signed request", a.Ask("request", "x.y.z"), "invalid_request"},
		{"no token for the ping", ping.Ask(), "invalid_request"},
		{"no token a header could carry", ping.Ask("client_notification_token", "a b"), "invalid_request"},
		{"a client without the grant", w.App().Ask(), "unauthorized_client"},
	} {
		hubtest.Refused(t, tt.name, tt.r, 400, tt.code)
	}
	hubtest.Want(t, "requested_expiry", a.Ask("requested_expiry", "60").JSON["expires_in"], any(60.0))
	hubtest.Want(t, "…never more than the hub's", a.Ask("requested_expiry", "99999").JSON["expires_in"], any(600.0))
	hubtest.Want(t, "somebody by their ID token", a.Ask("login_hint", "", "id_token_hint", idTokenFor(w, a)).Status, 200)
	secret := "an-unguessable-token"
	id := ping.Ask("client_notification_token", secret).Str("auth_req_id")
	if kept := hubtest.Dump(t, w); strings.Contains(kept, secret) || strings.Contains(kept, id) {
		t.Error("the database holds the client's token or the request's name")
	}
}

// idTokenFor is an ID token of the client for ada, by CIBA.
func idTokenFor(w *hubtest.World, a *hubtest.App) string {
	w.Helper()
	w.Clock.Skip(11 * time.Minute) // earlier requests expire
	id := a.Ask().Str("auth_req_id")
	b := w.Browser()
	b.SignIn(b.Open("/signin"), "ada@example.org")
	b.Submit(b.Open("/account/approvals"), "/account/approvals", "decision", "allow")
	return a.Hear(id).Str("id_token")
}

func TestAClientIsPinged(t *testing.T) { // CIBA §10.2
	pinged := make(chan *http.Request, 2)
	bodies := make(chan string, 2)
	bank := hubtest.NewServer(t, func(rw http.ResponseWriter, r *http.Request) {
		body := make([]byte, 200)
		n, _ := r.Body.Read(body) //nolint:errcheck // it ends with the request
		bodies <- string(body[:n])
		pinged <- r
		http.Redirect(rw, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{AllowPrivateAddresses: true})
	w.Person("ada@example.org")
	a := w.CallCentre(func(c *clients.Client) {
		c.CIBA = clients.CIBA{Delivery: "ping", NotificationURI: bank + "/ping"}
	})
	r := a.Ask("client_notification_token", "8d67dc78-7faa-4d41-aabd-67707b374255")
	b := w.Browser()
	b.SignIn(b.Open("/signin"), "ada@example.org")
	b.Submit(b.Open("/account/approvals"), "/account/approvals", "decision", "allow")
	got := <-pinged
	hubtest.Want(t, "path", got.URL.Path, "/ping")
	hubtest.Want(t, "token", got.Header.Get("Authorization"), "Bearer 8d67dc78-7faa-4d41-aabd-67707b374255")
	hubtest.Want(t, "body", <-bodies, `{"auth_req_id":"`+r.Str("auth_req_id")+`"}`)
	hubtest.Want(t, "then", a.Hear(r.Str("auth_req_id")).Status, 200)
	if len(pinged) != 0 {
		t.Error("a redirect was followed")
	}
}
