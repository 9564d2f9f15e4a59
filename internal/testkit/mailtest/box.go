// Package mailtest has a mailbox for tests.
package mailtest

import (
	"context"
	"slices"
	"sync"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/web/emails"
)

// A Box is a mail.Sender that stores the emails.
type Box struct {
	mu  sync.Mutex
	all []mail.Message
}

// Mailer sends emails to a box, rendered as the hub at https://hub.example does.
func Mailer(b *Box) mail.Mailer {
	name := func(context.Context) string { return "Fedhub" }
	return &emails.Mailer{Sender: b, HubName: name, URL: "https://hub.example"}
}

// Send puts an email into the box, unless it is not to be sent.
func (b *Box) Send(_ context.Context, m mail.Message) error {
	if m.Void {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, m)
	return nil
}

// All returns the emails without removing them.
func (b *Box) All() []mail.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.all)
}

// Take returns and removes the emails.
func (b *Box) Take() []mail.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.all
	b.all = nil
	return all
}
