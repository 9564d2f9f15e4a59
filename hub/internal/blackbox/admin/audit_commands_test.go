package admin_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/texts"
)

// A commander runs CLI commands.
type commander struct{ *hubtest.World }

func newCommands(t *testing.T) commander {
	return commander{hubtest.NewWorld(t, hubtest.OpenSQLite(t))}
}

var commandActs = []act[commander]{
	{"somebody is added", func(t *testing.T, c commander) {
		l := c.Ledger()
		u := c.Person("added@example.org")
		l.Stored(t, audit.Event{Kind: audit.UserAdded, Actor: "test", Target: u.ID})
	}},
	{"somebody is disabled", func(t *testing.T, c commander) {
		u := c.Person("shut@example.org")
		l := c.Ledger()
		_, err := c.Hub.SwitchUser(t.Context(), audit.Named("test"), u.ID, true)
		hubtest.Done(t, err)
		l.Stored(t, audit.Event{Kind: audit.UserDisabled, Actor: "test", Target: u.ID})
	}},
	{"an app is taken over", func(t *testing.T, c commander) {
		u := c.Person("adopted@example.org")
		l := c.Ledger()
		hubtest.Done(t, c.Hub.SetUpApp(t.Context(), audit.Named("test"), u.ID, "JBSWY3DPEHPK3PXP"))
		l.Stored(t, audit.Event{Kind: audit.SecondAdded, Actor: "test", Target: u.ID})
	}},
	{"somebody is removed", func(t *testing.T, c commander) {
		u := c.Person("removed@example.org")
		l := c.Ledger()
		hubtest.Done(t, c.Hub.RemoveUser(t.Context(), audit.Named("test"), u.ID))
		l.Stored(t, audit.Event{Kind: audit.UserRemoved, Actor: "test", Target: u.ID})
	}},
	{"somebody is enabled", func(t *testing.T, c commander) {
		u := c.Person("back@example.org")
		l := c.Ledger()
		_, err := c.Hub.SwitchUser(t.Context(), audit.Named("test"), u.ID, false)
		hubtest.Done(t, err)
		l.Stored(t, audit.Event{Kind: audit.UserEnabled, Actor: "test", Target: u.ID})
	}},
	{"roles are given", func(t *testing.T, c commander) {
		u := c.Person("roles@example.org")
		l := c.Ledger()
		_, err := c.Hub.SetRoles(t.Context(), audit.Named("test"), u.ID, []string{"clerk", "editor"})
		hubtest.Done(t, err)
		l.Stored(t, audit.Event{Kind: audit.RolesChanged, Actor: "test", Target: u.ID, Detail: map[string]string{"roles": "clerk, editor"}})
	}},
	{"an identity is taken away", func(t *testing.T, c commander) {
		u, key := c.LinkedImport("unlinked@example.org", "unlinking")
		linked, err := c.Hub.Identities(t.Context(), u.ID)
		hubtest.Done(t, err)
		l := c.Ledger()
		err = c.Hub.Unlink(t.Context(), audit.Named("test"), linked[0].UserID, linked[0].ID)
		hubtest.Done(t, err)
		l.Stored(t, audit.Event{Kind: audit.LinkRemoved, Actor: "test", Target: u.ID, LoginKey: key.ID})
	}},
	{"a link for a new password is shown", func(t *testing.T, c commander) {
		u := c.Person("reset@example.org")
		l := c.Ledger()
		_, err := c.Hub.ResetLink(t.Context(), audit.Named("test"), u)
		hubtest.Done(t, err)
		l.Stored(t, audit.Event{Kind: audit.ResetSent, Actor: "test", Target: u.ID, Why: texts.New("reset.shown")})
	}},
	{"somebody is invited", func(t *testing.T, c commander) {
		l := c.Ledger()
		_, i, err := c.Hub.InviteUser(t.Context(), audit.Named("test"), users.NewInvitation{Email: "grace@example.org", Roles: []string{"clerk"}})
		hubtest.Done(t, err)
		l.Stored(t, audit.Event{Kind: audit.UserInvited, Actor: "test", Target: i.ID, Detail: map[string]string{"roles": "clerk"}})
	}},
	{"an app is added", func(t *testing.T, c commander) {
		l := c.Ledger()
		a := c.App()
		l.Stored(t, audit.Event{Kind: audit.ClientAdded, Actor: "test", Client: a.ID, Target: "Payroll"},
			audit.Event{Kind: audit.SecretAdded, Actor: "test", Client: a.ID})
	}},
	{"an app is added with a secret of its own, and gets another", func(t *testing.T, c commander) {
		l := c.Ledger()
		a, err := c.Hub.AddClientWith(t.Context(), audit.Named("test"), clients.Client{Name: "Wiki", RedirectURIs: []string{hubtest.Callback}}, "5f1c09ab7e")
		hubtest.Done(t, err)
		l.Stored(t, audit.Event{Kind: audit.ClientAdded, Actor: "test", Client: a.ID, Target: "Wiki"},
			audit.Event{Kind: audit.SecretAdded, Actor: "test", Client: a.ID})
		l = c.Ledger()
		hubtest.Done(t, c.Hub.AddOwnSecret(t.Context(), audit.Named("test"), a.ID, "6f1c09ab7e"))
		l.Stored(t, audit.Event{Kind: audit.SecretAdded, Actor: "test", Client: a.ID})
	}},
	{"an API is added, changed, granted and deleted", func(t *testing.T, c commander) {
		const id = "https://files.example.org"
		l := c.Ledger()
		_, err := c.Hub.AddAPI(t.Context(), audit.Named("test"), id, apis.Edit{Name: "Files"})
		hubtest.Done(t, err)
		l.Stored(t, audit.Event{Kind: audit.APIAdded, Actor: "test", Target: id})
		a := c.App()
		l = c.Ledger()
		_, err = c.Hub.ChangeAPI(t.Context(), audit.Named("test"), id, -1, apis.Edit{Name: "All files"})
		hubtest.Done(t, err)
		hubtest.Done(t, c.Hub.GrantAPI(t.Context(), audit.Named("test"), a.ID, id, nil))
		hubtest.Done(t, c.Hub.RemoveAPI(t.Context(), audit.Named("test"), id))
		l.Stored(t, audit.Event{Kind: audit.APIChanged, Actor: "test", Target: id}, audit.Event{Kind: audit.ClientChanged, Actor: "test", Client: a.ID, Target: a.Name},
			audit.Event{Kind: audit.APIRemoved, Actor: "test", Target: id})
	}},
	{"somebody is described anew", func(t *testing.T, c commander) {
		u := c.Person("described@example.org")
		l := c.Ledger()
		_, err := c.Hub.ChangeProfile(t.Context(), audit.Named("test"), u.ID, users.Profile{Name: "Ada"})
		hubtest.Done(t, err)
		l.Stored(t, audit.Event{Kind: audit.UserChanged, Actor: "test", Target: u.ID})
	}},
	{"somebody gets a user name", func(t *testing.T, c commander) {
		u, name := c.Person("named@example.org"), "Named"
		l := c.Ledger()
		_, err := c.Hub.ChangeSignIn(t.Context(), audit.Named("test"), u.ID, &name, nil)
		hubtest.Done(t, err)
		l.Stored(t, audit.Event{Kind: audit.UserChanged, Actor: "test", Target: u.ID, Detail: map[string]string{"user_name": "named"}})
	}},
	{"somebody's authenticator app is taken over", func(t *testing.T, c commander) {
		u := c.Person("app.of@example.org")
		l := c.Ledger()
		hubtest.Done(t, c.Hub.SetUpApp(t.Context(), audit.Named("test"), u.ID, "JBSWY3DPEHPK3PXP"))
		l.Stored(t, audit.Event{Kind: audit.SecondAdded, Actor: "test", Target: u.ID})
	}},
	{"somebody gets another address", func(t *testing.T, c commander) {
		u := c.Person("before@example.org")
		l := c.Ledger()
		_, err := c.Hub.ChangeEmail(t.Context(), audit.Named("test"), u.ID, "after@example.org", false)
		hubtest.Done(t, err)
		l.Stored(t, audit.Event{Kind: audit.UserChanged, Actor: "test", Target: u.ID, Detail: map[string]string{"email": "after@example.org"}})
	}},
	{"a login key is added", func(t *testing.T, c commander) {
		l := c.Ledger()
		key := c.Provider("adding")
		l.Stored(t, audit.Event{Kind: audit.KeyAdded, Actor: "test", LoginKey: key.ID, Target: key.BaseURL})
	}},
	{"an invite for a server is made", func(t *testing.T, c commander) {
		l := c.Ledger()
		_, _, err := c.Hub.NewInvite(t.Context(), audit.Named("test"), time.Hour)
		hubtest.Done(t, err)
		l.Stored(t, audit.Event{Kind: audit.InviteMade, Actor: "test"})
	}},
	{"an initial access token is made", func(t *testing.T, c commander) {
		l := c.Ledger()
		_, made, err := c.Hub.NewInitialToken(t.Context(), audit.Named("test"), 3, time.Hour)
		hubtest.Done(t, err)
		l.Stored(t, audit.Event{Kind: audit.InitialTokenMade, Actor: "test", Target: "…" + made.Hint})
	}},
	{"the settings are changed", func(t *testing.T, c commander) {
		l := c.Ledger()
		hubtest.Done(t, c.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.HubName = "Head office" }))
		l.Stored(t, audit.Event{Kind: audit.SettingsSaved, Actor: "test"})
	}},
	{"a record is deleted by hand", func(t *testing.T, c commander) {
		u := c.Person("deleted@example.org")
		l := c.Ledger()
		hubtest.Done(t, c.Hub.DeleteRecord(t.Context(), audit.Named("test"), "users", u.ID))
		l.Stored(t, audit.Event{Kind: audit.RecordDeleted, Actor: "test", Target: u.ID, Detail: map[string]string{"set": "users"}})
	}},
	{"the signing keys are replaced", func(t *testing.T, c commander) {
		l := c.Ledger()
		hubtest.Done(t, c.Hub.RotateSigningKeys(t.Context(), audit.Named("test"), "", false))
		l.Stored(t, audit.Event{Kind: audit.SigningRotated, Actor: "test"})
	}},
	{"the signing keys are distrusted", func(t *testing.T, c commander) {
		l := c.Ledger()
		hubtest.Done(t, c.Hub.RotateSigningKeys(t.Context(), audit.Named("test"), "", true))
		l.Stored(t, audit.Event{Kind: audit.SigningDropped, Actor: "test"})
	}},
	{"signing keys grow old", func(t *testing.T, c commander) {
		days := 30
		hubtest.Done(t, c.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.KeyDays = &days }))
		c.Clock.Skip(31 * 24 * time.Hour)
		cards, err := c.Hub.SigningKeys(t.Context())
		hubtest.Done(t, err)
		replaced := map[string]audit.Event{}
		for _, card := range cards {
			replaced[card.Alg] = audit.Event{Kind: audit.SigningRotated, Actor: "schedule", Target: card.Alg}
		}
		l := c.Ledger()
		c.Hub.Chores(t.Context())
		l.Stored(t, slices.Collect(maps.Values(replaced))...)
	}},
}

var importActs = []act[commander]{
	{"somebody is imported", func(t *testing.T, c commander) {
		l := c.Ledger()
		u, err := c.Hub.ImportUser(t.Context(), audit.Named("test"), hubtest.Newcomer("0123456789abcdef0123456789abcdef", "asha@example.org"), false)
		hubtest.Done(t, err)
		l.Stored(t, audit.Event{Kind: audit.UserAdded, Actor: "test", Target: u.ID, Why: texts.New("imported"), Detail: map[string]string{"from": "frappe", "roles": "clerk"}})
	}},
	{"somebody is imported again", func(t *testing.T, c commander) {
		i := hubtest.Newcomer("1123456789abcdef0123456789abcdef", "again@example.org")
		_, err := c.Hub.ImportUser(t.Context(), audit.Named("test"), i, false)
		hubtest.Done(t, err)
		l := c.Ledger()
		i.Name = "Asha Rao-King"
		u, err := c.Hub.ImportUser(t.Context(), audit.Named("test"), i, true)
		hubtest.Done(t, err)
		l.Stored(t, audit.Event{Kind: audit.UserChanged, Actor: "test", Target: u.ID, Why: texts.New("imported"), Detail: map[string]string{"from": "frappe", "roles": "clerk"}})
	}},
	{"an identity is imported", func(t *testing.T, c commander) {
		u, err := c.Hub.ImportUser(t.Context(), audit.Named("test"), hubtest.Newcomer("2123456789abcdef0123456789abcdef", "linked@example.org"), false)
		hubtest.Done(t, err)
		key := c.Provider("importing")
		l := c.Ledger()
		_, err = c.Hub.LinkImported(t.Context(), audit.Named("test"), u.ID, linking.Claim{Key: key.ID, Issuer: key.BaseURL, Subject: "1"})
		hubtest.Done(t, err)
		l.Stored(t, audit.Event{Kind: audit.LinkMade, Actor: "test", Target: u.ID, LoginKey: key.ID, Why: texts.New("imported.identity")})
	}},
	{"an app is imported, and again", func(t *testing.T, c commander) {
		app := clients.Client{ID: "a1b2c3d4e5", Name: "Wiki", Type: clients.Web, RedirectURIs: []string{hubtest.Callback}, Scopes: []string{"openid"}}
		l := c.Ledger()
		hubtest.Done(t, c.Hub.ImportClient(t.Context(), audit.Named("test"), app, "a secret of the other system", false))
		l.Stored(t, audit.Event{Kind: audit.ClientAdded, Actor: "test", Client: "a1b2c3d4e5", Target: "Wiki", Why: texts.New("imported")})
		l = c.Ledger()
		app.Name = "Wiki 2"
		hubtest.Done(t, c.Hub.ImportClient(t.Context(), audit.Named("test"), app, "a secret of the other system", true))
		l.Stored(t, audit.Event{Kind: audit.ClientChanged, Actor: "test", Client: "a1b2c3d4e5", Target: "Wiki 2", Why: texts.New("imported")})
	}},
	{"an import is over", func(t *testing.T, c commander) {
		l := c.Ledger()
		c.Hub.Imported(t.Context(), audit.Named("test"), "frappe", map[string]int{"users": 2})
		l.Stored(t, audit.Event{Kind: audit.ImportDone, Actor: "test", Detail: map[string]string{"from": "frappe", "users": "2"}})
	}},
}
