package hub_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
)

// A commander is at the command line.
type commander struct{ *world }

func newCommands(t *testing.T) commander { return commander{newWorld(t, openSQLite(t))} }

// provider is a login key that is never used.
func (w *world) provider(id string, change ...func(*federation.LoginKey)) federation.LoginKey {
	w.Helper()
	k := federation.LoginKey{ID: id, Kind: federation.KindOpenID, Name: "Company", BaseURL: "https://" + id + ".example.org", ClientID: "us"}
	for _, edit := range change {
		edit(&k)
	}
	k, err := w.Hub.KeepLoginKey(w.Context(), "test", k, "their secret")
	if err != nil {
		w.Fatal(err)
	}
	return k
}

// linkedImport is somebody who was imported with an identity of a provider.
func (w *world) linkedImport(email, key string) (users.User, federation.LoginKey) {
	w.Helper()
	k := w.provider(key)
	u, err := w.Hub.ImportUser(w.Context(), "test", newcomer(w.Hub.ImportedSubject("frappe", email), email), false)
	if err != nil {
		w.Fatal(err)
	}
	if _, err := w.Hub.LinkImported(w.Context(), "test", u.ID, users.Claim{Key: k.ID, Issuer: k.BaseURL, Subject: "1"}); err != nil {
		w.Fatal(err)
	}
	return u, k
}

// done stops where an act went wrong.
func done(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var commandActs = []act[commander]{
	{"somebody is added", func(t *testing.T, c commander) {
		l := c.ledger()
		u := c.person("added@example.org")
		l.stored(t, audit.Event{Kind: audit.UserAdded, Actor: "test", Target: u.ID})
	}},
	{"somebody is disabled", func(t *testing.T, c commander) {
		u := c.person("shut@example.org")
		l := c.ledger()
		_, err := c.Hub.SwitchUser(t.Context(), "test", u.ID, true)
		done(t, err)
		l.stored(t, audit.Event{Kind: audit.UserDisabled, Actor: "test", Target: u.ID})
	}},
	{"somebody is enabled", func(t *testing.T, c commander) {
		u := c.person("back@example.org")
		l := c.ledger()
		_, err := c.Hub.SwitchUser(t.Context(), "test", u.ID, false)
		done(t, err)
		l.stored(t, audit.Event{Kind: audit.UserEnabled, Actor: "test", Target: u.ID})
	}},
	{"roles are given", func(t *testing.T, c commander) {
		u := c.person("roles@example.org")
		l := c.ledger()
		_, err := c.Hub.SetRoles(t.Context(), "test", u.ID, []string{"clerk", "editor"})
		done(t, err)
		l.stored(t, audit.Event{Kind: audit.RolesChanged, Actor: "test", Target: u.ID, Detail: map[string]string{"roles": "clerk, editor"}})
	}},
	{"an identity is taken away", func(t *testing.T, c commander) {
		u, key := c.linkedImport("unlinked@example.org", "unlinking")
		linked, err := c.Hub.Identities(t.Context(), u.ID)
		done(t, err)
		l := c.ledger()
		_, err = c.Hub.Unlink(t.Context(), "test", linked[0])
		done(t, err)
		l.stored(t, audit.Event{Kind: audit.LinkRemoved, Actor: "test", Target: u.ID, LoginKey: key.ID})
	}},
	{"a link for a new password is shown", func(t *testing.T, c commander) {
		u := c.person("reset@example.org")
		l := c.ledger()
		_, err := c.Hub.ResetLink(t.Context(), "test", u)
		done(t, err)
		l.stored(t, audit.Event{Kind: audit.ResetSent, Actor: "test", Target: u.ID, Reason: "command line"})
	}},
	{"somebody is invited", func(t *testing.T, c commander) {
		l := c.ledger()
		_, i, err := c.Hub.InviteUser(t.Context(), users.NewInvitation{Email: "grace@example.org", Roles: []string{"clerk"}, By: "test"})
		done(t, err)
		l.stored(t, audit.Event{Kind: audit.UserInvited, Actor: "test", Target: i.ID, Detail: map[string]string{"roles": "clerk"}})
	}},
	{"an app is added", func(t *testing.T, c commander) {
		l := c.ledger()
		a := c.app()
		l.stored(t, audit.Event{Kind: audit.ClientAdded, Actor: "test", Client: a.ID, Target: "Payroll"})
	}},
	{"a login key is added", func(t *testing.T, c commander) {
		l := c.ledger()
		key := c.provider("adding")
		l.stored(t, audit.Event{Kind: audit.KeyAdded, Actor: "test", LoginKey: key.ID, Target: key.BaseURL})
	}},
	{"an invite for a server is made", func(t *testing.T, c commander) {
		l := c.ledger()
		_, _, err := c.Hub.NewInvite(t.Context(), "test", time.Hour)
		done(t, err)
		l.stored(t, audit.Event{Kind: audit.InviteMade, Actor: "test"})
	}},
	{"an initial access token is made", func(t *testing.T, c commander) {
		l := c.ledger()
		_, made, err := c.Hub.NewInitialToken(t.Context(), "test", 3, time.Hour)
		done(t, err)
		l.stored(t, audit.Event{Kind: audit.InitialTokenMade, Actor: "test", Target: "…" + made.Hint})
	}},
	{"the settings are changed", func(t *testing.T, c commander) {
		l := c.ledger()
		done(t, c.Hub.ChangeSettings(t.Context(), "test", func(s *settings.Settings) { s.HubName = "Head office" }))
		l.stored(t, audit.Event{Kind: audit.SettingsSaved, Actor: "test"})
	}},
	{"the signing keys are replaced", func(t *testing.T, c commander) {
		l := c.ledger()
		done(t, c.Hub.RotateSigningKeys(t.Context(), "test", false))
		l.stored(t, audit.Event{Kind: audit.SigningRotated, Actor: "test"})
	}},
	{"the signing keys are distrusted", func(t *testing.T, c commander) {
		l := c.ledger()
		done(t, c.Hub.RotateSigningKeys(t.Context(), "test", true))
		l.stored(t, audit.Event{Kind: audit.SigningDropped, Actor: "test"})
	}},
	{"signing keys grow old", func(t *testing.T, c commander) {
		days := 30
		done(t, c.Hub.ChangeSettings(t.Context(), "test", func(s *settings.Settings) { s.KeyDays = &days }))
		c.clock.skip(31 * 24 * time.Hour)
		cards, err := c.Hub.SigningKeys(t.Context())
		done(t, err)
		replaced := map[string]audit.Event{}
		for _, card := range cards {
			replaced[card.Alg] = audit.Event{Kind: audit.SigningRotated, Actor: "schedule", Target: card.Alg}
		}
		l := c.ledger()
		c.Hub.Chores(t.Context())
		l.stored(t, slices.Collect(maps.Values(replaced))...)
	}},
}

// newcomer is somebody of another system.
func newcomer(id, email string) users.Import {
	return users.Import{ID: id, From: "frappe", NewUser: users.NewUser{Email: email, EmailVerified: true, Imported: "$pbkdf2-sha256$29000$7t1bS8kZQ6jV2rt3zhljTA$hFNvSHSAjrUiPpMvgcYdyqSGFCjPh5QTGSfN1yhSSuI", Name: "Asha Rao", Roles: []string{"clerk"}}}
}

var importActs = []act[commander]{
	{"somebody is imported", func(t *testing.T, c commander) {
		l := c.ledger()
		u, err := c.Hub.ImportUser(t.Context(), "test", newcomer("0123456789abcdef0123456789abcdef", "asha@example.org"), false)
		done(t, err)
		l.stored(t, audit.Event{Kind: audit.UserAdded, Actor: "test", Target: u.ID, Reason: "Imported", Detail: map[string]string{"from": "frappe", "roles": "clerk"}})
	}},
	{"somebody is imported again", func(t *testing.T, c commander) {
		i := newcomer("1123456789abcdef0123456789abcdef", "again@example.org")
		_, err := c.Hub.ImportUser(t.Context(), "test", i, false)
		done(t, err)
		l := c.ledger()
		i.Name = "Asha Rao-King"
		u, err := c.Hub.ImportUser(t.Context(), "test", i, true)
		done(t, err)
		l.stored(t, audit.Event{Kind: audit.UserChanged, Actor: "test", Target: u.ID, Reason: "Imported", Detail: map[string]string{"from": "frappe", "roles": "clerk"}})
	}},
	{"an identity is imported", func(t *testing.T, c commander) {
		u, err := c.Hub.ImportUser(t.Context(), "test", newcomer("2123456789abcdef0123456789abcdef", "linked@example.org"), false)
		done(t, err)
		key := c.provider("importing")
		l := c.ledger()
		_, err = c.Hub.LinkImported(t.Context(), "test", u.ID, users.Claim{Key: key.ID, Issuer: key.BaseURL, Subject: "1"})
		done(t, err)
		l.stored(t, audit.Event{Kind: audit.LinkMade, Actor: "test", Target: u.ID, LoginKey: key.ID, Reason: "Imported"})
	}},
	{"an app is imported, and again", func(t *testing.T, c commander) {
		app := clients.Client{ID: "a1b2c3d4e5", Name: "Wiki", Type: clients.Web, RedirectURIs: []string{callback}, Scopes: []string{"openid"}}
		l := c.ledger()
		done(t, c.Hub.ImportClient(t.Context(), "test", app, "a secret of the other system", false))
		l.stored(t, audit.Event{Kind: audit.ClientAdded, Actor: "test", Client: "a1b2c3d4e5", Target: "Wiki", Reason: "Imported"})
		l = c.ledger()
		app.Name = "Wiki 2"
		done(t, c.Hub.ImportClient(t.Context(), "test", app, "a secret of the other system", true))
		l.stored(t, audit.Event{Kind: audit.ClientChanged, Actor: "test", Client: "a1b2c3d4e5", Target: "Wiki 2", Reason: "Imported"})
	}},
	{"an import is over", func(t *testing.T, c commander) {
		l := c.ledger()
		c.Hub.Imported(t.Context(), "test", "frappe", map[string]int{"users": 2})
		l.stored(t, audit.Event{Kind: audit.ImportDone, Actor: "test", Detail: map[string]string{"from": "frappe", "users": "2"}})
	}},
}
