package admin_test

import (
	"testing"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/texts"
)

// A mailing is a hub that sends emails.
type mailing struct {
	*hubtest.World
	box *hubtest.Postbox
}

func newMailing(t *testing.T) *mailing {
	box := &hubtest.Postbox{}
	return &mailing{hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{URL: hubtest.Localhost, Mail: box}), box}
}

// own is an event of a user's change to their own account.
func own(u users.User, e audit.Event) []audit.Event {
	e.Actor, e.Target = u.ID, u.ID
	return hubtest.ByRequest(e)
}

var accountActs = []act[*mailing]{
	{"an app is taken back", func(t *testing.T, m *mailing) {
		u, a, b := m.Person("apps@example.org"), m.App(), m.Browser()
		b.SignInTo(a, "apps@example.org")
		p := b.Open("/account")
		l := m.Ledger()
		b.Submit(p, "/account/apps/remove")
		l.Stored(t, own(u, audit.Event{Kind: audit.GrantRemoved, Client: a.ID})...)
	}},
	{"a session is ended", func(t *testing.T, m *mailing) {
		u := m.Person("one@example.org")
		m.Home("one@example.org")
		b := m.Home("one@example.org")
		p := b.Open("/account")
		l := m.Ledger()
		b.Submit(p, "/account/sessions/end")
		l.Stored(t, own(u, audit.Event{Kind: audit.SessionsEnded})...)
	}},
	{"all sessions are ended", func(t *testing.T, m *mailing) {
		u := m.Person("all@example.org")
		b := m.Home("all@example.org")
		p := b.Open("/account")
		l := m.Ledger()
		b.Submit(p, "/account/sessions/end-all")
		l.Stored(t, own(u, audit.Event{Kind: audit.SessionsEnded, Detail: map[string]string{"which": "all"}})...)
	}},
	{"the current password is guessed", func(t *testing.T, m *mailing) {
		u := m.Person("guessed@example.org")
		b := m.Home("guessed@example.org")
		guess := func(p hubtest.Page) {
			b.Submit(p, "/account/password", "current", "not it, not it, not it", "password", "three quiet herons wade")
		}
		for range 4 {
			guess(b.Open("/account/password"))
		}
		p := b.Open("/account/password")
		l := m.Ledger()
		guess(p)
		l.Stored(t, own(u, audit.Event{Kind: audit.SessionsEnded, Detail: map[string]string{"which": "guessed"}})...)
	}},
	{"a profile is changed", func(t *testing.T, m *mailing) {
		u := m.Person("profile@example.org")
		b := m.Home("profile@example.org")
		p := b.Open("/account/profile")
		l := m.Ledger()
		b.Submit(p, "/account/profile", "name", "Ada King")
		l.Stored(t, own(u, audit.Event{Kind: audit.UserChanged})...)
	}},
	{"a password is changed", func(t *testing.T, m *mailing) {
		u := m.Person("password@example.org")
		b := m.Home("password@example.org")
		p := b.Open("/account/password")
		l := m.Ledger()
		b.Submit(p, "/account/password", "current", hubtest.Password, "password", "three quiet herons wade")
		l.Stored(t, own(u, audit.Event{Kind: audit.PasswordChanged})...)
	}},
	{"a passkey is added, renamed and removed", func(t *testing.T, m *mailing) {
		u := m.Person("passkey@example.org")
		b := m.Home("passkey@example.org")
		p := b.Open("/account/passkeys")
		l := m.Ledger()
		p = b.Passkey(p, "/account/passkeys", m.Device(), "name", "Laptop")
		l.Stored(t, own(u, audit.Event{Kind: audit.PasskeyAdded, Detail: map[string]string{"passkey": "*", "name": "Laptop"}})...)
		l = m.Ledger()
		p = b.Submit(p, "/account/passkeys/rename", "name", "Work")
		l.Stored(t, own(u, audit.Event{Kind: audit.PasskeyRenamed, Detail: map[string]string{"passkey": "*", "name": "Work"}})...)
		l = m.Ledger()
		b.Submit(p, "/account/passkeys/remove")
		l.Stored(t, own(u, audit.Event{Kind: audit.PasskeyRemoved, Detail: map[string]string{"passkey": "*", "name": "Work"}})...)
	}},
	{"the email about a passkey undoes it", func(t *testing.T, m *mailing) {
		u := m.Person("notme@example.org")
		m.Home("notme@example.org").AddPasskey(m.Device(), "name", "Theirs")
		b := m.Browser()
		p := b.Open(m.box.Pick(t, "notme@example.org", "/wasnt-me/passkey"))
		l := m.Ledger()
		b.Submit(p, "/wasnt-me/passkey")
		l.Stored(t, hubtest.ByRequest(
			audit.Event{Kind: audit.PasskeyRemoved, Actor: linking.ByEmail, Target: u.ID, Detail: map[string]string{"passkey": "*", "name": "Theirs"}},
			audit.Event{Kind: audit.PasswordForgot, Actor: linking.ByEmail, Target: u.ID, Why: texts.New("prove.mailed")})...)
	}},
	{"the email about a removal ends everything", func(t *testing.T, m *mailing) {
		u := m.Person("gone@example.org")
		b := m.Home("gone@example.org")
		b.Submit(b.AddPasskey(m.Device(), "name", "Mine"), "/account/passkeys/remove")
		reader := m.Browser()
		p := reader.Open(m.box.Pick(t, "gone@example.org", "/wasnt-me/passkey"))
		l := m.Ledger()
		reader.Submit(p, "/wasnt-me/passkey")
		l.Stored(t, hubtest.ByRequest(
			audit.Event{Kind: audit.SessionsEnded, Actor: linking.ByEmail, Target: u.ID, Detail: map[string]string{"passkey": "*", "name": "Mine"}},
			audit.Event{Kind: audit.PasswordForgot, Actor: linking.ByEmail, Target: u.ID, Why: texts.New("prove.mailed")})...)
	}},
	{"an address is changed", func(t *testing.T, m *mailing) {
		u := m.Person("old@example.org")
		b := m.Home("old@example.org")
		b.Submit(b.Open("/account/email"), "/account/email", "email", "new@example.org")
		link := m.box.Link(m.World, "new@example.org")
		p := b.Open(link)
		l := m.Ledger()
		b.Submit(p, link)
		l.Stored(t, own(u, audit.Event{Kind: audit.EmailVerified, Detail: map[string]string{"email": "new@example.org"}})...)
	}},
}
