package hubtest

import (
	"regexp"
	"testing"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
)

var emailedCode = regexp.MustCompile(`(?m)^ *([A-Z2-7]{4}-[A-Z2-7]{4})$`)

// Code is the code in the last email to an address; empty if there is none.
func (p *Postbox) Code(to string) string {
	all := p.All()
	for i := len(all) - 1; i >= 0; i-- {
		if code := emailedCode.FindStringSubmatch(all[i].Text); code != nil && all[i].To == to {
			return code[1]
		}
	}
	return ""
}

// WithEmailSignIn is a world in which codes by email sign in.
func WithEmailSignIn(t testing.TB) (*World, *Postbox) {
	box := &Postbox{}
	w := NewWorldAs(t, OpenSQLite(t), hub.Config{Mail: box})
	w.AllowEmailSignIn()
	return w, box
}

// AllowEmailSignIn turns the setting on.
func (w *World) AllowEmailSignIn() {
	w.Helper()
	if err := w.Hub.ChangeSettings(w.Context(), audit.Named("test"), func(s *settings.Settings) { s.EmailSignIn = true }); err != nil {
		w.Fatal(err)
	}
}

// AskForCode asks for a code by email and returns the page that takes it.
func (b *Browser) AskForCode(address, email string) Page {
	b.W.Helper()
	return b.Submit(b.Open(address), "/signin/email", "email", email)
}
