package hub_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/frappe/frappetest"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
)

// An office is where an administrator is signed in.
type office struct {
	*world
	root *browser
	me   string // the administrator's id
}

func newOffice(t *testing.T) *office {
	w := newWorld(t, openSQLite(t))
	o := &office{world: w, root: w.operator()}
	u, err := w.Hub.FindUser(t.Context(), "root@example.org")
	done(t, err)
	o.me = u.ID
	return o
}

// press fills in a form of a page; what it leaves is on record as the
// administrator's.
func (o *office) press(t *testing.T, page, action string, pairs []string, events ...audit.Event) page {
	t.Helper()
	p := o.root.open(page)
	l := o.ledger()
	p = o.root.submit(p, action, pairs...)
	if p.Status != http.StatusOK {
		t.Errorf("got %d at %s:\n%s", p.Status, p.URL, p.Body)
	}
	for i := range events {
		events[i].Actor = o.me
	}
	l.stored(t, byRequest(events...)...)
	return p
}

// newest is the client that was added last.
func (o *office) named(t *testing.T, name string) clients.Client {
	t.Helper()
	all, err := o.Hub.Clients(t.Context())
	done(t, err)
	for _, c := range all {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no client called %s", name)
	return clients.Client{}
}

var appActs = []act[*office]{
	{"an app is added", func(t *testing.T, o *office) {
		p := o.root.open("/admin/clients/new")
		l := o.ledger()
		o.root.submit(p, "/admin/clients", "type", "web", "app_name", "Wiki", "redirect_uris", callback)
		wiki := o.named(t, "Wiki")
		l.stored(t, byRequest(
			audit.Event{Kind: audit.ClientAdded, Actor: o.me, Client: wiki.ID, Target: "Wiki"},
			audit.Event{Kind: audit.SecretAdded, Actor: o.me, Client: wiki.ID})...)
	}},
	{"an app is changed", func(t *testing.T, o *office) {
		a := o.app()
		path := "/admin/clients/" + a.ID
		o.press(t, path, path, []string{"app_name", "Renamed"}, audit.Event{Kind: audit.ClientChanged, Client: a.ID, Target: "Renamed"})
	}},
	{"an app gets another secret", func(t *testing.T, o *office) {
		a := o.app()
		path := "/admin/clients/" + a.ID
		o.press(t, path, path+"/secrets", []string{"life", "90d"}, audit.Event{Kind: audit.SecretAdded, Client: a.ID})
	}},
	{"an app loses a secret", func(t *testing.T, o *office) {
		a := o.app()
		path := "/admin/clients/" + a.ID
		kept, err := o.Hub.Client(t.Context(), a.ID)
		done(t, err)
		o.press(t, path, path+"/secrets/delete", []string{"secret", kept.Secrets[0].ID}, audit.Event{Kind: audit.SecretRemoved, Client: a.ID})
	}},
	{"an app is removed", func(t *testing.T, o *office) {
		a := o.app()
		path := "/admin/clients/" + a.ID
		o.press(t, path, path+"/delete", []string{"confirm", a.Name}, audit.Event{Kind: audit.ClientRemoved, Client: a.ID, Target: a.Name})
	}},
	{"an app that could not be told of sign-outs is told now", func(t *testing.T, o *office) {
		l := o.listener()
		l.status.Store(http.StatusServiceUnavailable)
		o.person("told@example.org")
		b := o.browser()
		b.signInTo(l.app, "told@example.org")
		before := o.ledger()
		b.submit(b.open("/signout"), "/signout")
		before.await(t, audit.LogoutFailed)
		path := "/admin/clients/" + l.ID
		p := o.root.openUntil(path, func(p page) bool { return strings.Contains(p.Body, `action="`+path+`/logouts"`) })
		after := o.ledger()
		o.root.submit(p, path+"/logouts")
		after.await(t, audit.LogoutsTried)
		after.holds(t, byRequest(audit.Event{Kind: audit.LogoutsTried, Actor: o.me, Client: l.ID, Target: l.Name})...)
	}},
}

var peopleActs = []act[*office]{
	{"somebody is invited", func(t *testing.T, o *office) {
		p := o.root.open("/admin/users")
		l := o.ledger()
		o.root.submit(p, "/admin/users/invite", "email", "grace@example.org", "roles", "clerk")
		invited, _ := o.record(t, "invitations")
		l.stored(t, byRequest(audit.Event{Kind: audit.UserInvited, Actor: o.me, Target: invited, Detail: map[string]string{"roles": "clerk"}})...)
	}},
	{"an invitation is withdrawn", func(t *testing.T, o *office) {
		_, i, err := o.Hub.InviteUser(t.Context(), users.NewInvitation{Email: "withdrawn@example.org", By: "test"})
		done(t, err)
		o.press(t, "/admin/users", "/admin/users/withdraw", []string{"invitation", i.ID}, audit.Event{Kind: audit.UserUninvited, Target: i.ID})
	}},
	{"somebody is disabled", func(t *testing.T, o *office) {
		path, u := o.personPage("shut@example.org")
		o.press(t, path, path+"/disable", nil, audit.Event{Kind: audit.UserDisabled, Target: u.ID})
	}},
	{"somebody is enabled", func(t *testing.T, o *office) {
		path, u := o.personPage("back@example.org")
		_, err := o.Hub.SwitchUser(t.Context(), "test", u.ID, true)
		done(t, err)
		o.press(t, path, path+"/enable", nil, audit.Event{Kind: audit.UserEnabled, Target: u.ID})
	}},
	{"somebody is signed out everywhere", func(t *testing.T, o *office) {
		path, u := o.personPage("ended@example.org")
		o.home("ended@example.org")
		o.press(t, path, path+"/sessions/end", nil, audit.Event{Kind: audit.SessionsEnded, Target: u.ID, Detail: map[string]string{"which": "all"}})
	}},
	{"an identity is taken away", func(t *testing.T, o *office) {
		u, key := o.linkedImport("unlinked@example.org", "unlinked")
		path := "/admin/users/" + u.ID
		o.press(t, path, path+"/unlink", nil, audit.Event{Kind: audit.LinkRemoved, Target: u.ID, LoginKey: key.ID})
	}},
	{"roles are given", func(t *testing.T, o *office) {
		path, u := o.personPage("roles@example.org")
		o.press(t, path, path+"/roles", []string{"roles", "clerk, editor"}, audit.Event{Kind: audit.RolesChanged, Target: u.ID, Detail: map[string]string{"roles": "clerk, editor"}})
	}},
	{"a link for a new password is shown", func(t *testing.T, o *office) {
		path, u := o.personPage("reset@example.org")
		o.press(t, path, path+"/reset", nil, audit.Event{Kind: audit.ResetSent, Target: u.ID, Reason: "shown to the administrator"})
	}},
}

// personPage is somebody new, and their page.
func (o *office) personPage(email string) (string, users.User) {
	o.Helper()
	u := o.person(email)
	return "/admin/users/" + u.ID, u
}

var keyActs = []act[*office]{
	{"a login key is added", func(t *testing.T, o *office) {
		p := o.root.open("/admin/keys/new?kind=openid")
		l := o.ledger()
		p = o.root.submit(p, "/admin/keys", "name", "Example", "base_url", "https://accounts.example.org")
		l.stored(t, byRequest(audit.Event{Kind: audit.KeyAdded, Actor: o.me, LoginKey: strings.TrimPrefix(p.URL.Path, "/admin/keys/"), Target: "https://accounts.example.org"})...)
	}},
	{"a login key is changed", func(t *testing.T, o *office) {
		path := "/admin/keys/" + o.provider("changed").ID
		o.press(t, path, path, []string{"client_id", "others"}, audit.Event{Kind: audit.KeyChanged, LoginKey: "changed"})
	}},
	{"a login key is moved", func(t *testing.T, o *office) {
		o.provider("moved", func(k *federation.LoginKey) { k.Enabled = true })
		o.provider("moved-below", func(k *federation.LoginKey) { k.Enabled = true })
		o.press(t, "/admin/keys", "/admin/keys/moved-below/move", []string{"by", "up"}, audit.Event{Kind: audit.KeyChanged, LoginKey: "moved-below", Detail: map[string]string{"moved": "up"}})
	}},
	{"a login key is switched", func(t *testing.T, o *office) {
		path := "/admin/keys/" + o.provider("switched").ID
		o.press(t, path, path+"/switch", []string{"enabled", "1"}, audit.Event{Kind: audit.KeyChanged, LoginKey: "switched", Detail: map[string]string{"switched": "on"}})
		o.press(t, path, path+"/switch", []string{"enabled", ""}, audit.Event{Kind: audit.KeyChanged, LoginKey: "switched", Detail: map[string]string{"switched": "off"}})
	}},
	{"a login key is removed", func(t *testing.T, o *office) {
		path := "/admin/keys/" + o.provider("removed").ID + "/delete"
		o.press(t, path, path, []string{"confirm", "Company"}, audit.Event{Kind: audit.KeyRemoved, LoginKey: "removed"})
	}},
	{"somebody is linked beforehand", func(t *testing.T, o *office) {
		u, key := o.person("beforehand@example.org"), o.provider("beforehand", func(k *federation.LoginKey) { k.Linking = federation.Provisioned })
		o.press(t, "/admin/decisions", "/admin/decisions/link", []string{"account", "beforehand@example.org", "subject", "1", "key", key.ID},
			audit.Event{Kind: audit.LinkMade, Target: u.ID, LoginKey: key.ID, Reason: "administrator", Detail: map[string]string{"row": "*", "record": "*"}})
	}},
	{"a decision is undone", func(t *testing.T, o *office) {
		u, key := o.person("undone@example.org"), o.provider("undone", func(k *federation.LoginKey) { k.Linking = federation.Provisioned })
		p := o.root.submit(o.root.open("/admin/decisions"), "/admin/decisions/link", "account", "undone@example.org", "subject", "2", "key", key.ID)
		_, fields, _ := form(p.Body, "/admin/decisions/undo")
		l := o.ledger()
		o.root.submit(p, "/admin/decisions/undo")
		l.stored(t, byRequest(audit.Event{Kind: audit.LinkUndone, Actor: o.me, Target: u.ID, LoginKey: key.ID, Detail: map[string]string{"record": fields.Get("record")}})...)
	}},
}

var settingActs = []act[*office]{
	{"the settings are saved", func(t *testing.T, o *office) {
		o.press(t, "/admin/settings", "/admin/settings", []string{"hub_name", "Head office"}, audit.Event{Kind: audit.SettingsSaved})
	}},
	{"the schedule of the signing keys is saved", func(t *testing.T, o *office) {
		o.press(t, "/admin/signing", "/admin/signing/schedule", []string{"key_days", "60"}, audit.Event{Kind: audit.SettingsSaved})
	}},
	{"the signing keys are replaced", func(t *testing.T, o *office) {
		o.press(t, "/admin/signing", "/admin/signing/rotate", nil, audit.Event{Kind: audit.SigningRotated})
	}},
	{"the signing keys are distrusted", func(t *testing.T, o *office) {
		o.press(t, "/admin/signing", "/admin/signing/rotate", []string{"distrust", "yes"}, audit.Event{Kind: audit.SigningDropped})
	}},
	{"an initial access token is made, and ended", func(t *testing.T, o *office) {
		p := o.root.open("/admin/settings")
		l := o.ledger()
		p = o.root.submit(p, "/admin/settings/tokens", "uses", "3", "days", "2")
		_, made := o.record(t, "initials")
		l.stored(t, byRequest(audit.Event{Kind: audit.InitialTokenMade, Actor: o.me, Target: "…" + made["hint"].(string)})...)
		l = o.ledger()
		o.root.submit(p, "/admin/settings/tokens/delete")
		l.stored(t, byRequest(audit.Event{Kind: audit.InitialTokenEnded, Actor: o.me})...)
	}},
	{"everything is looked at now", func(t *testing.T, o *office) {
		o.press(t, "/admin", "/admin/check", nil, audit.Event{Kind: audit.Watched})
	}},
}

// entering are the events of a secret that goes to a site.
func (x *linking) entering(me string, events ...audit.Event) []audit.Event {
	for i := range events {
		events[i].Actor, events[i].Client = me, x.app.ID
	}
	return byRequest(events...)
}

// newSiteOffice is an administrator who added a site.
func newSiteOffice(t *testing.T) (x *linking, me string) {
	t.Helper()
	w := newWorld(t, openSQLite(t))
	x = newLinking(w)
	u, err := w.Hub.FindUser(t.Context(), "root@example.org")
	done(t, err)
	return x, u.ID
}

var siteActs = []act[bare]{
	{"a site is added", func(t *testing.T, _ bare) {
		w := newWorld(t, openSQLite(t))
		root := w.operator()
		u, err := w.Hub.FindUser(t.Context(), "root@example.org")
		done(t, err)
		l := w.ledger()
		_, values := root.addSite()
		l.stored(t, byRequest(
			audit.Event{Kind: audit.ClientAdded, Actor: u.ID, Client: values["client_id"], Target: w.addedSite(values).Name},
			audit.Event{Kind: audit.SecretAdded, Actor: u.ID, Client: values["client_id"]})...)
	}},
	{"the values are entered at a site", func(t *testing.T, _ bare) {
		x, me := newSiteOffice(t)
		l := x.ledger()
		x.enter("key_sign_ups", "Deny")
		l.stored(t, x.entering(me,
			audit.Event{Kind: audit.SiteEntered, Target: x.app.Frappe.URL, Detail: map[string]string{"result": "entered"}},
			audit.Event{Kind: audit.SecretAdded, Reason: "The site has it"},
			audit.Event{Kind: audit.SecretRemoved, Reason: "Nobody ever used it"})...)
	}},
	{"a site refuses the values", func(t *testing.T, _ bare) {
		x, me := newSiteOffice(t)
		l := x.ledger()
		x.enter("api_key", "zzzzzzzzzzzzzzz")
		l.stored(t, x.entering(me, audit.Event{Kind: audit.SiteEntered, Target: x.app.Frappe.URL, Detail: map[string]string{"result": "*", "status": "*"}})...)
	}},
	{"a site may have the values", func(t *testing.T, _ bare) {
		x, me := newSiteOffice(t)
		x.api.Trouble = "html" // the site was told, and nobody knows what it did
		l := x.ledger()
		x.enter()
		l.stored(t, x.entering(me,
			audit.Event{Kind: audit.SiteEntered, Target: x.app.Frappe.URL, Detail: map[string]string{"result": "*", "status": "*"}},
			audit.Event{Kind: audit.SecretAdded, Reason: "may have it"})...)
	}},
	{"the address that a site sent is registered", func(t *testing.T, _ bare) {
		w := newWorld(t, openSQLite(t))
		w.person("ada@example.org")
		x := newWaiting(w, frappetest.G1)
		u, err := w.Hub.FindUser(t.Context(), "root@example.org")
		done(t, err)
		x.site.HostName = "http://127.0.0.1:8000"
		x.login(w.browser(), "ada@example.org", "allow")
		p := x.look()
		l := w.ledger()
		x.admin.submit(p, "/admin/clients/"+x.app.ID+"/setup/redirect")
		l.stored(t, byRequest(audit.Event{Kind: audit.ClientChanged, Actor: u.ID, Client: x.app.ID, Target: x.app.Name, Reason: "http://127.0.0.1:8000"})...)
	}},
}
