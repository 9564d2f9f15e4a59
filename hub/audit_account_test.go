package hub_test

import (
	"testing"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
)

// A mailing is a hub that sends emails.
type mailing struct {
	*world
	box *postbox
}

func newMailing(t *testing.T) *mailing {
	box := &postbox{}
	return &mailing{newWorldAs(t, openSQLite(t), hub.Config{Mail: box}), box}
}

// own is what somebody did to their own account.
func own(u users.User, e audit.Event) []audit.Event {
	e.Actor, e.Target = u.ID, u.ID
	return byRequest(e)
}

var accountActs = []act[*mailing]{
	{"an app is taken back", func(t *testing.T, m *mailing) {
		u, a, b := m.person("apps@example.org"), m.app(), m.browser()
		b.signInTo(a, "apps@example.org")
		p := b.open("/account")
		l := m.ledger()
		b.submit(p, "/account/apps/remove")
		l.stored(t, own(u, audit.Event{Kind: audit.GrantRemoved, Client: a.ID})...)
	}},
	{"a session is ended", func(t *testing.T, m *mailing) {
		u := m.person("one@example.org")
		m.home("one@example.org")
		b := m.home("one@example.org")
		p := b.open("/account")
		l := m.ledger()
		b.submit(p, "/account/sessions/end")
		l.stored(t, own(u, audit.Event{Kind: audit.SessionsEnded})...)
	}},
	{"all sessions are ended", func(t *testing.T, m *mailing) {
		u := m.person("all@example.org")
		b := m.home("all@example.org")
		p := b.open("/account")
		l := m.ledger()
		b.submit(p, "/account/sessions/end-all")
		l.stored(t, own(u, audit.Event{Kind: audit.SessionsEnded, Detail: map[string]string{"which": "all"}})...)
	}},
	{"a profile is changed", func(t *testing.T, m *mailing) {
		u := m.person("profile@example.org")
		b := m.home("profile@example.org")
		p := b.open("/account/profile")
		l := m.ledger()
		b.submit(p, "/account/profile", "name", "Ada King")
		l.stored(t, own(u, audit.Event{Kind: audit.UserChanged})...)
	}},
	{"a password is changed", func(t *testing.T, m *mailing) {
		u := m.person("password@example.org")
		b := m.home("password@example.org")
		p := b.open("/account/password")
		l := m.ledger()
		b.submit(p, "/account/password", "current", password, "password", "three quiet herons wade")
		l.stored(t, own(u, audit.Event{Kind: audit.PasswordChanged})...)
	}},
	{"an address is changed", func(t *testing.T, m *mailing) {
		u := m.person("old@example.org")
		b := m.home("old@example.org")
		b.submit(b.open("/account/email"), "/account/email", "email", "new@example.org")
		link := m.box.link(m.world, "new@example.org")
		p := b.open(link)
		l := m.ledger()
		b.submit(p, link)
		l.stored(t, own(u, audit.Event{Kind: audit.EmailVerified, Detail: map[string]string{"email": "new@example.org"}})...)
	}},
}
