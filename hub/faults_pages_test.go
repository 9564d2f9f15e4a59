package hub_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/users"
)

// pressed is a story of one form.
func pressed(b *browser, open func() page, action string, pairs []string, look func(t *testing.T, acked bool)) (func() answered, func(*testing.T, bool)) {
	p := open()
	return func() answered { return shownTo(b.submit(p, action, pairs...)) }, look
}

// entersWith checks whether a password signs somebody in.
func (f *faulty) entersWith(email, secret string) bool {
	f.Helper()
	b := f.browser()
	return b.submit(b.open("/signin"), "/signin", "email", email, "password", secret).URL.Path == "/account"
}

const herons = "three quiet herons wade"

var signInStories = []story{
	{"somebody signs in to an app", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		email, a, b := f.someone(), f.app(), f.browser()
		var p page
		return func() answered { p = b.walk(b.authorize(a.request()), email, f.world); return shownTo(p) },
			func(t *testing.T, acked bool) {
				if !acked {
					p = b.walk(b.authorize(a.request()), email, f.world)
				}
				alive(t, a, a.redeem(b.answer(p).Get("code")))
			}
	}},
	{"somebody signs out", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		told := f.listener()
		email, b := f.someone(), f.browser()
		b.signInTo(told.app, email)
		return pressed(b, func() page { return b.open("/signout") }, "/signout", nil, func(t *testing.T, acked bool) {
			if p := b.open("/account"); !acked && p.URL.Path == "/account" {
				b.submit(b.open("/signout"), "/signout")
			}
			want(t, "where the browser is", b.open("/account").URL.Path, "/signin")
			select {
			case <-told.told:
			case <-time.After(20 * time.Second):
				t.Error("after 20 seconds the app was not told")
			}
		})
	}},
	{"a device is allowed", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		tv, email := f.television(), f.someone()
		r := tv.begin()
		b := f.home(email)
		p := b.submit(b.open("/device"), "/device", "user_code", r.str("user_code"))
		return func() answered { return shownTo(b.submit(p, "/device/confirm", "decision", "allow")) },
			func(t *testing.T, acked bool) {
				if !acked {
					b.submit(p, "/device/confirm", "decision", "allow")
				}
				alive(t, tv, tv.poll(r.str("device_code")))
			}
	}},
	{"a password is forgotten and replaced", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		email, b := f.someone(), f.browser()
		b.submit(b.open("/password/forgot"), "/password/forgot", "email", email)
		link := f.box.link(f.world, email)
		return pressed(b, func() page { return b.open(link) }, link, []string{"password", herons}, func(t *testing.T, acked bool) {
			old, fresh := f.entersWith(email, password), f.entersWith(email, herons)
			if old == fresh || acked && !fresh {
				t.Errorf("the old password works: %v; the new one: %v", old, fresh)
			}
		})
	}},
	{"a letter for a new password is asked for", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		email, b := f.someone(), f.browser()
		return pressed(b, func() page { return b.open("/password/forgot") }, "/password/forgot", []string{"email", email}, func(t *testing.T, acked bool) {
			if !acked {
				b.submit(b.open("/password/forgot"), "/password/forgot", "email", email)
			}
			want(t, "the link", b.open(f.box.link(f.world, email)).Status, 200)
		})
	}},
	{"an invitation is accepted", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		f.people++
		email := "invited" + f.clock.now().Format("150405.000000") + "@example.org"
		link, _, err := f.Hub.InviteUser(f.Context(), users.NewInvitation{Email: email, By: "test", Mailed: true})
		done(f.TB.(*testing.T), err)
		b := f.browser()
		p := b.open(link)
		path := p.URL.Path
		return func() answered { return shownTo(b.submit(p, path, "name", "Grace", "password", password)) },
			func(t *testing.T, acked bool) {
				if !acked && !f.entersWith(email, password) {
					b.submit(b.open(link), path, "name", "Grace", "password", password)
				}
				want(t, "the new person signs in", f.entersWith(email, password), true)
			}
	}},
}

var accountStories = []story{
	{"a password is changed", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		email := f.someone()
		b := f.home(email)
		return pressed(b, func() page { return b.open("/account/password") }, "/account/password", []string{"current", password, "password", herons}, func(t *testing.T, acked bool) {
			old, fresh := f.entersWith(email, password), f.entersWith(email, herons)
			if old == fresh || acked && !fresh {
				t.Errorf("the old password works: %v; the new one: %v", old, fresh)
			}
		})
	}},
	{"an address is changed", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		email := f.someone()
		b := f.home(email)
		b.submit(b.open("/account/email"), "/account/email", "email", "new-"+email)
		link := f.box.link(f.world, "new-"+email)
		return pressed(b, func() page { return b.open(link) }, link, nil, func(t *testing.T, acked bool) {
			old, fresh := f.entersWith(email, password), f.entersWith("new-"+email, password)
			if old == fresh || acked && !fresh {
				t.Errorf("the old address works: %v; the new one: %v", old, fresh)
			}
		})
	}},
	{"a profile is changed", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b := f.home(f.someone())
		open := func() page { return b.open("/account/profile") }
		return pressed(b, open, "/account/profile", []string{"name", "Ada King"}, func(t *testing.T, acked bool) {
			if !acked {
				b.submit(open(), "/account/profile", "name", "Ada King")
			}
			if !strings.Contains(open().Body, "Ada King") {
				t.Error("the name is not kept")
			}
		})
	}},
	{"an app is taken back", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		h := f.signedIn()
		return pressed(h.b, func() page { return h.b.open("/account") }, "/account/apps/remove", nil, func(t *testing.T, acked bool) {
			if p := h.b.open("/account"); !acked && strings.Contains(p.Body, `action="/account/apps/remove"`) {
				h.b.submit(p, "/account/apps/remove")
			}
			want(t, "the access token", h.active(h.str("access_token")), false)
			want(t, "the refresh token", h.refresh(h.str("refresh_token")).Status, 400)
		})
	}},
	{"all sessions are ended", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		h := f.signedIn()
		here := f.home(h.email)
		return pressed(here, func() page { return here.open("/account") }, "/account/sessions/end-all", nil, func(t *testing.T, acked bool) {
			if p := here.open("/account"); !acked && p.URL.Path == "/account" {
				here.submit(p, "/account/sessions/end-all")
			}
			want(t, "the other browser", h.b.open("/account").URL.Path, "/signin")
			want(t, "the refresh token", h.refresh(h.str("refresh_token")).Status, 400)
		})
	}},
}

// keeper is an administrator's browser.
func (f *faulty) keeper() *browser { return f.home(f.someone("admin")) }

var adminStories = []story{
	{"an app is added", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b := f.keeper()
		name := "Wiki " + f.clock.now().Format("150405.000000")
		open := func() page { return b.open("/admin/clients/new") }
		var p page
		form := open()
		add := func(at page) page {
			return b.submit(at, "/admin/clients", "type", "web", "app_name", name, "redirect_uris", callback)
		}
		return func() answered { p = add(form); return shownTo(p) }, func(t *testing.T, acked bool) {
			if !acked {
				p = add(open())
			}
			if secretShown.FindString(p.Body) == "" {
				t.Errorf("no secret is shown: %d %s", p.Status, gist(p.Body))
			}
		}
	}},
	{"an app is removed", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b, h := f.keeper(), f.signedIn()
		path := "/admin/clients/" + h.ID
		return pressed(b, func() page { return b.open(path) }, path+"/delete", []string{"confirm", h.Name}, func(t *testing.T, acked bool) {
			if p := b.open(path); p.Status == 200 {
				if acked {
					t.Error("it is still there")
				}
				b.submit(p, path+"/delete", "confirm", h.Name)
			}
			want(t, "its page", b.open(path).Status, http.StatusNotFound)
			want(t, "userinfo by its token", f.userinfo(h.str("access_token")).Status, 401)
			want(t, "the person's account", h.b.open("/account").Status, 200)
		})
	}},
	{"an app gets another secret", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b, a := f.keeper(), f.app()
		path := "/admin/clients/" + a.ID
		var p page
		form := b.open(path)
		return func() answered { p = b.submit(form, path+"/secrets", "life", "90d"); return shownTo(p) }, func(t *testing.T, acked bool) {
			if acked {
				second := *a
				second.Secret = secretShown.FindString(p.Body)
				want(t, "the new secret", second.post("/oauth2/introspect", "token", "x").Status, 200)
			}
			want(t, "the old secret", a.post("/oauth2/introspect", "token", "x").Status, 200)
		}
	}},
	{"somebody is disabled", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b, h := f.keeper(), f.signedIn()
		u, err := f.Hub.FindUser(f.Context(), h.email)
		done(f.TB.(*testing.T), err)
		path := "/admin/users/" + u.ID
		return pressed(b, func() page { return b.open(path) }, path+"/disable", nil, func(t *testing.T, acked bool) {
			if p := b.open(path); strings.Contains(p.Body, path+"/disable") {
				if acked {
					t.Error("still enabled")
				}
				b.submit(p, path+"/disable")
			}
			want(t, "signs in", f.entersWith(h.email, password), false)
			want(t, "the session", h.b.open("/account").URL.Path, "/signin")
			want(t, "the refresh token", h.refresh(h.str("refresh_token")).Status, 400)
		})
	}},
	{"roles are given", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b, email := f.keeper(), f.someone()
		u, err := f.Hub.FindUser(f.Context(), email)
		done(f.TB.(*testing.T), err)
		path := "/admin/users/" + u.ID
		return pressed(b, func() page { return b.open(path) }, path+"/roles", []string{"roles", "clerk"}, func(t *testing.T, acked bool) {
			if !acked {
				b.submit(b.open(path), path+"/roles", "roles", "clerk")
			}
			u, err := f.Hub.User(t.Context(), u.ID)
			done(t, err)
			want(t, "roles", strings.Join(u.Roles, " "), "clerk")
		})
	}},
	{"somebody is invited", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b := f.keeper()
		f.people++
		email := "guest" + f.clock.now().Format("150405.000000") + "@example.org"
		open := func() page { return b.open("/admin/users") }
		return pressed(b, open, "/admin/users/invite", []string{"email", email}, func(t *testing.T, acked bool) {
			if !acked {
				b.submit(open(), "/admin/users/invite", "email", email)
			}
			want(t, "the link", f.browser().open(f.box.link(f.world, email)).Status, 200)
		})
	}},
	{"the settings are saved", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b := f.keeper()
		name := "Office " + f.clock.now().Format("150405.000000")
		open := func() page { return b.open("/admin/settings") }
		return pressed(b, open, "/admin/settings", []string{"hub_name", name}, func(t *testing.T, acked bool) {
			if !acked {
				b.submit(open(), "/admin/settings", "hub_name", name)
			}
			f.skip(3 * time.Second)
			if !strings.Contains(open().Body, name) {
				t.Error("the name is not kept")
			}
		})
	}},
	{"the signing keys are distrusted", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b := f.keeper()
		f.skip(48 * time.Hour)
		b = f.keeper()
		open := func() page { return b.open("/admin/signing") }
		return pressed(b, open, "/admin/signing/rotate", []string{"distrust", "yes"}, func(t *testing.T, acked bool) {
			f.skip(time.Minute)
			h := f.signedIn()
			alive(t, h.app, h.reply)
		})
	}},
	{"a login key is added", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b := f.keeper()
		name := "Example " + f.clock.now().Format("150405.000000")
		open := func() page { return b.open("/admin/keys/new?kind=openid") }
		add := []string{"name", name, "base_url", "https://accounts.example.org"}
		return pressed(b, open, "/admin/keys", add, func(t *testing.T, acked bool) {
			f.skip(3 * time.Second) // login keys are remembered for two
			p := b.open("/admin/keys")
			if !strings.Contains(p.Body, name) {
				if acked {
					t.Error("it is not there")
				}
				p = b.submit(open(), "/admin/keys", add...)
			}
			all, err := f.Hub.LoginKeys(t.Context())
			done(t, err)
			for _, k := range all {
				if k.Name == name {
					path := "/admin/keys/" + k.ID + "/delete"
					b.submit(b.open(path), path, "confirm", name)
					return
				}
			}
			t.Errorf("it cannot be added: %d %s", p.Status, gist(p.Body))
		})
	}},
}

// between is a pair of hubs, the second of which has the database that fails.
// The first one's logout tokens arrive in heard.
func (f *faulty) between() pair {
	f.Helper()
	t := f.TB.(*testing.T)
	if f.other.primary != nil {
		return f.other
	}
	f.heard = make(chan string, 100)
	primary := newWorld(t, openSQLite(t))
	primary.clock.skip(time.Duration(f.clock.skipped.Load()))
	receiver := newReceiver(t, f.heard)
	a := primary.app(func(c *clients.Client) {
		c.RedirectURIs, c.BackchannelLogoutURI = []string{f.URL + "/signin/from/up"}, receiver
	})
	key, err := f.Hub.KeepLoginKey(t.Context(), "test", federation.LoginKey{ID: "up", Kind: federation.KindOpenID, Name: "Up",
		BaseURL: primary.URL, ClientID: a.ID, Enabled: true, SignUps: federation.Allow, TrustEmail: true}, a.Secret)
	done(t, err)
	f.other = pair{primary, f.world, key}
	return f.other
}

// elsewhere is the address of somebody of the other hub, and of an account here
// too if that is local.
func (f *faulty) elsewhere(hubs pair, local bool) string {
	f.Helper()
	f.people++
	email := "e" + strconv.Itoa(f.people) + "@example.org"
	hubs.primary.person(email)
	if local {
		f.person(email)
	}
	return email
}

// logoutToken is what the other hub sends when the browser signs out there.
func (f *faulty) logoutToken(hubs pair, b *browser) string {
	f.Helper()
	at := b.at(hubs.primary)
	at.submit(at.open("/signout"), "/signout")
	select {
	case token := <-f.heard:
		return token
	case <-time.After(20 * time.Second):
		f.Fatal("after 20 seconds there is no logout token")
		return ""
	}
}

var otherHubStories = []story{
	{"somebody comes from another hub", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		hubs := f.between()
		email := f.elsewhere(hubs, false)
		a, b := f.app(), f.browser()
		var p page
		return func() answered { p = hubs.through(b, a, email); return shownTo(p) }, func(t *testing.T, acked bool) {
			if !acked {
				p = hubs.through(b, a, email)
			}
			alive(t, a, a.redeem(b.answer(p).Get("code")))
			u, err := f.Hub.FindUser(t.Context(), email)
			done(t, err)
			want(t, "identities", hubs.linkedTo(t, u), 1)
		}
	}},
	{"an account is linked by its password", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		hubs := f.between()
		email := f.elsewhere(hubs, true)
		a, b := f.app(), f.browser()
		at := b.at(f.world)
		p := hubs.through(b, a, email)
		return func() answered { return shownTo(at.submit(p, "/signin/link", "password", password)) }, func(t *testing.T, acked bool) {
			u, err := f.Hub.FindUser(t.Context(), email)
			done(t, err)
			if n := hubs.linkedTo(t, u); acked && n != 1 {
				t.Errorf("%d identities", n)
			}
			again := f.browser()
			p := hubs.through(again, a, email)
			if strings.Contains(p.Body, `action="/signin/link"`) {
				p = again.at(f.world).walk(again.at(f.world).submit(p, "/signin/link", "password", password), email, f.world)
			}
			want(t, "identities in the end", hubs.linkedTo(t, u), 1)
			alive(t, a, a.redeem(again.answer(p).Get("code")))
		}
	}},
	{"an identity is disconnected", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		hubs := f.between()
		email := f.elsewhere(hubs, true)
		b := hubs.here(email)
		back := hubs.abroad(b, b.post(b.open("/account/connections"), "/account/connect/"+hubs.key.ID), email)
		b.follow(b.hop(back))
		open := func() page { return b.open("/account/connections") }
		return pressed(b, open, "/account/connections/remove", nil, func(t *testing.T, acked bool) {
			u, err := f.Hub.FindUser(t.Context(), email)
			done(t, err)
			if hubs.linkedTo(t, u) == 1 {
				if acked {
					t.Error("it is still connected")
				}
				fresh := hubs.here(email)
				fresh.submit(fresh.open("/account/connections"), "/account/connections/remove")
			}
			want(t, "identities", hubs.linkedTo(t, u), 0)
		})
	}},
	{"the other hub signs somebody out", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		hubs := f.between()
		email := f.elsewhere(hubs, false)
		a, b := f.app(), f.browser()
		hubs.through(b, a, email)
		token := f.logoutToken(hubs, b)
		send := func() reply {
			req, err := http.NewRequest(http.MethodPost, f.URL+"/oauth2/backchannel/"+hubs.key.ID, strings.NewReader(url.Values{"logout_token": {token}}.Encode()))
			done(f.TB.(*testing.T), err)
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return f.call(req)
		}
		return asked(send, func(t *testing.T, _ reply, acked bool) {
			if !acked {
				send() // as whoever gets no answer does
			}
			want(t, "where the browser is", b.at(f.world).open("/account").URL.Path, "/signin")
		})
	}},
}
