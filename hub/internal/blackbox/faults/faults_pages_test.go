package faults_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
)

// pressed is a story with one form.
func pressed(b *hubtest.Browser, open func() hubtest.Page, action string, pairs []string, look func(t *testing.T, acked bool)) (func() answered, func(*testing.T, bool)) {
	p := open()
	return func() answered { return shownTo(b.Submit(p, action, pairs...)) }, look
}

// entersWith checks whether a password works for sign-in.
func (f *faulty) entersWith(email, secret string) bool {
	f.Helper()
	b := f.Browser()
	return b.Submit(b.Open("/signin"), "/signin", "email", email, "password", secret).URL.Path == "/account"
}

const herons = "three quiet herons wade"

var signInStories = []story{
	{"somebody signs in to an app", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		email, a, b := f.someone(), f.App(), f.Browser()
		var p hubtest.Page
		return func() answered { p = b.Walk(b.Authorize(a.Request()), email, f.World); return shownTo(p) },
			func(t *testing.T, acked bool) {
				if !acked {
					p = b.Walk(b.Authorize(a.Request()), email, f.World)
				}
				alive(t, a, a.Redeem(b.Answer(p).Get("code")))
			}
	}},
	{"somebody signs out", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		told := f.Listener()
		email, b := f.someone(), f.Browser()
		b.SignInTo(told.App, email)
		return pressed(b, func() hubtest.Page { return b.Open("/signout") }, "/signout", nil, func(t *testing.T, acked bool) {
			if p := b.Open("/account"); !acked && p.URL.Path == "/account" {
				b.Submit(b.Open("/signout"), "/signout")
			}
			hubtest.Want(t, "where the browser is", b.Open("/account").URL.Path, "/signin")
			select {
			case <-told.Told:
			case <-time.After(20 * time.Second):
				t.Error("after 20 seconds the app was not told")
			}
		})
	}},
	{"a device is allowed", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		tv, email := f.Television(), f.someone()
		r := tv.Begin()
		b := f.Home(email)
		p := b.Submit(b.Open("/device"), "/device", "user_code", r.Str("user_code"))
		return func() answered { return shownTo(b.Submit(p, "/device/confirm", "decision", "allow")) },
			func(t *testing.T, acked bool) {
				if !acked {
					b.Submit(p, "/device/confirm", "decision", "allow")
				}
				alive(t, tv, tv.Poll(r.Str("device_code")))
			}
	}},
	{"a password is forgotten and replaced", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		email, b := f.someone(), f.Browser()
		b.Submit(b.Open("/password/forgot"), "/password/forgot", "email", email)
		link := f.box.Link(f.World, email)
		return pressed(b, func() hubtest.Page { return b.Open(link) }, link, []string{"password", herons}, func(t *testing.T, acked bool) {
			old, fresh := f.entersWith(email, hubtest.Password), f.entersWith(email, herons)
			if old == fresh || acked && !fresh {
				t.Errorf("the old password works: %v; the new one: %v", old, fresh)
			}
		})
	}},
	{"an email for a new password is asked for", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		email, b := f.someone(), f.Browser()
		return pressed(b, func() hubtest.Page { return b.Open("/password/forgot") }, "/password/forgot", []string{"email", email}, func(t *testing.T, acked bool) {
			if !acked {
				b.Submit(b.Open("/password/forgot"), "/password/forgot", "email", email)
			}
			hubtest.Want(t, "the link", b.Open(f.box.Link(f.World, email)).Status, 200)
		})
	}},
	{"somebody signs up", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		f.people++
		hubtest.Done(f.TB.(*testing.T), f.Hub.ChangeSettings(f.Context(), audit.Named("test"), func(s *settings.Settings) { s.SignUp = settings.SignUpOpen }))
		email, b := "signup"+f.Clock.Now().Format("150405.000000")+"@example.org", f.Browser()
		b.Submit(b.Open("/signup"), "/signup", "email", email)
		link := f.box.Link(f.World, email)
		p := b.Open(link)
		return func() answered { return shownTo(b.Submit(p, link, "name", "Grace", "password", hubtest.Password)) },
			func(t *testing.T, acked bool) {
				if !acked && !f.entersWith(email, hubtest.Password) {
					b.Submit(b.Open(link), link, "name", "Grace", "password", hubtest.Password)
				}
				hubtest.Want(t, "the new user signs in", f.entersWith(email, hubtest.Password), true)
			}
	}},
	{"an invitation is accepted", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		f.people++
		email := "invited" + f.Clock.Now().Format("150405.000000") + "@example.org"
		_, _, err := f.Hub.InviteUser(f.Context(), audit.Named("test"), users.NewInvitation{Email: email, Mailed: true})
		hubtest.Done(f.TB.(*testing.T), err)
		b, link := f.Browser(), f.box.Link(f.World, email)
		p := b.Open(link)
		path := p.URL.Path
		return func() answered { return shownTo(b.Submit(p, path, "name", "Grace", "password", hubtest.Password)) },
			func(t *testing.T, acked bool) {
				if !acked && !f.entersWith(email, hubtest.Password) {
					b.Submit(b.Open(link), path, "name", "Grace", "password", hubtest.Password)
				}
				hubtest.Want(t, "the new person signs in", f.entersWith(email, hubtest.Password), true)
			}
	}},
}

var accountStories = []story{
	{"a password is changed", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		email := f.someone()
		b := f.Home(email)
		return pressed(b, func() hubtest.Page { return b.Open("/account/password") }, "/account/password", []string{"current", hubtest.Password, "password", herons}, func(t *testing.T, acked bool) {
			old, fresh := f.entersWith(email, hubtest.Password), f.entersWith(email, herons)
			if old == fresh || acked && !fresh {
				t.Errorf("the old password works: %v; the new one: %v", old, fresh)
			}
		})
	}},
	{"an address is changed", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		email := f.someone()
		b := f.Home(email)
		b.Submit(b.Open("/account/email"), "/account/email", "email", "new-"+email)
		link := f.box.Link(f.World, "new-"+email)
		return pressed(b, func() hubtest.Page { return b.Open(link) }, link, nil, func(t *testing.T, acked bool) {
			old, fresh := f.entersWith(email, hubtest.Password), f.entersWith("new-"+email, hubtest.Password)
			if old == fresh || acked && !fresh {
				t.Errorf("the old address works: %v; the new one: %v", old, fresh)
			}
		})
	}},
	{"a profile is changed", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b := f.Home(f.someone())
		open := func() hubtest.Page { return b.Open("/account/profile") }
		return pressed(b, open, "/account/profile", []string{"name", "Ada King"}, func(t *testing.T, acked bool) {
			if !acked {
				b.Submit(open(), "/account/profile", "name", "Ada King")
			}
			if !strings.Contains(open().Body, "Ada King") {
				t.Error("the name is not kept")
			}
		})
	}},
	{"an app is taken back", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		h := f.signedIn()
		return pressed(h.b, func() hubtest.Page { return h.b.Open("/account") }, "/account/apps/remove", nil, func(t *testing.T, acked bool) {
			if p := h.b.Open("/account"); !acked && strings.Contains(p.Body, `action="/account/apps/remove"`) {
				h.b.Submit(p, "/account/apps/remove")
			}
			hubtest.Want(t, "the access token", h.Active(h.Str("access_token")), false)
			hubtest.Want(t, "the refresh token", h.Refresh(h.Str("refresh_token")).Status, 400)
		})
	}},
	{"all sessions are ended", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		h := f.signedIn()
		here := f.Home(h.email)
		return pressed(here, func() hubtest.Page { return here.Open("/account") }, "/account/sessions/end-all", nil, func(t *testing.T, acked bool) {
			if p := here.Open("/account"); !acked && p.URL.Path == "/account" {
				here.Submit(p, "/account/sessions/end-all")
			}
			hubtest.Want(t, "the other browser", h.b.Open("/account").URL.Path, "/signin")
			hubtest.Want(t, "the refresh token", h.Refresh(h.Str("refresh_token")).Status, 400)
		})
	}},
}

// keeper is an administrator's browser.
func (f *faulty) keeper() *hubtest.Browser { return f.Home(f.someone("admin")) }

var adminStories = []story{
	{"an app is added", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b := f.keeper()
		name := "Wiki " + f.Clock.Now().Format("150405.000000")
		open := func() hubtest.Page { return b.Open("/admin/clients/new") }
		var p hubtest.Page
		form := open()
		add := func(at hubtest.Page) hubtest.Page {
			return b.Submit(at, "/admin/clients", "type", "web", "app_name", name, "redirect_uris", hubtest.Callback)
		}
		return func() answered { p = add(form); return shownTo(p) }, func(t *testing.T, acked bool) {
			if !acked {
				p = add(open())
			}
			if hubtest.SecretShown.FindString(p.Body) == "" {
				t.Errorf("no secret is shown: %d %s", p.Status, hubtest.Gist(p.Body))
			}
		}
	}},
	{"an app is removed", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b, h := f.keeper(), f.signedIn()
		path := "/admin/clients/" + h.ID
		return pressed(b, func() hubtest.Page { return b.Open(path) }, path+"/delete", []string{"confirm", h.Name}, func(t *testing.T, acked bool) {
			if p := b.Open(path); p.Status == 200 {
				if acked {
					t.Error("it is still there")
				}
				b.Submit(p, path+"/delete", "confirm", h.Name)
			}
			hubtest.Want(t, "its page", b.Open(path).Status, http.StatusNotFound)
			hubtest.Want(t, "userinfo by its token", f.Userinfo(h.Str("access_token")).Status, 401)
			hubtest.Want(t, "the person's account", h.b.Open("/account").Status, 200)
		})
	}},
	{"an app gets another secret", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b, a := f.keeper(), f.App()
		path := "/admin/clients/" + a.ID
		var p hubtest.Page
		form := b.Open(path)
		return func() answered { p = b.Submit(form, path+"/secrets", "life", "90d"); return shownTo(p) }, func(t *testing.T, acked bool) {
			if acked {
				second := *a
				second.Secret = hubtest.SecretShown.FindString(p.Body)
				hubtest.Want(t, "the new secret", second.Post("/oauth2/introspect", "token", "x").Status, 200)
			}
			hubtest.Want(t, "the old secret", a.Post("/oauth2/introspect", "token", "x").Status, 200)
		}
	}},
	{"somebody is disabled", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b, h := f.keeper(), f.signedIn()
		u, err := f.Hub.FindUser(f.Context(), h.email)
		hubtest.Done(f.TB.(*testing.T), err)
		path := "/admin/users/" + u.ID
		return pressed(b, func() hubtest.Page { return b.Open(path) }, path+"/disable", nil, func(t *testing.T, acked bool) {
			if p := b.Open(path); strings.Contains(p.Body, path+"/disable") {
				if acked {
					t.Error("still enabled")
				}
				b.Submit(p, path+"/disable")
			}
			hubtest.Want(t, "signs in", f.entersWith(h.email, hubtest.Password), false)
			hubtest.Want(t, "the session", h.b.Open("/account").URL.Path, "/signin")
			hubtest.Want(t, "the refresh token", h.Refresh(h.Str("refresh_token")).Status, 400)
		})
	}},
	{"roles are given", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b, email := f.keeper(), f.someone()
		u, err := f.Hub.FindUser(f.Context(), email)
		hubtest.Done(f.TB.(*testing.T), err)
		path := "/admin/users/" + u.ID
		return pressed(b, func() hubtest.Page { return b.Open(path) }, path+"/roles", []string{"roles", "clerk"}, func(t *testing.T, acked bool) {
			if !acked {
				b.Submit(b.Open(path), path+"/roles", "roles", "clerk")
			}
			u, err := f.Hub.User(t.Context(), u.ID)
			hubtest.Done(t, err)
			hubtest.Want(t, "roles", strings.Join(u.Roles, " "), "clerk")
		})
	}},
	{"somebody is invited", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b := f.keeper()
		f.people++
		email := "guest" + f.Clock.Now().Format("150405.000000") + "@example.org"
		open := func() hubtest.Page { return b.Open("/admin/users") }
		return pressed(b, open, "/admin/users/invite", []string{"email", email}, func(t *testing.T, acked bool) {
			if !acked {
				b.Submit(open(), "/admin/users/invite", "email", email)
			}
			hubtest.Want(t, "the link", f.Browser().Open(f.box.Link(f.World, email)).Status, 200)
		})
	}},
	{"the settings are saved", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b := f.keeper()
		name := "Office " + f.Clock.Now().Format("150405.000000")
		open := func() hubtest.Page { return b.Open("/admin/settings") }
		return pressed(b, open, "/admin/settings", []string{"hub_name", name}, func(t *testing.T, acked bool) {
			if !acked {
				b.Submit(open(), "/admin/settings", "hub_name", name)
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
		open := func() hubtest.Page { return b.Open("/admin/signing") }
		return pressed(b, open, "/admin/signing/rotate", []string{"distrust", "yes"}, func(t *testing.T, acked bool) {
			f.skip(time.Minute)
			h := f.signedIn()
			alive(t, h.App, h.Reply)
		})
	}},
	{"a login key is added", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		b := f.keeper()
		name := "Example " + f.Clock.Now().Format("150405.000000")
		open := func() hubtest.Page { return b.Open("/admin/providers/new?kind=openid") }
		add := []string{"name", name, "base_url", "https://accounts.example.org"}
		return pressed(b, open, "/admin/providers", add, func(t *testing.T, acked bool) {
			f.skip(3 * time.Second) // login keys are cached for two seconds
			p := b.Open("/admin/providers")
			if !strings.Contains(p.Body, name) {
				if acked {
					t.Error("it is not there")
				}
				p = b.Submit(open(), "/admin/providers", add...)
			}
			all, err := f.Hub.LoginKeys(t.Context())
			hubtest.Done(t, err)
			for _, k := range all {
				if k.Name == name {
					path := "/admin/providers/" + k.ID + "/delete"
					b.Submit(b.Open(path), path, "confirm", name)
					return
				}
			}
			t.Errorf("it cannot be added: %d %s", p.Status, hubtest.Gist(p.Body))
		})
	}},
}

// between is a pair of hubs. The secondary has the failing database, and the
// primary's logout tokens arrive in heard.
func (f *faulty) between() hubtest.Pair {
	f.Helper()
	t := f.TB.(*testing.T)
	if f.other.Primary != nil {
		return f.other
	}
	f.heard = make(chan string, 100)
	primary := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	primary.Clock.Skip(time.Duration(f.Clock.Skipped.Load()))
	receiver := hubtest.NewReceiver(t, f.heard)
	a := primary.App(func(c *clients.Client) {
		c.RedirectURIs, c.BackchannelLogoutURI = []string{f.URL + "/signin/from/up"}, receiver
	})
	key, err := f.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{ID: "up", Kind: federation.KindOpenID, Name: "Up",
		BaseURL: primary.URL, ClientID: a.ID, Enabled: true, SignUps: federation.Allow, TrustEmail: true}, a.Secret)
	hubtest.Done(t, err)
	f.other = hubtest.Pair{Primary: primary, Secondary: f.World, Key: key}
	return f.other
}

// elsewhere is the address of a user of the primary, and of an account here too
// if local.
func (f *faulty) elsewhere(hubs hubtest.Pair, local bool) string {
	f.Helper()
	f.people++
	email := "e" + strconv.Itoa(f.people) + "@example.org"
	hubs.Primary.Person(email)
	if local {
		f.Person(email)
	}
	return email
}

// logoutToken is the logout token that the primary sends when the browser signs
// out there.
func (f *faulty) logoutToken(hubs hubtest.Pair, b *hubtest.Browser) string {
	f.Helper()
	at := b.At(hubs.Primary)
	at.Submit(at.Open("/signout"), "/signout")
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
		a, b := f.App(), f.Browser()
		var p hubtest.Page
		return func() answered { p = hubs.Through(b, a, email); return shownTo(p) }, func(t *testing.T, acked bool) {
			if !acked {
				p = hubs.Through(b, a, email)
			}
			alive(t, a, a.Redeem(b.Answer(p).Get("code")))
			u, err := f.Hub.FindUser(t.Context(), email)
			hubtest.Done(t, err)
			hubtest.Want(t, "identities", hubs.LinkedTo(t, u), 1)
		}
	}},
	{"an account is linked by its password", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		hubs := f.between()
		email := f.elsewhere(hubs, true)
		a, b := f.App(), f.Browser()
		at := b.At(f.World)
		p := hubs.Through(b, a, email)
		return func() answered { return shownTo(at.Submit(p, "/signin/link", "password", hubtest.Password)) }, func(t *testing.T, acked bool) {
			u, err := f.Hub.FindUser(t.Context(), email)
			hubtest.Done(t, err)
			if n := hubs.LinkedTo(t, u); acked && n != 1 {
				t.Errorf("%d identities", n)
			}
			again := f.Browser()
			p := hubs.Through(again, a, email)
			if strings.Contains(p.Body, `action="/signin/link"`) {
				p = again.At(f.World).Walk(again.At(f.World).Submit(p, "/signin/link", "password", hubtest.Password), email, f.World)
			}
			hubtest.Want(t, "identities in the end", hubs.LinkedTo(t, u), 1)
			alive(t, a, a.Redeem(again.Answer(p).Get("code")))
		}
	}},
	{"an identity is disconnected", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		hubs := f.between()
		email := f.elsewhere(hubs, true)
		b := hubs.Here(email)
		back := hubs.Abroad(b, b.Post(b.Open("/account/connections"), "/account/connect/"+hubs.Key.ID), email)
		b.Follow(b.Hop(back))
		open := func() hubtest.Page { return b.Open("/account/connections") }
		return pressed(b, open, "/account/connections/remove", nil, func(t *testing.T, acked bool) {
			u, err := f.Hub.FindUser(t.Context(), email)
			hubtest.Done(t, err)
			if hubs.LinkedTo(t, u) == 1 {
				if acked {
					t.Error("it is still connected")
				}
				fresh := hubs.Here(email)
				fresh.Submit(fresh.Open("/account/connections"), "/account/connections/remove")
			}
			hubtest.Want(t, "identities", hubs.LinkedTo(t, u), 0)
		})
	}},
	{"the other hub signs somebody out", func(f *faulty) (func() answered, func(*testing.T, bool)) {
		hubs := f.between()
		email := f.elsewhere(hubs, false)
		a, b := f.App(), f.Browser()
		hubs.Through(b, a, email)
		token := f.logoutToken(hubs, b)
		send := func() hubtest.Reply {
			req, err := http.NewRequest(http.MethodPost, f.URL+"/oauth2/backchannel/"+hubs.Key.ID, strings.NewReader(url.Values{"logout_token": {token}}.Encode()))
			hubtest.Done(f.TB.(*testing.T), err)
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return f.Call(req)
		}
		return asked(send, func(t *testing.T, _ hubtest.Reply, acked bool) {
			if !acked {
				send() // the client retries after no response
			}
			hubtest.Want(t, "where the browser is", b.At(f.World).Open("/account").URL.Path, "/signin")
		})
	}},
}
