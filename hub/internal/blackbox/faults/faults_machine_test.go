package faults_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// asked is a story with one call of a machine endpoint.
func asked(call func() hubtest.Reply, look func(t *testing.T, r hubtest.Reply, acked bool)) (func() answered, func(*testing.T, bool)) {
	var r hubtest.Reply
	return func() answered { r = call(); return answeredBy(r) },
		func(t *testing.T, acked bool) { look(t, r, acked) }
}

// held is a sign-in with an app's tokens.
type held struct {
	*hubtest.App
	b     *hubtest.Browser
	email string
	hubtest.Reply
}

func (f *faulty) signedIn(change ...func(*clients.Client)) held {
	f.Helper()
	email, a, b := f.someone(), f.App(change...), f.Browser()
	r := a.Redeem(b.SignInTo(a, email, "scope", "openid profile email files offline_access").Get("code"))
	hubtest.Want(f, "tokens", r.Status, 200)
	return held{a, b, email, r}
}

// alive checks that the app's tokens work.
func alive(t *testing.T, a *hubtest.App, r hubtest.Reply) {
	t.Helper()
	if a.Public() { // it may not introspect
		hubtest.Want(t, "userinfo", a.W.Userinfo(r.Str("access_token")).Status, 200)
		return
	}
	if r.Str("access_token") == "" || !a.Active(r.Str("access_token")) {
		t.Errorf("what was issued is not active: %s", r.Body)
	}
}

// again checks that a failed call can be repeated, or took effect.
func again(t *testing.T, r hubtest.Reply, refusal string) {
	t.Helper()
	if r.Status != 200 && (r.Status != 400 || r.Str("error") != refusal) {
		t.Errorf("once more: got %d %s", r.Status, r.Body)
	}
}

var machineStories = []story{
	{"a code is redeemed", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		a, b := f.App(), f.Browser()
		code := b.SignInTo(a, f.someone()).Get("code")
		return asked(func() hubtest.Reply { return a.Redeem(code) }, func(t *testing.T, r hubtest.Reply, acked bool) {
			if acked {
				alive(t, a, r)
			}
			again(t, a.Redeem(code), "invalid_grant")
		})
	}},
	{"a token is refreshed", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		h := f.signedIn()
		return asked(func() hubtest.Reply { return h.Refresh(h.Str("refresh_token")) }, func(t *testing.T, r hubtest.Reply, acked bool) {
			if acked {
				alive(t, h.App, r)
				hubtest.Want(t, "the next refresh", h.Refresh(r.Str("refresh_token")).Status, 200)
				return
			}
			again(t, h.Refresh(h.Str("refresh_token")), "invalid_grant")
		})
	}},
	{"a token is revoked", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		h := f.signedIn()
		return asked(func() hubtest.Reply { return h.Post("/oauth2/revoke", "token", h.Str("refresh_token")) }, func(t *testing.T, _ hubtest.Reply, acked bool) {
			if !acked {
				hubtest.Want(t, "once more", h.Post("/oauth2/revoke", "token", h.Str("refresh_token")).Status, 200)
			}
			hubtest.Want(t, "active", h.Active(h.Str("access_token")), false)
		})
	}},
	{"a token is looked at", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		h := f.signedIn()
		return asked(func() hubtest.Reply { return h.Post("/oauth2/introspect", "token", h.Str("access_token")) }, func(t *testing.T, r hubtest.Reply, acked bool) {
			if acked && r.JSON["active"] != true {
				t.Errorf("a token that is good is called %s", r.Body)
			}
		})
	}},
	{"a person is looked at", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		h := f.signedIn()
		return asked(func() hubtest.Reply { return f.Userinfo(h.Str("access_token")) }, func(t *testing.T, r hubtest.Reply, acked bool) {
			if acked {
				hubtest.Want(t, "email", r.Str("email"), h.email)
			}
		})
	}},
	{"a token is exchanged", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		h := f.signedIn()
		g := f.Gateway(clients.Exchange{From: []string{h.ID}, Impersonate: true})
		return asked(func() hubtest.Reply { return g.Swap(h.Str("access_token")) }, func(t *testing.T, r hubtest.Reply, acked bool) {
			if !acked {
				r = g.Swap(h.Str("access_token"))
			}
			alive(t, g, r)
		})
	}},
	{"a machine gets a token", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		a := f.App(func(c *clients.Client) { c.SetGrant(clients.GrantClientCredentials, true) })
		call := func() hubtest.Reply { return a.Post("/oauth2/token", "grant_type", "client_credentials") }
		return asked(call, func(t *testing.T, r hubtest.Reply, acked bool) {
			if !acked {
				r = call()
			}
			alive(t, a, r)
		})
	}},
	{"a request is pushed", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		a, email := f.App(), f.someone()
		call := func() hubtest.Reply { return a.Post("/oauth2/par", hubtest.Flat(a.Request())...) }
		return asked(call, func(t *testing.T, r hubtest.Reply, acked bool) {
			if !acked {
				r = call()
			}
			b := f.Browser()
			p := b.Walk(b.Open("/oauth2/authorize?client_id="+a.ID+"&request_uri="+r.Str("request_uri")), email, f.World)
			hubtest.Want(t, "tokens", a.Redeem(b.Answer(p).Get("code")).Status, 200)
		})
	}},
	{"a device asks", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		tv, email := f.Television(), f.someone()
		return asked(func() hubtest.Reply { return tv.Begin() }, func(t *testing.T, r hubtest.Reply, acked bool) {
			if !acked {
				r = tv.Begin()
			}
			f.Browser().AnswerDevice(r.Str("user_code"), email, "allow")
			alive(t, tv, tv.Poll(r.Str("device_code")))
		})
	}},
	{"a device collects", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		tv := f.Television()
		begun := tv.Begin()
		f.Browser().AnswerDevice(begun.Str("user_code"), f.someone(), "allow")
		return asked(func() hubtest.Reply { return tv.Poll(begun.Str("device_code")) }, func(t *testing.T, r hubtest.Reply, acked bool) {
			if acked {
				alive(t, tv, r)
			}
			f.skip(6 * time.Second)
			once := tv.Poll(begun.Str("device_code"))
			again(t, once, "invalid_grant")
			if acked && once.Status == 200 {
				t.Error("it was collected twice")
			}
		})
	}},
	{"a person is asked by back channel, and the app collects", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		bank, email := f.CallCentre(), f.someone()
		id := bank.Ask("login_hint", email).Str("auth_req_id")
		b := f.Home(email)
		b.Submit(b.Open("/account/approvals"), "/account/approvals", "decision", "allow")
		return asked(func() hubtest.Reply { return bank.Hear(id) }, func(t *testing.T, r hubtest.Reply, acked bool) {
			if acked {
				alive(t, bank, r)
			}
			f.skip(6 * time.Second)
			again(t, bank.Hear(id), "invalid_grant")
		})
	}},
	{"a back-channel request begins", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		bank, email := f.CallCentre(), f.someone()
		return asked(func() hubtest.Reply { return bank.Ask("login_hint", email) }, func(t *testing.T, r hubtest.Reply, acked bool) {
			if !acked {
				r = bank.Ask("login_hint", email)
			}
			hubtest.Refused(t, "before the answer", bank.Hear(r.Str("auth_req_id")), 400, "authorization_pending")
		})
	}},
	{"an app registers itself", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		f.Policy(settings.RegistrationOpen)
		f.skip(3 * time.Second)
		return asked(func() hubtest.Reply { return f.Register() }, func(t *testing.T, r hubtest.Reply, acked bool) {
			if !acked {
				r = f.Register()
			}
			hubtest.Want(t, "reading it", f.SendJSON("GET", r.Str("registration_client_uri"), r.Str("registration_access_token"), nil).Status, 200)
		})
	}},
	{"an app changes its registration", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		f.Policy(settings.RegistrationOpen)
		f.skip(3 * time.Second)
		a, r := f.Registered()
		at, token := r.Str("registration_client_uri"), r.Str("registration_access_token")
		call := func() hubtest.Reply {
			return f.SendJSON("PUT", at, token, hubtest.Declared(hubtest.Metadata{"client_id": a.ID, "client_name": "Rota 2"}))
		}
		return asked(call, func(t *testing.T, _ hubtest.Reply, acked bool) {
			if !acked {
				hubtest.Want(t, "once more", call().Status, 200)
			}
			hubtest.Want(t, "its name", f.SendJSON("GET", at, token, nil).Str("client_name"), "Rota 2")
		})
	}},
	{"an app removes itself", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		f.Policy(settings.RegistrationOpen)
		f.skip(3 * time.Second)
		a, r := f.Registered()
		at, token := r.Str("registration_client_uri"), r.Str("registration_access_token")
		email, b := f.someone(), f.Browser()
		tokens := a.Redeem(b.SignInTo(a, email).Get("code"))
		return asked(func() hubtest.Reply { return f.SendJSON("DELETE", at, token, nil) }, func(t *testing.T, _ hubtest.Reply, acked bool) {
			if !acked {
				if again := f.SendJSON("DELETE", at, token, nil); again.Status != http.StatusNoContent && again.Status != http.StatusUnauthorized {
					t.Errorf("once more: got %d %s", again.Status, again.Body)
				}
			}
			hubtest.Want(t, "userinfo by its token", f.Userinfo(tokens.Str("access_token")).Status, 401)
			if p := b.Open("/account"); len(p.Body) == 0 || p.Status != 200 {
				t.Errorf("the person's account: %d", p.Status)
			}
		})
	}},
}
