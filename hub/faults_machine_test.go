package hub_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/settings"
)

// asked is a story of one call of a machine endpoint.
func asked(call func() reply, look func(t *testing.T, r reply, acked bool)) (func() answered, func(*testing.T, bool)) {
	var r reply
	return func() answered { r = call(); return answeredBy(r) },
		func(t *testing.T, acked bool) { look(t, r, acked) }
}

// held is a sign-in that an app has tokens of.
type held struct {
	*app
	b     *browser
	email string
	reply
}

func (f *faulty) signedIn(change ...func(*clients.Client)) held {
	f.Helper()
	email, a, b := f.someone(), f.app(change...), f.browser()
	r := a.redeem(b.signInTo(a, email, "scope", "openid profile email files offline_access").Get("code"))
	want(f, "tokens", r.Status, 200)
	return held{a, b, email, r}
}

// alive checks that an app can use what it was given.
func alive(t *testing.T, a *app, r reply) {
	t.Helper()
	if a.Public() { // it may not introspect
		want(t, "userinfo", a.w.userinfo(r.str("access_token")).Status, 200)
		return
	}
	if r.str("access_token") == "" || !a.active(r.str("access_token")) {
		t.Errorf("what was issued is not active: %s", r.Body)
	}
}

// again checks that a call that failed can be made again, or was made.
func again(t *testing.T, r reply, refusal string) {
	t.Helper()
	if r.Status != 200 && (r.Status != 400 || r.str("error") != refusal) {
		t.Errorf("once more: got %d %s", r.Status, r.Body)
	}
}

var machineStories = []story{
	{"a code is redeemed", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		a, b := f.app(), f.browser()
		code := b.signInTo(a, f.someone()).Get("code")
		return asked(func() reply { return a.redeem(code) }, func(t *testing.T, r reply, acked bool) {
			if acked {
				alive(t, a, r)
			}
			again(t, a.redeem(code), "invalid_grant")
		})
	}},
	{"a token is refreshed", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		h := f.signedIn()
		return asked(func() reply { return h.refresh(h.str("refresh_token")) }, func(t *testing.T, r reply, acked bool) {
			if acked {
				alive(t, h.app, r)
				want(t, "the next refresh", h.refresh(r.str("refresh_token")).Status, 200)
				return
			}
			again(t, h.refresh(h.str("refresh_token")), "invalid_grant")
		})
	}},
	{"a token is revoked", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		h := f.signedIn()
		return asked(func() reply { return h.post("/oauth2/revoke", "token", h.str("refresh_token")) }, func(t *testing.T, _ reply, acked bool) {
			if !acked {
				want(t, "once more", h.post("/oauth2/revoke", "token", h.str("refresh_token")).Status, 200)
			}
			want(t, "active", h.active(h.str("access_token")), false)
		})
	}},
	{"a token is looked at", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		h := f.signedIn()
		return asked(func() reply { return h.post("/oauth2/introspect", "token", h.str("access_token")) }, func(t *testing.T, r reply, acked bool) {
			if acked && r.JSON["active"] != true {
				t.Errorf("a token that is good is called %s", r.Body)
			}
		})
	}},
	{"a person is looked at", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		h := f.signedIn()
		return asked(func() reply { return f.userinfo(h.str("access_token")) }, func(t *testing.T, r reply, acked bool) {
			if acked {
				want(t, "email", r.str("email"), h.email)
			}
		})
	}},
	{"a token is exchanged", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		h := f.signedIn()
		g := f.gateway(clients.Exchange{From: []string{h.ID}, Impersonate: true})
		return asked(func() reply { return g.swap(h.str("access_token")) }, func(t *testing.T, r reply, acked bool) {
			if !acked {
				r = g.swap(h.str("access_token"))
			}
			alive(t, g, r)
		})
	}},
	{"a machine gets a token", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		a := f.app(func(c *clients.Client) { c.ClientCredentials = true })
		call := func() reply { return a.post("/oauth2/token", "grant_type", "client_credentials") }
		return asked(call, func(t *testing.T, r reply, acked bool) {
			if !acked {
				r = call()
			}
			alive(t, a, r)
		})
	}},
	{"a request is pushed", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		a, email := f.app(), f.someone()
		call := func() reply { return a.post("/oauth2/par", flat(a.request())...) }
		return asked(call, func(t *testing.T, r reply, acked bool) {
			if !acked {
				r = call()
			}
			b := f.browser()
			p := b.walk(b.open("/oauth2/authorize?client_id="+a.ID+"&request_uri="+r.str("request_uri")), email, f.world)
			want(t, "tokens", a.redeem(b.answer(p).Get("code")).Status, 200)
		})
	}},
	{"a device asks", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		tv, email := f.television(), f.someone()
		return asked(func() reply { return tv.begin() }, func(t *testing.T, r reply, acked bool) {
			if !acked {
				r = tv.begin()
			}
			f.browser().answerDevice(r.str("user_code"), email, "allow")
			alive(t, tv, tv.poll(r.str("device_code")))
		})
	}},
	{"a device collects", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		tv := f.television()
		begun := tv.begin()
		f.browser().answerDevice(begun.str("user_code"), f.someone(), "allow")
		return asked(func() reply { return tv.poll(begun.str("device_code")) }, func(t *testing.T, r reply, acked bool) {
			if acked {
				alive(t, tv, r)
			}
			f.skip(6 * time.Second)
			once := tv.poll(begun.str("device_code"))
			again(t, once, "invalid_grant")
			if acked && once.Status == 200 {
				t.Error("it was collected twice")
			}
		})
	}},
	{"a person is asked by back channel, and the app collects", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		bank, email := f.callCentre(), f.someone()
		id := bank.ask("login_hint", email).str("auth_req_id")
		b := f.home(email)
		b.submit(b.open("/account/approvals"), "/account/approvals", "decision", "allow")
		return asked(func() reply { return bank.hear(id) }, func(t *testing.T, r reply, acked bool) {
			if acked {
				alive(t, bank, r)
			}
			f.skip(6 * time.Second)
			again(t, bank.hear(id), "invalid_grant")
		})
	}},
	{"a back-channel request begins", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		bank, email := f.callCentre(), f.someone()
		return asked(func() reply { return bank.ask("login_hint", email) }, func(t *testing.T, r reply, acked bool) {
			if !acked {
				r = bank.ask("login_hint", email)
			}
			refused(t, "before the answer", bank.hear(r.str("auth_req_id")), 400, "authorization_pending")
		})
	}},
	{"an app registers itself", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		f.policy(settings.RegistrationOpen)
		f.skip(3 * time.Second)
		return asked(func() reply { return f.register() }, func(t *testing.T, r reply, acked bool) {
			if !acked {
				r = f.register()
			}
			want(t, "reading it", f.sendJSON("GET", r.str("registration_client_uri"), r.str("registration_access_token"), nil).Status, 200)
		})
	}},
	{"an app changes its registration", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		f.policy(settings.RegistrationOpen)
		f.skip(3 * time.Second)
		a, r := f.registered()
		at, token := r.str("registration_client_uri"), r.str("registration_access_token")
		call := func() reply {
			return f.sendJSON("PUT", at, token, declared(metadata{"client_id": a.ID, "client_name": "Rota 2"}))
		}
		return asked(call, func(t *testing.T, _ reply, acked bool) {
			if !acked {
				want(t, "once more", call().Status, 200)
			}
			want(t, "its name", f.sendJSON("GET", at, token, nil).str("client_name"), "Rota 2")
		})
	}},
	{"an app removes itself", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		f.policy(settings.RegistrationOpen)
		f.skip(3 * time.Second)
		a, r := f.registered()
		at, token := r.str("registration_client_uri"), r.str("registration_access_token")
		email, b := f.someone(), f.browser()
		tokens := a.redeem(b.signInTo(a, email).Get("code"))
		return asked(func() reply { return f.sendJSON("DELETE", at, token, nil) }, func(t *testing.T, _ reply, acked bool) {
			if !acked {
				if again := f.sendJSON("DELETE", at, token, nil); again.Status != http.StatusNoContent && again.Status != http.StatusUnauthorized {
					t.Errorf("once more: got %d %s", again.Status, again.Body)
				}
			}
			want(t, "userinfo by its token", f.userinfo(tokens.str("access_token")).Status, 401)
			if p := b.open("/account"); len(p.Body) == 0 || p.Status != 200 {
				t.Errorf("the person's account: %d", p.Status)
			}
		})
	}},
}
