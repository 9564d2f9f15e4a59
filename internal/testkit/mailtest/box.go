// Package mailtest has a letter box for tests.
package mailtest

import (
	"context"
	"slices"
	"sync"

	"github.com/fedhub/fedhub/hub/mail"
)

// A Box is a mail.Sender whose letters stay in it.
type Box struct {
	mu      sync.Mutex
	letters []mail.Letter
}

// Send puts a letter into the box.
func (b *Box) Send(_ context.Context, l mail.Letter) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.letters = append(b.letters, l)
	return nil
}

// All returns the letters, and leaves them in the box.
func (b *Box) All() []mail.Letter {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.letters)
}

// Take empties the box.
func (b *Box) Take() []mail.Letter {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.letters
	b.letters = nil
	return all
}
