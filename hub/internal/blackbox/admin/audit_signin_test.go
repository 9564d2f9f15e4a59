package admin_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/internal/texts"
)

var signInActs = []act[*mailing]{
	{"the first administrator comes", func(t *testing.T, m *mailing) {
		link, err := m.Hub.SetupLink(t.Context())
		hubtest.Done(t, err)
		b := m.Browser()
		p := b.Open(link)
		l := m.Ledger()
		b.Submit(p, "/setup", "email", "first@example.org", "name", "Root", "password", hubtest.Password)
		u, err := m.Hub.FindUser(t.Context(), "first@example.org")
		hubtest.Done(t, err)
		l.Stored(t, hubtest.ByRequest(
			audit.Event{Kind: audit.SetupDone, Actor: u.ID},
			audit.Event{Kind: audit.SignInOK, Actor: u.ID})...)
	}},
	{"somebody signs in to an app", func(t *testing.T, m *mailing) {
		u, a, b := m.Person("in@example.org"), m.App(), m.Browser()
		p := b.Authorize(a.Request())
		l := m.Ledger()
		b.SignIn(p, "in@example.org")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.SignInOK, Actor: u.ID, Client: a.ID})...)
	}},
	{"a password is wrong", func(t *testing.T, m *mailing) {
		u := m.Person("wrong@example.org")
		a, b := m.App(), m.Browser()
		p := b.Authorize(a.Request())
		l := m.Ledger()
		b.Submit(p, "/signin", "email", "wrong@example.org", "password", "not it, not it, not it")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.SignInFailed, Target: u.ID, Client: a.ID, Why: texts.New("signin.wrong")})...)
	}},
	{"a passkey signs in, and an unknown one does not", func(t *testing.T, m *mailing) {
		u, k := m.Person("key@example.org"), m.Device()
		m.Home("key@example.org").AddPasskey(k)
		a, b := m.App(), m.Browser()
		p := b.Authorize(a.Request())
		l := m.Ledger()
		b.Passkey(p, "/signin/passkey", k)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.SignInOK, Actor: u.ID, Client: a.ID})...)
		k.ID = []byte("another hub's")
		b = m.Browser()
		p = b.Authorize(a.Request())
		l = m.Ledger()
		b.Passkey(p, "/signin/passkey", k)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.SignInFailed, Client: a.ID, Why: texts.New("passkey.unknown")})...)
	}},
	{"a passkey that should confirm is unknown", func(t *testing.T, m *mailing) {
		u, k := m.Person("confirm@example.org"), m.Device()
		b := m.Home("confirm@example.org")
		b.AddPasskey(k)
		p := b.Open("/signin/prove?to=/account/passkeys")
		k.ID = []byte("another hub's")
		l := m.Ledger()
		b.Passkey(p, "/signin/prove", k)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.SignInFailed, Target: u.ID, Why: texts.New("passkey.unknown")})...)
	}},
	{"a password has to wait", func(t *testing.T, m *mailing) {
		m.Clock.Stop()
		b := m.Browser()
		for range 6 {
			b.Submit(b.Open("/signin?local=1"), "/signin", "email", "slow@example.org", "password", "not it, not it, not it")
		}
		p := b.Open("/signin?local=1")
		l := m.Ledger()
		b.Submit(p, "/signin", "email", "slow@example.org", "password", "not it, not it, not it")
		l.Stored(t)
		l.Noted(t, hubtest.ByRequest(audit.Event{Kind: audit.SignInFailed, Why: texts.New("signin.throttled")})...)
	}},
	{"a browser is confirmed by a link", func(t *testing.T, m *mailing) {
		u, b := m.Person("link@example.org"), m.Browser()
		p := b.Open("/signin/confirm")
		l := m.Ledger()
		b.Submit(p, "/signin/confirm", "email", "link@example.org")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.BrowserAsked})...)
		link := m.box.Link(m.World, "link@example.org")
		p = b.Open(link)
		l = m.Ledger()
		b.Submit(p, link)
		l.Stored(t, own(u, audit.Event{Kind: audit.BrowserConfirmed, Why: texts.New("browser.confirmed")})...)
	}},
	{"a code by email signs in", func(t *testing.T, m *mailing) {
		u, b := m.Person("code@example.org"), m.Browser()
		m.AllowEmailSignIn()
		p := b.Open("/signin/email")
		l := m.Ledger()
		p = b.Submit(p, "/signin/email", "email", "code@example.org")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.SignInMailed})...)
		l = m.Ledger()
		p = b.Submit(p, "/signin/email/code", "code", "AAAA-AAAA")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.SignInFailed, Why: texts.New("signin.emailcode.wrong")})...)
		l = m.Ledger()
		b.Submit(p, "/signin/email/code", "code", m.box.Code("code@example.org"))
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.SignInOK, Actor: u.ID})...)
	}},
	{"consent is given", func(t *testing.T, m *mailing) {
		u, a, b := m.Person("yes@example.org"), m.App(), m.Browser()
		p := b.SignIn(b.Authorize(a.Request()), "yes@example.org")
		l := m.Ledger()
		b.Submit(p, "/consent", "decision", "allow")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.ConsentGiven, Actor: u.ID, Client: a.ID})...)
		l.Noted(t, hubtest.ByRequest(audit.Event{Kind: audit.CodeIssued, Actor: u.ID, Client: a.ID})...)
	}},
	{"consent is denied", func(t *testing.T, m *mailing) {
		u, a, b := m.Person("no@example.org"), m.App(), m.Browser()
		p := b.SignIn(b.Authorize(a.Request()), "no@example.org")
		l := m.Ledger()
		b.Submit(p, "/consent", "decision", "deny")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.ConsentDenied, Actor: u.ID, Client: a.ID})...)
		l.Noted(t, hubtest.ByRequest(audit.Event{Kind: audit.RequestRefused, Client: a.ID, Why: texts.New("access_denied")})...)
	}},
	{"a sign-in is cancelled, and another account is chosen", func(t *testing.T, m *mailing) {
		u, a, b := m.Person("cancels@example.org"), m.App(), m.Browser()
		p := b.Authorize(a.Request())
		l := m.Ledger()
		b.Submit(p, "/signin/cancel")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.ConsentDenied, Client: a.ID})...)
		b.SignIn(b.Open("/signin"), "cancels@example.org")
		p = b.Authorize(a.Request())
		l = m.Ledger()
		b.Submit(p, "/consent", "decision", "deny")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.ConsentDenied, Actor: u.ID, Client: a.ID})...)

		m.Person("chosen@example.org")
		b.SignIn(b.Open("/signin?switch=1"), "chosen@example.org")
		l = m.Ledger()
		b.Choose(b.Open("/signin/choose"), "cancels@example.org")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.AccountChosen, Actor: u.ID})...)

		for n := range cookies.MostAccounts - 2 {
			email := fmt.Sprintf("one%d@example.org", n)
			m.Person(email)
			b.SignIn(b.Open("/signin?switch=1"), email)
		}
		m.Person("sixth@example.org")
		p = b.Open("/signin?switch=1")
		sixth, err := m.Hub.FindUser(t.Context(), "sixth@example.org")
		hubtest.Done(t, err)
		l = m.Ledger()
		b.SignIn(p, "sixth@example.org")
		oldest := m.UserID(t, "chosen@example.org")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.SessionsEnded, Actor: oldest, Target: oldest, Detail: map[string]string{"which": "accounts"}},
			audit.Event{Kind: audit.SignInOK, Actor: sixth.ID})...)
	}},
	{"an unknown app asks", func(t *testing.T, m *mailing) {
		a := m.App()
		l := m.Ledger()
		m.Browser().Authorize(a.Request("client_id", "nobody"))
		l.Stored(t)
		l.Noted(t, hubtest.ByRequest(audit.Event{Kind: audit.RequestRefused, Client: "nobody", Why: texts.New("request.refused", "why", texts.New("oauth.client.unknown"))})...)
	}},
	{"a password is forgotten", func(t *testing.T, m *mailing) {
		u, b := m.Person("forgot@example.org"), m.Browser()
		p := b.Open("/password/forgot")
		l := m.Ledger()
		b.Submit(p, "/password/forgot", "email", "forgot@example.org")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.PasswordForgot})...)
		link := m.box.Link(m.World, "forgot@example.org")
		p = b.Open(link)
		l = m.Ledger()
		b.Submit(p, link, "password", "three quiet herons wade")
		l.Stored(t, own(u, audit.Event{Kind: audit.PasswordChanged, Why: texts.New("reset.used")})...)
	}},
	{"somebody signs up and is approved", func(t *testing.T, m *mailing) {
		hubtest.Done(t, m.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.SignUp, s.SignUpApproval = settings.SignUpOpen, true }))
		root := m.Person("approves@example.org", "admin")
		home := m.Home("approves@example.org")
		for email, decided := range map[string]audit.Event{"welcome@example.org": {Kind: audit.UserApproved}, "unwelcome@example.org": {Kind: audit.UserRefused}} {
			b := m.Browser()
			p := b.Open("/signup")
			l := m.Ledger()
			b.Submit(p, "/signup", "email", email)
			l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.UserSignUpAsked})...)
			link := m.box.Link(m.World, email)
			p = b.Open(link)
			l = m.Ledger()
			b.Submit(p, link, "name", "Grace", "password", hubtest.Password)
			u, err := m.Hub.FindUser(t.Context(), email)
			hubtest.Done(t, err)
			l.Stored(t, own(u, audit.Event{Kind: audit.UserSignedUp, Why: texts.New("signup.waits")})...)
			p = home.Open("/admin/users")
			decided.Actor, decided.Target = root.ID, u.ID
			all := []audit.Event{decided}
			path := "/admin/users/approve"
			if decided.Kind == audit.UserRefused {
				path = "/admin/users/refuse"
				all = append(all, audit.Event{Kind: audit.UserRemoved, Actor: root.ID, Target: u.ID})
			}
			l = m.Ledger()
			home.Submit(p, path)
			l.Stored(t, hubtest.ByRequest(all...)...)
		}
	}},
	{"an administrator sends a link for a new password", func(t *testing.T, m *mailing) {
		u := m.Person("sent@example.org")
		root := m.Person("root@example.org", "admin")
		b := m.Home("root@example.org")
		path := "/admin/users/" + u.ID
		p := b.Open(path)
		l := m.Ledger()
		b.Submit(p, path+"/reset")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.ResetSent, Actor: root.ID, Target: u.ID})...)
	}},
	{"an administrator proves who they are for a change", func(t *testing.T, m *mailing) {
		root := m.Person("late@example.org", "admin")
		b := m.Home("late@example.org")
		m.Clock.Skip(11 * time.Minute)
		p := b.Submit(b.Open("/admin/settings"), "/admin/settings", "hub_name", "Hub of the late")
		l := m.Ledger()
		b.Prove(p)
		l.Stored(t, hubtest.ByRequest(
			audit.Event{Kind: audit.SignInOK, Actor: root.ID, Why: texts.New("prove.again")},
			audit.Event{Kind: audit.SettingsSaved, Actor: root.ID})...)
	}},
	{"an invitation is accepted", func(t *testing.T, m *mailing) {
		link, _, err := m.Hub.InviteUser(t.Context(), audit.Named("test"), users.NewInvitation{Email: "grace@example.org"})
		hubtest.Done(t, err)
		b := m.Browser()
		p := b.Open(link)
		l := m.Ledger()
		b.Submit(p, p.URL.Path, "name", "Grace Invited", "password", hubtest.Password)
		u, err := m.Hub.FindUser(t.Context(), m.named(t, "Grace Invited"))
		hubtest.Done(t, err)
		l.Stored(t, hubtest.ByRequest(
			audit.Event{Kind: audit.UserAdded, Actor: u.ID, Target: u.ID, Why: texts.New("invited", "by", "test")},
			audit.Event{Kind: audit.SignInOK, Actor: u.ID})...)
	}},
}

// named is the id of the user with this name.
func (m *mailing) named(t *testing.T, name string) string {
	t.Helper()
	all, err := m.Hub.Users(t.Context(), "", 100)
	hubtest.Done(t, err)
	for _, u := range all {
		if u.Name == name {
			return u.ID
		}
	}
	t.Fatalf("nobody is called %s", name)
	return ""
}
