package admin_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/mail"
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

// refusing is a mail server that refuses every email.
type refusing struct{}

func (refusing) Send(context.Context, mail.Message) error { return &mail.Failure{Permanent: true} }

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
		p := b.OpenProved("/account/passkeys")
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
	{"the email about a password ends everything", func(t *testing.T, m *mailing) {
		u := m.Person("changed@example.org")
		b := m.Home("changed@example.org")
		b.Submit(b.Open("/account/password"), "/account/password", "current", hubtest.Password, "password", "three quiet herons wade")
		reader := m.Browser()
		p := reader.Open(m.box.Pick(t, "changed@example.org", "/wasnt-me/account"))
		l := m.Ledger()
		reader.Submit(p, "/wasnt-me/account")
		l.Stored(t, hubtest.ByRequest(
			audit.Event{Kind: audit.SessionsEnded, Actor: linking.ByEmail, Target: u.ID, Detail: map[string]string{"which": "disowned", "about": "password.changed"}},
			audit.Event{Kind: audit.PasswordForgot, Actor: linking.ByEmail, Target: u.ID, Why: texts.New("prove.mailed")})...)
	}},
	{"an email is given up", func(t *testing.T, _ *mailing) {
		w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{MailServer: refusing{}})
		w.Person("late@example.org")
		b := w.Browser()
		p := b.Open("/password/forgot")
		l := w.Ledger()
		b.Submit(p, "/password/forgot", "email", "late@example.org")
		l.Await(t, audit.EmailGivenUp)
		l.Stored(t, append(hubtest.ByRequest(audit.Event{Kind: audit.PasswordForgot}), audit.Event{Kind: audit.EmailGivenUp, Actor: "schedule",
			Detail: map[string]string{"email": "password.reset", "why": "refused", "tries": "1", "error": "unreachable"}})...)
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
	{"a replaced address is put back by its email", func(t *testing.T, m *mailing) {
		u := m.Person("before@example.org")
		b := m.Home("before@example.org")
		b.Submit(b.Open("/account/email"), "/account/email", "email", "after@example.org")
		link := m.box.Link(m.World, "after@example.org")
		b.Submit(b.Open(link), link)
		p := b.Open(m.box.Pick(t, "before@example.org", "/wasnt-me/address"))
		l := m.Ledger()
		b.Submit(p, "/wasnt-me/address")
		l.Stored(t, hubtest.ByRequest(
			audit.Event{Kind: audit.EmailRestored, Actor: linking.ByEmail, Target: u.ID, Detail: map[string]string{"email": "before@example.org"}},
			audit.Event{Kind: audit.PasswordForgot, Actor: linking.ByEmail, Target: u.ID, Why: texts.New("prove.mailed")})...)
	}},
	{"changes are disowned", func(t *testing.T, m *mailing) {
		for _, row := range []struct {
			sentence string
			do       func(b *hubtest.Browser)
			undo     audit.Event
		}{
			{"The passkey “Theirs” was added", func(b *hubtest.Browser) { b.AddPasskey(m.Device(), "name", "Theirs") },
				audit.Event{Kind: audit.PasskeyRemoved, Detail: map[string]string{"passkey": "*", "name": "Theirs"}}},
			{"The email of your account was set to moved@example.org", func(b *hubtest.Browser) {
				b.Submit(b.Open("/account/email"), "/account/email", "email", "moved@example.org")
				link := m.box.Link(m.World, "moved@example.org")
				b.Submit(b.Open(link), link)
			}, audit.Event{Kind: audit.EmailRestored, Detail: map[string]string{"email": "*"}}},
		} {
			email := fmt.Sprintf("disowner%d@example.org", len(row.sentence))
			u := m.Person(email)
			b := m.Home(email)
			row.do(b)
			p := b.Disowns(row.sentence)
			l := m.Ledger()
			b.Submit(p, "/account/activity/wasnt-me")
			l.Stored(t, slices.Concat(own(u, audit.Event{Kind: audit.SessionsEnded, Detail: map[string]string{"which": "disowned", "event": "*"}}), own(u, row.undo),
				own(u, audit.Event{Kind: audit.PasswordForgot, Why: texts.New("prove.mailed")}))...)
		}
	}},
	{"the own data is downloaded", func(t *testing.T, m *mailing) {
		u := m.Person("data@example.org")
		b := m.Home("data@example.org")
		p := b.Open("/account/data")
		l := m.Ledger()
		b.Submit(p, "/account/data")
		l.Stored(t, own(u, audit.Event{Kind: audit.DataTaken})...)
	}},
	{"a deletion is requested, and cancelled by the user, an email and an administrator", func(t *testing.T, m *mailing) {
		u := m.Person("leaver@example.org")
		b := m.Home("leaver@example.org")
		keeper := m.Person("keeper@example.org", users.AdminRole)
		root := m.Home("keeper@example.org")
		leave := func() {
			t.Helper()
			p := b.Open("/account/delete")
			l := m.Ledger()
			b.Submit(p, "/account/delete", "confirm", "leaver@example.org")
			l.Stored(t, own(u, audit.Event{Kind: audit.DeletionAsked, Detail: map[string]string{"due": "*"}})...)
		}
		leave()
		p := b.Open("/account/delete")
		l := m.Ledger()
		b.Submit(p, "/account/delete/cancel")
		l.Stored(t, own(u, audit.Event{Kind: audit.DeletionCancelled})...)
		m.box.Take()
		leave()
		p = b.Open(m.box.Pick(t, "leaver@example.org", "/keep-account"))
		l = m.Ledger()
		b.Submit(p, "/keep-account")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.DeletionCancelled, Actor: linking.ByEmail, Target: u.ID})...)
		leave()
		page := "/admin/users/" + u.ID
		p = root.Open(page)
		l = m.Ledger()
		root.Submit(p, page+"/deletion/cancel")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.DeletionCancelled, Actor: keeper.ID, Target: u.ID})...)
		leave()
		p = b.Disowns("The deletion of your account was requested")
		l = m.Ledger()
		b.Submit(p, "/account/activity/wasnt-me")
		l.Stored(t, slices.Concat(own(u, audit.Event{Kind: audit.SessionsEnded, Detail: map[string]string{"which": "disowned", "event": "*"}}),
			own(u, audit.Event{Kind: audit.DeletionCancelled}), own(u, audit.Event{Kind: audit.PasswordForgot, Why: texts.New("prove.mailed")}))...)
	}},
	{"an account is deleted after its time", func(t *testing.T, _ *mailing) {
		m := newMailing(t)
		u := m.Person("gone@example.org")
		b := m.Home("gone@example.org")
		b.Submit(b.Open("/account/delete"), "/account/delete", "confirm", "gone@example.org")
		m.Clock.Skip(15 * 24 * time.Hour)
		l := m.Ledger()
		hubtest.Done(t, m.Hub.DeleteDue(t.Context()))
		l.Stored(t, audit.Event{Kind: audit.UserRemoved, Actor: "schedule", Target: u.ID})
	}},
	{"all apps are taken back", func(t *testing.T, m *mailing) {
		u, one, two, b := m.Person("allapps@example.org"), m.App(), m.App(), m.Browser()
		b.SignInTo(one, "allapps@example.org")
		b.SignInTo(two, "allapps@example.org")
		p := b.Open("/account")
		l := m.Ledger()
		b.Submit(p, "/account/apps/remove-all")
		l.Stored(t, slices.Concat(own(u, audit.Event{Kind: audit.GrantRemoved, Client: one.ID}), own(u, audit.Event{Kind: audit.GrantRemoved, Client: two.ID}))...)
	}},
	{"the other sessions are ended", func(t *testing.T, m *mailing) {
		u := m.Person("others@example.org")
		m.Home("others@example.org")
		b := m.Home("others@example.org")
		p := b.Open("/account")
		l := m.Ledger()
		b.Submit(p, "/account/sessions/end-others")
		l.Stored(t, own(u, audit.Event{Kind: audit.SessionsEnded, Detail: map[string]string{"which": "others"}})...)
	}},
	{"a picture is uploaded and removed", func(t *testing.T, m *mailing) {
		u := m.Person("picture@example.org")
		b := m.Home("picture@example.org")
		to, fields, _ := hubtest.Form(b.Open("/account/profile").Body, "/account/picture")
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		hubtest.Done(t, form.WriteField("csrf", fields.Get("csrf")))
		part, err := form.CreateFormFile("file", "me.png")
		hubtest.Done(t, err)
		hubtest.Done(t, png.Encode(part, image.NewGray(image.Rect(0, 0, 8, 8))))
		hubtest.Done(t, form.Close())
		l := m.Ledger()
		p := b.Follow(b.Read(b.Client.Post(m.URL+to, form.FormDataContentType(), &body)))
		l.Stored(t, own(u, audit.Event{Kind: audit.UserChanged, Detail: map[string]string{"picture": "uploaded"}})...)
		l = m.Ledger()
		b.Submit(p, "/account/picture/remove")
		l.Stored(t, own(u, audit.Event{Kind: audit.UserChanged, Detail: map[string]string{"picture": "removed"}})...)
	}},
}
