package hubtest

import (
	"testing"

	"github.com/fedhub/fedhub/hub"
)

// MailingWorld is a hub that sends emails.
func MailingWorld(t *testing.T) (*World, *Postbox) {
	t.Helper()
	box := &Postbox{}
	return NewWorldAs(t, OpenSQLite(t), hub.Config{Mail: box}), box
}

// Home signs a user in and opens their account page.
func (w *World) Home(email string) *Browser {
	w.Helper()
	b := w.Browser()
	if p := b.SignIn(b.Open("/signin"), email); p.URL.Path != "/account" {
		w.Fatalf("%s is at %s: %s", email, p.URL, p.Body)
	}
	return b
}
