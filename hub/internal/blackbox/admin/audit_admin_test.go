package admin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
	"github.com/fedhub/fedhub/internal/texts"
)

// An office is a hub with a signed-in administrator.
type office struct {
	*hubtest.World
	root *hubtest.Browser
	me   string // the administrator's id
}

func newOffice(t *testing.T) *office {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	o := &office{World: w, root: w.Operator()}
	u, err := w.Hub.FindUser(t.Context(), "root@example.org")
	hubtest.Done(t, err)
	o.me = u.ID
	return o
}

// press submits a form of a page; its events name the administrator.
func (o *office) press(t *testing.T, page, action string, pairs []string, events ...audit.Event) hubtest.Page {
	t.Helper()
	p := o.root.Open(page)
	l := o.Ledger()
	p = o.root.Submit(p, action, pairs...)
	if p.Status != http.StatusOK {
		t.Errorf("got %d at %s:\n%s", p.Status, p.URL, p.Body)
	}
	for i := range events {
		events[i].Actor = o.me
	}
	l.Stored(t, hubtest.ByRequest(events...)...)
	return p
}

// newest is the client that was added last.
func (o *office) named(t *testing.T, name string) clients.Client {
	t.Helper()
	all, err := o.Hub.Clients(t.Context())
	hubtest.Done(t, err)
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
		p := o.root.Open("/admin/clients/new")
		l := o.Ledger()
		o.root.Submit(p, "/admin/clients", "type", "web", "app_name", "Wiki", "redirect_uris", hubtest.Callback)
		wiki := o.named(t, "Wiki")
		l.Stored(t, hubtest.ByRequest(
			audit.Event{Kind: audit.ClientAdded, Actor: o.me, Client: wiki.ID, Target: "Wiki"},
			audit.Event{Kind: audit.SecretAdded, Actor: o.me, Client: wiki.ID})...)
	}},
	{"an app is changed", func(t *testing.T, o *office) {
		a := o.App()
		path := "/admin/clients/" + a.ID
		o.press(t, path, path, []string{"app_name", "Renamed"}, audit.Event{Kind: audit.ClientChanged, Client: a.ID, Target: "Renamed"})
	}},
	{"an app gets another secret", func(t *testing.T, o *office) {
		a := o.App()
		path := "/admin/clients/" + a.ID
		o.press(t, path, path+"/secrets", []string{"life", "90d"}, audit.Event{Kind: audit.SecretAdded, Client: a.ID})
	}},
	{"an app loses a secret", func(t *testing.T, o *office) {
		a := o.App()
		path := "/admin/clients/" + a.ID
		kept, err := o.Hub.Client(t.Context(), a.ID)
		hubtest.Done(t, err)
		o.press(t, path, path+"/secrets/delete", []string{"secret", kept.Secrets[0].ID}, audit.Event{Kind: audit.SecretRemoved, Client: a.ID})
	}},
	{"an app is removed", func(t *testing.T, o *office) {
		a := o.App()
		path := "/admin/clients/" + a.ID
		o.press(t, path, path+"/delete", []string{"confirm", a.Name}, audit.Event{Kind: audit.ClientRemoved, Client: a.ID, Target: a.Name})
	}},
	{"an app that could not be told of sign-outs is told now", func(t *testing.T, o *office) {
		l := o.Listener()
		l.Status.Store(http.StatusServiceUnavailable)
		o.Person("told@example.org")
		b := o.Browser()
		b.SignInTo(l.App, "told@example.org")
		before := o.Ledger()
		b.Submit(b.Open("/signout"), "/signout")
		before.Await(t, audit.LogoutFailed)
		path := "/admin/clients/" + l.ID
		p := o.root.OpenUntil(path, func(p hubtest.Page) bool { return strings.Contains(p.Body, `action="`+path+`/logouts"`) })
		after := o.Ledger()
		o.root.Submit(p, path+"/logouts")
		after.Await(t, audit.LogoutsTried)
		after.Holds(t, hubtest.ByRequest(audit.Event{Kind: audit.LogoutsTried, Actor: o.me, Client: l.ID, Target: l.Name})...)
	}},
}

var peopleActs = []act[*office]{
	{"somebody is invited", func(t *testing.T, o *office) {
		p := o.root.Open("/admin/users")
		l := o.Ledger()
		o.root.Submit(p, "/admin/users/invite", "email", "grace@example.org", "roles", "clerk")
		invited, _ := o.Record(t, "invitations")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.UserInvited, Actor: o.me, Target: invited, Detail: map[string]string{"roles": "clerk"}})...)
	}},
	{"an invitation is withdrawn", func(t *testing.T, o *office) {
		_, i, err := o.Hub.InviteUser(t.Context(), audit.Named("test"), users.NewInvitation{Email: "withdrawn@example.org"})
		hubtest.Done(t, err)
		o.press(t, "/admin/users", "/admin/users/withdraw", []string{"invitation", i.ID}, audit.Event{Kind: audit.UserUninvited, Target: i.ID})
	}},
	{"somebody is disabled", func(t *testing.T, o *office) {
		path, u := o.personPage("shut@example.org")
		o.press(t, path, path+"/disable", nil, audit.Event{Kind: audit.UserDisabled, Target: u.ID})
	}},
	{"somebody is enabled", func(t *testing.T, o *office) {
		path, u := o.personPage("back@example.org")
		_, err := o.Hub.SwitchUser(t.Context(), audit.Named("test"), u.ID, true)
		hubtest.Done(t, err)
		o.press(t, path, path+"/enable", nil, audit.Event{Kind: audit.UserEnabled, Target: u.ID})
	}},
	{"somebody is signed out everywhere", func(t *testing.T, o *office) {
		path, u := o.personPage("ended@example.org")
		o.Home("ended@example.org")
		o.press(t, path, path+"/sessions/end", nil, audit.Event{Kind: audit.SessionsEnded, Target: u.ID, Detail: map[string]string{"which": "all"}})
	}},
	{"an identity is taken away", func(t *testing.T, o *office) {
		u, key := o.LinkedImport("unlinked@example.org", "unlinked")
		path := "/admin/users/" + u.ID
		o.press(t, path, path+"/unlink", nil, audit.Event{Kind: audit.LinkRemoved, Target: u.ID, LoginKey: key.ID})
	}},
	{"roles are given", func(t *testing.T, o *office) {
		path, u := o.personPage("roles@example.org")
		o.press(t, path, path+"/roles", []string{"roles", "clerk\neditor"}, audit.Event{Kind: audit.RolesChanged, Target: u.ID, Detail: map[string]string{"roles": "clerk, editor"}})
	}},
	{"a link for a new password is shown", func(t *testing.T, o *office) {
		path, u := o.personPage("reset@example.org")
		o.press(t, path, path+"/reset", nil, audit.Event{Kind: audit.ResetSent, Target: u.ID, Why: texts.New("reset.shown")})
	}},
}

// personPage adds a user and returns the address of the user's page.
func (o *office) personPage(email string) (string, users.User) {
	o.Helper()
	u := o.Person(email)
	return "/admin/users/" + u.ID, u
}

var keyActs = []act[*office]{
	{"a login key is added", func(t *testing.T, o *office) {
		p := o.root.Open("/admin/providers/new?kind=openid")
		l := o.Ledger()
		p = o.root.Submit(p, "/admin/providers", "name", "Example", "base_url", "https://accounts.example.org")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.KeyAdded, Actor: o.me, LoginKey: strings.TrimPrefix(p.URL.Path, "/admin/providers/"), Target: "https://accounts.example.org"})...)
	}},
	{"a login key is changed", func(t *testing.T, o *office) {
		path := "/admin/providers/" + o.Provider("changed").ID
		o.press(t, path, path, []string{"client_id", "others"}, audit.Event{Kind: audit.KeyChanged, LoginKey: "changed"})
	}},
	{"a login key is moved", func(t *testing.T, o *office) {
		o.Provider("moved", func(k *federation.LoginKey) { k.Enabled = true })
		o.Provider("moved-below", func(k *federation.LoginKey) { k.Enabled = true })
		o.press(t, "/admin/providers", "/admin/providers/moved-below/move", []string{"by", "up"}, audit.Event{Kind: audit.KeyChanged, LoginKey: "moved-below", Detail: map[string]string{"moved": "up"}})
	}},
	{"a login key is switched", func(t *testing.T, o *office) {
		path := "/admin/providers/" + o.Provider("switched").ID
		o.press(t, path, path+"/switch", []string{"enabled", "1"}, audit.Event{Kind: audit.KeyChanged, LoginKey: "switched", Detail: map[string]string{"switched": "on"}})
		o.press(t, path, path+"/switch", []string{"enabled", ""}, audit.Event{Kind: audit.KeyChanged, LoginKey: "switched", Detail: map[string]string{"switched": "off"}})
	}},
	{"what becomes of people of a former issuer is decided", func(t *testing.T, o *office) {
		u, key := o.Person("former@example.org"), o.Provider("former", func(k *federation.LoginKey) { k.Linking = federation.Provisioned })
		o.root.Submit(o.root.Open("/admin/account-links"), "/admin/account-links/link", "account", u.Email, "subject", "3", "key", key.ID, "issuer", "https://former.example")
		path := "/admin/providers/former/identities"
		o.press(t, path, path, []string{"identities", "leave"}, audit.Event{Kind: audit.KeyIdentities, LoginKey: "former", Detail: map[string]string{"which": "left", "issuer": "https://former.example"}})
	}},
	{"people of a former issuer are moved, and that is undone", func(t *testing.T, o *office) {
		there := federationtest.NewPlainUpstream(t, o.Clock.Now)
		u := o.Person("taken@example.org")
		o.Provider("taken", func(k *federation.LoginKey) { k.Linking, k.BaseURL = federation.Provisioned, there.URL })
		o.root.Submit(o.root.Open("/admin/account-links"), "/admin/account-links/link", "account", u.Email, "subject", "4", "key", "taken", "issuer", "https://former.example")
		path := "/admin/providers/taken/identities"
		o.press(t, path, path, []string{"identities", "move", "identities_address", there.URL}, audit.Event{Kind: audit.KeyIdentities, LoginKey: "taken",
			Detail: map[string]string{"which": "moved", "issuer": "https://former.example", "to": there.URL, "moved": "1", "left": "0", "batch": "*"}})
		o.press(t, path, path, nil, audit.Event{Kind: audit.KeyIdentities, LoginKey: "taken", Detail: map[string]string{"which": "undone", "issuer": "https://former.example", "moved": "1", "batch": "*"}})
	}},
	{"a user is added, edited and deleted", func(t *testing.T, o *office) {
		p := o.root.Open("/admin/users")
		l := o.Ledger()
		o.root.Submit(p, "/admin/users/add", "new_email", "edited@example.org")
		u, err := o.Hub.FindUser(t.Context(), "edited@example.org")
		hubtest.Done(t, err)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.UserAdded, Actor: o.me, Target: u.ID})...)
		path := "/admin/users/" + u.ID
		o.press(t, path, path+"/profile", []string{"name", "Edited"}, audit.Event{Kind: audit.UserChanged, Target: u.ID})
		o.press(t, path, path+"/administrator", nil, audit.Event{Kind: audit.RolesChanged, Target: u.ID, Detail: map[string]string{"roles": "admin"}})
		o.press(t, path+"/delete", path+"/delete", nil, audit.Event{Kind: audit.UserRemoved, Target: u.ID})
	}},
	{"users are exported, and imported", func(t *testing.T, o *office) {
		l := o.Ledger()
		o.root.Submit(o.root.Open("/admin/users"), "/admin/users.csv")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.UsersExported, Actor: o.me, Detail: map[string]string{"format": "csv"}})...)
		l = o.Ledger()
		p := o.root.Upload(o.root.Open("/admin/import"), "/admin/import", "users.csv", []byte("email\nimported@example.org"))
		l.Stored(t)
		o.root.Submit(p, "/admin/import/confirm")
		u, err := o.Hub.FindUser(t.Context(), "imported@example.org")
		hubtest.Done(t, err)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.UserAdded, Actor: o.me, Target: u.ID})...)
	}},
	{"one session of a user is ended", func(t *testing.T, o *office) {
		u := o.Person("session@example.org")
		o.Home("session@example.org")
		path := "/admin/users/" + u.ID
		o.press(t, path, path+"/sessions/end-one", nil, audit.Event{Kind: audit.SessionsEnded, Target: u.ID, Detail: map[string]string{"which": "one"}})
	}},
	{"a group is added, changed and deleted", func(t *testing.T, o *office) {
		p := o.root.Open("/admin/groups")
		l := o.Ledger()
		o.root.Submit(p, "/admin/groups", "name", "Sales")
		g, err := o.Hub.FindGroup(t.Context(), "Sales")
		hubtest.Done(t, err)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.GroupAdded, Actor: o.me, Target: g.ID, Detail: map[string]string{"group": "Sales"}})...)
		path := "/admin/groups/" + g.ID
		o.press(t, path, path, []string{"roles", "seller"}, audit.Event{Kind: audit.GroupChanged, Target: g.ID, Detail: map[string]string{"group": "Sales"}})
		u := o.Person("seller@example.org")
		o.press(t, path+"?q=seller@example.org", path+"/members/add", []string{"user", u.ID}, audit.Event{Kind: audit.MemberAdded, Target: u.ID, Detail: map[string]string{"group": "Sales"}})
		o.press(t, path, path+"/members/remove", []string{"user", u.ID}, audit.Event{Kind: audit.MemberRemoved, Target: u.ID, Detail: map[string]string{"group": "Sales"}})
		o.press(t, path+"/delete", path+"/delete", nil, audit.Event{Kind: audit.GroupRemoved, Target: g.ID, Detail: map[string]string{"group": "Sales"}})
	}},
	{"a user field is defined, filled and deleted", func(t *testing.T, o *office) {
		u := o.Person("filled@example.org")
		path := "/admin/users/" + u.ID
		o.press(t, "/admin/fields", "/admin/fields", []string{"label", "Department", "field_name", "department", "type", "text"}, audit.Event{Kind: audit.SettingsSaved})
		o.press(t, path, path+"/fields", []string{"field_department", "Sales"}, audit.Event{Kind: audit.UserChanged, Target: u.ID})
		o.press(t, "/admin/fields/department/delete", "/admin/fields/department/delete", []string{"confirm", "department"}, audit.Event{Kind: audit.SettingsSaved})
	}},
	{"a login key is removed", func(t *testing.T, o *office) {
		path := "/admin/providers/" + o.Provider("removed").ID + "/delete"
		o.press(t, path, path, []string{"confirm", "Company"}, audit.Event{Kind: audit.KeyRemoved, LoginKey: "removed"})
	}},
	{"somebody is linked beforehand", func(t *testing.T, o *office) {
		u, key := o.Person("beforehand@example.org"), o.Provider("beforehand", func(k *federation.LoginKey) { k.Linking = federation.Provisioned })
		o.press(t, "/admin/account-links", "/admin/account-links/link", []string{"account", "beforehand@example.org", "subject", "1", "key", key.ID},
			audit.Event{Kind: audit.LinkMade, Target: u.ID, LoginKey: key.ID, Why: texts.New("link.beforehand"), Detail: map[string]string{"row": "*", "record": "*"}})
	}},
	{"a decision is undone", func(t *testing.T, o *office) {
		u, key := o.Person("undone@example.org"), o.Provider("undone", func(k *federation.LoginKey) { k.Linking = federation.Provisioned })
		p := o.root.Submit(o.root.Open("/admin/account-links"), "/admin/account-links/link", "account", "undone@example.org", "subject", "2", "key", key.ID)
		_, fields, _ := hubtest.Form(p.Body, "/admin/account-links/undo")
		l := o.Ledger()
		o.root.Submit(p, "/admin/account-links/undo")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.LinkUndone, Actor: o.me, Target: u.ID, LoginKey: key.ID, Detail: map[string]string{"record": fields.Get("record")}})...)
	}},
}

var settingActs = []act[*office]{
	{"the settings are saved", func(t *testing.T, o *office) {
		o.press(t, "/admin/settings", "/admin/settings", []string{"hub_name", "Head office"}, audit.Event{Kind: audit.SettingsSaved})
	}},
	{"the audit log is exported", func(t *testing.T, o *office) {
		o.press(t, "/admin/audit?what=hub", "/admin/audit.csv", nil, audit.Event{Kind: audit.AuditExported, Detail: map[string]string{"format": "csv", "what": "hub"}})
		o.press(t, "/admin/audit", "/admin/audit.ndjson", nil, audit.Event{Kind: audit.AuditExported, Detail: map[string]string{"format": "ndjson"}})
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
		p := o.root.Open("/admin/settings")
		l := o.Ledger()
		p = o.root.Submit(p, "/admin/settings/tokens", "uses", "3", "days", "2")
		_, made := o.Record(t, "initials")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.InitialTokenMade, Actor: o.me, Target: "…" + made["hint"].(string)})...)
		l = o.Ledger()
		o.root.Submit(p, "/admin/settings/tokens/delete")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.InitialTokenEnded, Actor: o.me})...)
	}},
	{"somebody without the role is kept out, and then too often to be kept", func(t *testing.T, o *office) {
		u, b := o.Person("out@example.org"), o.Home("out@example.org")
		refused := hubtest.ByRequest(audit.Event{Kind: audit.AdminRefused, Actor: u.ID, Why: texts.New("admin.refused.role"), Detail: map[string]string{"method": "GET", "page": "/admin/settings"}})
		o.Clock.Stop()
		l := o.Ledger()
		b.Open("/admin/settings")
		l.Stored(t, refused...)
		for range 20 {
			b.Open("/admin/settings")
		}
		l = o.Ledger()
		b.Open("/admin/settings")
		l.Stored(t)
		l.Noted(t, refused...)
	}},
	{"a form of an administrator comes from another site", func(t *testing.T, o *office) {
		p := o.root.Open("/admin/settings")
		l := o.Ledger()
		o.root.Post(p, "/admin/settings", "csrf", "made up")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.AdminRefused, Actor: o.me, Why: texts.New("admin.refused.form"), Detail: map[string]string{"method": "POST", "page": "/admin/settings"}})...)
	}},
	{"an administrator signed in too long ago to change something", func(t *testing.T, o *office) {
		u, b := o.Person("late@example.org", users.AdminRole), o.Home("late@example.org")
		p := b.Open("/admin/settings")
		o.Clock.Skip(11 * time.Minute)
		l := o.Ledger()
		b.Submit(p, "/admin/settings", "hub_name", "Late")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.AdminRefused, Actor: u.ID, Why: texts.New("admin.refused.proof"), Detail: map[string]string{"method": "POST", "page": "/admin/settings"}})...)
	}},
	{"an administrator signed in through a provider that keeps administrators out", func(t *testing.T, o *office) {
		u, b := o.Person("site@example.org", users.AdminRole), o.Home("site@example.org")
		site := o.Provider("keepsout", func(k *federation.LoginKey) { k.Kind = federation.KindFrappe })
		set := store.NewCollection[sessions.Session](o.Backend, "sessions", o.Clock.Now)
		all, err := set.List(t.Context(), store.Query{Field: "userId", Equals: u.ID})
		hubtest.Done(t, err)
		for _, s := range all {
			hubtest.Done(t, set.Update(t.Context(), s.ID, func(s *sessions.Session) error { s.LoginKey = site.ID; return nil }))
		}
		l := o.Ledger()
		b.Open("/admin")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.AdminRefused, Actor: u.ID, LoginKey: site.ID, Why: texts.New("admin.refused.provider"), Detail: map[string]string{"method": "GET", "page": "/admin"}})...)
	}},
	{"events that are too old go", func(t *testing.T, _ *office) {
		w, days := hubtest.NewWorld(t, hubtest.OpenSQLite(t)), 1
		hubtest.Done(t, w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.AuditDays = &days }))
		w.Clock.Skip(25 * time.Hour)
		l := w.Ledger()
		w.Hub.Chores(t.Context())
		l.Stored(t, audit.Event{Kind: audit.AuditCleared, Actor: "schedule", Detail: map[string]string{"events": "1", "before": "*"}})
	}},
	{"a provider gives somebody a role", func(t *testing.T, o *office) {
		u := o.Person("given@example.org")
		l := o.Ledger()
		_, err := o.Hub.People().TakeRoles(t.Context(), u.ID, nil, func(_ users.User, u *users.User) error { u.AddRoles([]string{"staff"}); return nil })
		hubtest.Done(t, err)
		l.Stored(t, audit.Event{Kind: audit.RolesChanged, Actor: "provider", Target: u.ID})
	}},
	{"everything is looked at now", func(t *testing.T, o *office) {
		o.press(t, "/admin", "/admin/check", nil, audit.Event{Kind: audit.Watched})
	}},
}

// newSiteOffice is an administrator who has added a site.
func newSiteOffice(t *testing.T) (x *hubtest.Linking, me string) {
	t.Helper()
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	x = hubtest.NewLinking(w)
	u, err := w.Hub.FindUser(t.Context(), "root@example.org")
	hubtest.Done(t, err)
	return x, u.ID
}

var siteActs = []act[bare]{
	{"a site is added", func(t *testing.T, _ bare) {
		w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
		root := w.Operator()
		u, err := w.Hub.FindUser(t.Context(), "root@example.org")
		hubtest.Done(t, err)
		l := w.Ledger()
		_, values := root.AddSite()
		l.Stored(t, hubtest.ByRequest(
			audit.Event{Kind: audit.ClientAdded, Actor: u.ID, Client: values["client_id"], Target: w.AddedSite(values).Name},
			audit.Event{Kind: audit.SecretAdded, Actor: u.ID, Client: values["client_id"]})...)
	}},
	{"the values are entered at a site", func(t *testing.T, _ bare) {
		x, me := newSiteOffice(t)
		l := x.Ledger()
		x.Enter("key_sign_ups", "Deny")
		l.Stored(t, x.Entering(me,
			audit.Event{Kind: audit.SiteEntered, Target: x.App.Frappe.URL, Detail: map[string]string{"result": "entered"}},
			audit.Event{Kind: audit.SecretAdded, Why: texts.New("site.secret")},
			audit.Event{Kind: audit.SecretRemoved, Why: texts.New("site.secret.unused")})...)
	}},
	{"a site refuses the values", func(t *testing.T, _ bare) {
		x, me := newSiteOffice(t)
		l := x.Ledger()
		x.Enter("api_key", "zzzzzzzzzzzzzzz")
		l.Stored(t, x.Entering(me, audit.Event{Kind: audit.SiteEntered, Target: x.App.Frappe.URL, Detail: map[string]string{"result": "*", "status": "*"}})...)
	}},
	{"a site may have the values", func(t *testing.T, _ bare) {
		x, me := newSiteOffice(t)
		x.Api.Trouble = "html" // the site got the request, and the result is unknown
		l := x.Ledger()
		x.Enter()
		l.Stored(t, x.Entering(me,
			audit.Event{Kind: audit.SiteEntered, Target: x.App.Frappe.URL, Detail: map[string]string{"result": "*", "status": "*"}},
			audit.Event{Kind: audit.SecretAdded, Why: texts.New("site.secret.maybe")})...)
	}},
	{"the address that a site sent is registered", func(t *testing.T, _ bare) {
		w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
		w.Person("ada@example.org")
		x := hubtest.NewWaiting(w, frappetest.G1)
		u, err := w.Hub.FindUser(t.Context(), "root@example.org")
		hubtest.Done(t, err)
		x.Site.HostName = "http://127.0.0.1:8000"
		x.Login(w.Browser(), "ada@example.org", "allow")
		p := x.Look()
		l := w.Ledger()
		x.Admin.Submit(p, "/admin/clients/"+x.App.ID+"/setup/redirect")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.ClientChanged, Actor: u.ID, Client: x.App.ID, Target: x.App.Name, Why: texts.New("site.redirect", "address", "http://127.0.0.1:8000")})...)
	}},
}
