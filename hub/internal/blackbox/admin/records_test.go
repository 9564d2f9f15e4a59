package admin_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/secrets"
)

// onRecord are the stored events of a kind, ordered by time.
func onRecord(t *testing.T, w *hubtest.World, kind string) []audit.Event {
	t.Helper()
	found, err := w.Backend.Find(context.Background(), "audit", store.Query{Now: time.Unix(0, 0)})
	hubtest.Done(t, err)
	var all []audit.Event
	for _, r := range found {
		var e audit.Event
		hubtest.Done(t, bson.Unmarshal(r.Doc, &e))
		if e.Kind == kind {
			all = append(all, e)
		}
	}
	return all
}

func last(t *testing.T, w *hubtest.World, kind string) audit.Event {
	t.Helper()
	all := onRecord(t, w, kind)
	if len(all) == 0 {
		t.Fatalf("there is no event %s", kind)
	}
	return all[len(all)-1]
}

func TestASignInThatFailedNamesTheAccountAndNeverWhatWasTyped(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada, b := w.Person("ada@example.org"), w.Browser()
	try := func(email, password string) string {
		t.Helper()
		b.Submit(b.Open("/signin?local=1"), "/signin", "email", email, "password", password)
		return last(t, w, audit.SignInFailed).Target
	}
	if got := try(" Ada@Example.org", "not it, not it, not it"); got != ada.ID {
		t.Errorf("a wrong password of somebody: got %q, want %s", got, ada.ID)
	}
	_, err := w.Hub.SwitchUser(t.Context(), audit.Named("test"), ada.ID, true)
	hubtest.Done(t, err)
	if got := try("ada@example.org", hubtest.Password); got != ada.ID {
		t.Errorf("somebody who is disabled: got %q, want %s", got, ada.ID)
	}

	nobody := try("nobody@example.org", hubtest.Password)
	if !strings.HasPrefix(nobody, users.Unknown) || strings.Contains(nobody, "nobody") || strings.Contains(nobody, secrets.Hash("nobody@example.org")[:20]) {
		t.Errorf("an unknown address: got %q", nobody)
	}
	if again := try("Nobody@Example.ORG", hubtest.Password); again != nobody {
		t.Errorf("the same address is %q and %q", nobody, again)
	}
	if other := try("nobody2@example.org", hubtest.Password); other == nobody {
		t.Errorf("two addresses are both %q", other)
	}
}

// Users sometimes type a password into a field for a name, so unknown names are
// neither stored nor logged.
func TestAPasswordInThePlaceOfANameIsNowhereKept(t *testing.T) {
	const typed = "Correct-Horse9"
	m := newMailing(t)
	m.Person("ada@example.org")
	tv, centre, b := m.Television(), m.CallCentre(), m.Browser()
	for _, name := range []string{typed, typed + "@example.org"} {
		b.Submit(b.Authorize(m.App().Request()), "/signin", "email", name, "password", "not it, not it, not it")
		b.Submit(b.Open("/signin?local=1"), "/signin", "email", name, "password", "not it, not it, not it")
		b.Submit(b.Open("/signin?local=1"), "/signin", "email", name, "password", "", "step", "email")
		b.Open("/signin?local=1&q=" + name)
		b.Submit(b.Open("/password/forgot"), "/password/forgot", "email", name)
		b.Submit(b.Open("/signin/confirm"), "/signin/confirm", "email", name)
		b.Submit(b.Open("/device"), "/device", "user_code", name)
		centre.Ask("login_hint", name)
		tv.Post("/oauth2/token", "grant_type", clients.GrantDevice, "device_code", name)
	}
	for _, set := range hub.Sets() {
		found, err := m.Backend.Find(t.Context(), set.Name, store.Query{Now: time.Unix(0, 0)})
		hubtest.Done(t, err)
		for _, r := range found {
			if text := bytes.ToLower(append([]byte(r.ID), r.Doc...)); bytes.Contains(text, []byte(strings.ToLower(typed))) {
				t.Errorf("it is in the set %s: %s", set.Name, bson.Raw(r.Doc))
			}
		}
	}
	for line := range strings.Lines(m.Logs.String()) {
		if strings.Contains(strings.ToLower(line), strings.ToLower(typed)) {
			t.Errorf("it is in the log: %s", line)
		}
	}
}

func TestWhatAnAdministratorChangesIsOnRecordWithWhatItWasBefore(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	root := w.Operator()
	changed := func(kind string) map[string]audit.Change {
		t.Helper()
		all := map[string]audit.Change{}
		for _, c := range last(t, w, kind).Changes {
			all[c.Field] = c
		}
		return all
	}
	want := func(kind string, changes ...audit.Change) {
		t.Helper()
		got := changed(kind)
		for _, c := range changes {
			if got[c.Field] != c {
				t.Errorf("%s: got %+v, want %+v", kind, got[c.Field], c)
			}
		}
		if len(got) != len(changes) {
			t.Errorf("%s: got %+v, want %+v", kind, got, changes)
		}
	}

	before, err := w.Hub.Settings(t.Context())
	hubtest.Done(t, err)
	root.Submit(root.Open("/admin/settings"), "/admin/settings", "hub_name", "Head office", "skip_authorization", "Force")
	got := changed(audit.SettingsSaved)
	for field, c := range map[string]audit.Change{"hubName": {Field: "hubName", Before: before.HubName, After: "Head office"}, "consent": {Field: "consent", Before: "auto", After: "force"}} {
		if got[field] != c {
			t.Errorf("settings: got %+v, want %+v", got[field], c)
		}
	}
	hubtest.Done(t, w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.ServerDomains = []string{"a.example.org", "b.example.org"} }))
	want(audit.SettingsSaved, audit.Change{Field: "serverDomains", After: "a.example.org\nb.example.org"})

	a := w.App(func(c *clients.Client) { c.AllowedRoles = []string{"Support admin"} })
	path := "/admin/clients/" + a.ID
	root.Submit(root.Open(path), path, "app_name", a.Name+" 2", "allowed_roles", "staff, all\nclerk")
	want(audit.ClientChanged, audit.Change{Field: "name", Before: a.Name, After: a.Name + " 2"}, audit.Change{Field: "allowed_roles", Before: "Support admin", After: "staff, all\nclerk"})
	root.Submit(root.Open(path), path+"/secrets", "life", "90d")
	want(audit.SecretAdded, audit.Change{Field: "secrets", After: "changed"})

	key := w.Provider("company", func(k *federation.LoginKey) { k.SignUps = federation.Deny })
	_, err = w.Hub.ChangeLoginKey(t.Context(), audit.Named("test"), key.ID, "a-new-secret-of-the-key", loginkeys.EndSignedIn, func(k *federation.LoginKey) { k.SignUps, k.TrustEmail = federation.Allow, true })
	hubtest.Done(t, err)
	want(audit.KeyChanged, audit.Change{Field: "sign_ups", Before: string(federation.Deny), After: string(federation.Allow)},
		audit.Change{Field: "trust_email", After: "true"}, audit.Secret("secret"))

	bo := w.Person("bo@example.org", "clerk")
	root.Submit(root.Open("/admin/users/"+bo.ID), "/admin/users/"+bo.ID+"/administrator")
	want(audit.RolesChanged, audit.Change{Field: "roles", Before: "clerk", After: "admin\nclerk"})

	logs := w.Logs.String()
	for _, secret := range []string{"a-new-secret-of-the-key", a.Secret} {
		for _, e := range slices.Concat(onRecord(t, w, audit.KeyChanged), onRecord(t, w, audit.SecretAdded)) {
			for _, c := range e.Changes {
				if strings.Contains(c.Before+c.After, secret) {
					t.Errorf("%s has the secret: %+v", e.Kind, c)
				}
			}
		}
		if strings.Contains(logs, secret) {
			t.Error("a secret is in the log")
		}
	}
}

// Every source of provider roles uses the same code, which records the change.
func TestRolesThatAProviderGivesAreOnRecord(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	u := w.Person("ada@example.org", "clerk")
	_, err := w.Hub.People().TakeRoles(t.Context(), u.ID, []string{"clerk"}, func(_ users.User, u *users.User) error { u.AddRoles([]string{"staff"}); return nil })
	hubtest.Done(t, err)
	if e := last(t, w, audit.RolesChanged); e.Target != u.ID || e.Actor != "provider" || !slices.Equal(e.Changes, []audit.Change{{Field: "roles", Before: "clerk", After: "staff"}}) {
		t.Errorf("got %+v", e)
	}
}

func TestRefusedAdministrationIsOnRecordAndFillsNothing(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Clock.Stop()
	root, plain := w.Person("root@example.org", "admin"), w.Person("plain@example.org")
	mine, theirs := w.Home("root@example.org"), w.Home("plain@example.org")
	refused := func(what, who, why, page string) {
		t.Helper()
		if e := last(t, w, audit.AdminRefused); e.Actor != who || e.Why.Code != why || e.Detail["method"]+" "+e.Detail["page"] != page || e.Ref == "" || e.IP == "" {
			t.Errorf("%s: got %+v", what, e)
		}
	}
	theirs.Open("/admin/clients/x")
	refused("a person without the role", plain.ID, "admin.refused.role", "GET /admin/clients/:id")
	hubtest.Want(t, "a wrong token", mine.Submit(mine.Open("/admin/settings"), "/admin/settings", "csrf", "another's").Status, 403)
	refused("a form of another site", root.ID, "admin.refused.form", "POST /admin/settings")
	w.Clock.Skip(11 * time.Minute)
	mine.Submit(mine.Open("/admin/settings"), "/admin/settings", "hub_name", "Mine")
	refused("without a proof of the last minutes", root.ID, "admin.refused.proof", "POST /admin/settings")

	site := w.Provider("site", func(k *federation.LoginKey) { k.Kind = federation.KindFrappe })
	hubtest.Want(t, "the key keeps administrators out", site.KeepsAdminsOut(), true)
	set := store.NewCollection[sessions.Session](w.Backend, "sessions", w.Clock.Now)
	all, err := set.List(t.Context(), store.Query{Field: "userId", Equals: root.ID})
	hubtest.Done(t, err)
	for _, s := range all {
		hubtest.Done(t, set.Update(t.Context(), s.ID, func(s *sessions.Session) error { s.LoginKey = site.ID; return nil }))
	}
	mine.Open("/admin")
	refused("who came in elsewhere", root.ID, "admin.refused.provider", "GET /admin")

	for range 60 {
		theirs.Open("/admin")
	}
	if n := len(onRecord(t, w, audit.AdminRefused)); n > 30 {
		t.Errorf("one person made %d records", n)
	}
	hubtest.Want(t, "somebody else is on record all the same", len(onRecord(t, w, audit.AdminRefused)) > 4, true)
}

func TestEventsAreKeptForAsLongAsTheSettingsSay(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	root := w.Operator()
	for range 3 {
		w.Person("p" + strings.ToLower(secrets.Text(6)) + "@example.org")
	}
	keep := func(days string, status int) {
		t.Helper()
		p := root.Submit(root.Open("/admin/settings"), "/admin/settings", "audit_days", days)
		if p.Status == 403 {
			p = root.Prove(p)
		}
		hubtest.Want(t, "keep them for "+days, p.Status, status)
	}
	keep("a while", 422)
	keep("4000", 422)
	keep("0", 200)
	w.Clock.Skip(4000 * 24 * time.Hour)
	w.Hub.Chores(t.Context())
	if len(onRecord(t, w, audit.UserAdded)) != 4 || len(onRecord(t, w, audit.AuditCleared)) > 0 {
		t.Fatalf("for ever, and %d are left", len(onRecord(t, w, audit.UserAdded)))
	}
	days := 30
	hubtest.Done(t, w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.AuditDays = &days }))
	w.Clock.Skip(2 * time.Hour)
	w.Hub.Chores(t.Context())
	if n := len(onRecord(t, w, audit.UserAdded)); n != 0 {
		t.Errorf("%d of before are left", n)
	}
	if len(onRecord(t, w, audit.SettingsSaved)) == 0 {
		t.Error("what is young has gone too")
	}
	if e := last(t, w, audit.AuditCleared); e.Actor != "schedule" || e.Detail["events"] == "" || e.Detail["before"] == "" {
		t.Errorf("got %+v", e)
	}
}
