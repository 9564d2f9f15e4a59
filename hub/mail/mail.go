// Package mail sends people letters: that an address is theirs to prove, that
// an identity was linked to their account, that somebody waits for an answer.
package mail

import "context"

// A Letter is what is sent. The text is plain; a page of ours that it leads to
// is an address in it.
type Letter struct {
	To      string // one address
	Subject string
	Text    string
}

// A Sender takes letters. A nil error means that the letter is on its way, not
// that it has arrived.
type Sender interface {
	Send(ctx context.Context, l Letter) error
}
