package hub_test

import (
	"testing"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
)

var signInActs = []act[*mailing]{
	{"the first administrator comes", func(t *testing.T, m *mailing) {
		link, err := m.Hub.SetupLink(t.Context())
		done(t, err)
		b := m.browser()
		p := b.open(link)
		l := m.ledger()
		b.submit(p, "/setup", "email", "first@example.org", "name", "Root", "password", password)
		u, err := m.Hub.FindUser(t.Context(), "first@example.org")
		done(t, err)
		l.stored(t, byRequest(
			audit.Event{Kind: audit.SetupDone, Actor: u.ID},
			audit.Event{Kind: audit.SignInOK, Actor: u.ID})...)
	}},
	{"somebody signs in to an app", func(t *testing.T, m *mailing) {
		u, a, b := m.person("in@example.org"), m.app(), m.browser()
		p := b.authorize(a.request())
		l := m.ledger()
		b.signIn(p, "in@example.org")
		l.stored(t, byRequest(audit.Event{Kind: audit.SignInOK, Actor: u.ID, Client: a.ID})...)
	}},
	{"a password is wrong", func(t *testing.T, m *mailing) {
		m.person("wrong@example.org")
		a, b := m.app(), m.browser()
		p := b.authorize(a.request())
		l := m.ledger()
		b.submit(p, "/signin", "email", "wrong@example.org", "password", "not it, not it, not it")
		l.stored(t, byRequest(audit.Event{Kind: audit.SignInFailed, Client: a.ID, Reason: "wrong"})...)
	}},
	{"consent is given", func(t *testing.T, m *mailing) {
		u, a, b := m.person("yes@example.org"), m.app(), m.browser()
		p := b.signIn(b.authorize(a.request()), "yes@example.org")
		l := m.ledger()
		b.submit(p, "/consent", "decision", "allow")
		l.stored(t, byRequest(audit.Event{Kind: audit.ConsentGiven, Actor: u.ID, Client: a.ID})...)
		l.noted(t, byRequest(audit.Event{Kind: audit.CodeIssued, Actor: u.ID, Client: a.ID})...)
	}},
	{"consent is denied", func(t *testing.T, m *mailing) {
		u, a, b := m.person("no@example.org"), m.app(), m.browser()
		p := b.signIn(b.authorize(a.request()), "no@example.org")
		l := m.ledger()
		b.submit(p, "/consent", "decision", "deny")
		l.stored(t, byRequest(audit.Event{Kind: audit.ConsentDenied, Actor: u.ID, Client: a.ID})...)
		l.noted(t, byRequest(audit.Event{Kind: audit.RequestRefused, Client: a.ID, Reason: "access_denied"})...)
	}},
	{"an unknown app asks", func(t *testing.T, m *mailing) {
		a := m.app()
		l := m.ledger()
		m.browser().authorize(a.request("client_id", "nobody"))
		l.stored(t)
		l.noted(t, byRequest(audit.Event{Kind: audit.RequestRefused, Client: "nobody", Reason: "client_id"})...)
	}},
	{"a password is forgotten", func(t *testing.T, m *mailing) {
		u, b := m.person("forgot@example.org"), m.browser()
		p := b.open("/password/forgot")
		l := m.ledger()
		b.submit(p, "/password/forgot", "email", "forgot@example.org")
		l.stored(t, byRequest(audit.Event{Kind: audit.PasswordForgot})...)
		link := m.box.link(m.world, "forgot@example.org")
		p = b.open(link)
		l = m.ledger()
		b.submit(p, link, "password", "three quiet herons wade")
		l.stored(t, own(u, audit.Event{Kind: audit.PasswordChanged, Reason: "mailed"})...)
	}},
	{"an administrator sends a link for a new password", func(t *testing.T, m *mailing) {
		u := m.person("sent@example.org")
		root := m.person("root@example.org", "admin")
		b := m.home("root@example.org")
		path := "/admin/users/" + u.ID
		p := b.open(path)
		l := m.ledger()
		b.submit(p, path+"/reset")
		l.stored(t, byRequest(audit.Event{Kind: audit.ResetSent, Actor: root.ID, Target: u.ID})...)
	}},
	{"an invitation is accepted", func(t *testing.T, m *mailing) {
		link, _, err := m.Hub.InviteUser(t.Context(), users.NewInvitation{Email: "grace@example.org", By: "test"})
		done(t, err)
		b := m.browser()
		p := b.open(link)
		l := m.ledger()
		b.submit(p, p.URL.Path, "name", "Grace", "password", password)
		u, err := m.Hub.FindUser(t.Context(), m.named(t, "Grace"))
		done(t, err)
		l.stored(t, byRequest(
			audit.Event{Kind: audit.UserAdded, Actor: u.ID, Target: u.ID, Reason: "Invited by test"},
			audit.Event{Kind: audit.SignInOK, Actor: u.ID})...)
	}},
}

// named is the id of the person with a name.
func (m *mailing) named(t *testing.T, name string) string {
	t.Helper()
	all, err := m.Hub.Users(t.Context(), "", 100)
	done(t, err)
	for _, u := range all {
		if u.Name == name {
			return u.ID
		}
	}
	t.Fatalf("nobody is called %s", name)
	return ""
}
