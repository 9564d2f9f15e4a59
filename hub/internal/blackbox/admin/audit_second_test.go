package admin_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/texts"
)

// bySelf are events of a user's changes to their own account in one request.
func bySelf(u users.User, kinds ...string) (events []audit.Event) {
	for _, kind := range kinds {
		events = slices.Concat(events, own(u, audit.Event{Kind: kind}))
	}
	return events
}

func signedIn(u users.User) []audit.Event {
	return hubtest.ByRequest(audit.Event{Kind: audit.SignInOK, Actor: u.ID})
}

var secondActs = []act[*mailing]{
	{"an authenticator app is set up, and removed", func(t *testing.T, m *mailing) {
		u := m.Person("app@example.org")
		b := m.Home("app@example.org")
		l := m.Ledger()
		p := b.OpenProved("/account/second-factor")
		l.Stored(t, bySelf(u, audit.EmailVerified)...)
		app := m.Scan(p)
		l = m.Ledger()
		b.Submit(p, "/account/second-factor/app", "code", app.Code())
		l.Stored(t, bySelf(u, audit.SecondAdded, audit.RecoveryMade)...)
		p = b.Prove(b.Open("/account/second-factor"))
		p = b.Submit(p, "/signin/second", "code", app.Code())
		l = m.Ledger()
		b.Submit(p, "/account/second-factor/app/remove")
		l.Stored(t, bySelf(u, audit.SecondRemoved)...)
	}},
	{"a wrong code, and a recovery code", func(t *testing.T, m *mailing) {
		u := m.Person("codes@example.org")
		_, _, codes := m.WithApp("codes@example.org")
		b := m.Browser()
		p := b.SignIn(b.Open("/signin"), "codes@example.org")
		l := m.Ledger()
		b.Submit(p, "/signin/second", "code", "000000")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.SecondFailed, Target: u.ID, Why: texts.New("second.wrong")})...)
		l = m.Ledger()
		b.Submit(p, "/signin/second", "code", codes[0])
		l.Stored(t, slices.Concat(bySelf(u, audit.RecoveryUsed), signedIn(u))...)
	}},
	{"a browser is trusted, used and removed", func(t *testing.T, m *mailing) {
		u := m.Person("trusting@example.org")
		_, app, _ := m.WithApp("trusting@example.org")
		b := m.Browser()
		p := b.SignIn(b.Open("/signin"), "trusting@example.org")
		l := m.Ledger()
		b.Submit(p, "/signin/second", "code", app.Code(), "trust", "1")
		l.Stored(t, slices.Concat(bySelf(u, audit.TrustedAdded), signedIn(u))...)
		p = b.Open("/account/second-factor")
		l = m.Ledger()
		b.Submit(p, "/account/second-factor/trusted/remove", "all", "1")
		l.Stored(t, own(u, audit.Event{Kind: audit.TrustedRemoved, Detail: map[string]string{"browser": "all"}})...)
		b.Submit(b.Open("/signout"), "/signout")
		b.Submit(b.SignIn(b.Open("/signin"), "trusting@example.org"), "/signin/second", "code", app.Code(), "trust", "1")
		b.Submit(b.Open("/signout"), "/signout")
		at, err := url.Parse(m.URL)
		hubtest.Done(t, err)
		old := b.Client.Jar.Cookies(at)
		l = m.Ledger()
		b.SignIn(b.Open("/signin"), "trusting@example.org")
		l.Stored(t, signedIn(u)...)
		l.Noted(t, own(u, audit.Event{Kind: audit.TrustedUsed, Detail: map[string]string{"browser": "*"}})...)
		thief := m.Browser()
		thief.Client.Jar.SetCookies(at, old)
		m.Clock.Skip(2 * time.Minute)
		l = m.Ledger()
		thief.SignIn(thief.Open("/signin"), "trusting@example.org")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.TrustedRemoved, Target: u.ID, Why: texts.New("trusted.copied")})...)
	}},
	{"an administrator resets a second factor", func(t *testing.T, m *mailing) {
		u := m.Person("lost@example.org")
		other, _, _ := m.WithApp("lost@example.org")
		root := m.Person("helpdesk@example.org", users.AdminRole)
		b := m.Home("helpdesk@example.org")
		p := b.Open("/admin/users/" + u.ID)
		l := m.Ledger()
		p = b.Submit(p, "/admin/users/"+u.ID+"/second-factor/reset")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.SecondRemoved, Actor: root.ID, Target: u.ID})...)
		hubtest.Want(t, "the page says so", strings.Contains(p.Body, "The second factors are removed."), true)
		hubtest.Want(t, "where the user is led", other.Open("/account").URL.Path, "/signin")
	}},
	{"an administrator sets an app up on the way in", func(t *testing.T, _ *mailing) {
		w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{SecondFactor: settings.SecondFactorForAdministrators})
		u := w.Person("root@example.org", users.AdminRole)
		b := w.Browser()
		p := b.SignIn(b.Open("/signin"), "root@example.org")
		app := w.Scan(p)
		l := w.Ledger()
		b.Submit(p, "/signin/enrol", "code", app.Code())
		l.Stored(t, slices.Concat(bySelf(u, audit.SecondAdded, audit.RecoveryMade), signedIn(u))...)
	}}, {"an administrator adds a passkey on the way in, and another one is refused", func(t *testing.T, _ *mailing) {
		w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{URL: hubtest.Localhost, SecondFactor: settings.SecondFactorForAdministrators})
		u := w.Person("root@example.org", users.AdminRole)
		b := w.Browser()
		p := b.SignIn(b.Open("/signin"), "root@example.org")
		k := w.Device()
		l := w.Ledger()
		b.Passkey(p, "/signin/enrol", k)
		added := audit.Event{Kind: audit.PasskeyAdded, Detail: map[string]string{"passkey": "*", "name": "Browser"}}
		l.Stored(t, slices.Concat(own(u, added), bySelf(u, audit.RecoveryMade), signedIn(u))...)
		b = w.Browser()
		p = b.SignIn(b.Open("/signin"), "root@example.org")
		l = w.Ledger()
		bad := k.Copy()
		bad.Unseen = true
		b.Passkey(p, "/signin/second", bad)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.SecondFailed, Target: u.ID, Why: texts.New("passkey.unverified")})...)
	}},
}
