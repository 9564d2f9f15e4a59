// Package habits remembers what a client does of its own accord where it has a
// choice, for whoever decides what to demand of it. Nothing is decided by it.
package habits

import (
	"time"

	"github.com/fedhub/fedhub/clients/clientauth"
)

// A Habit is one thing that a client may do or leave.
type Habit int

// The habits.
const (
	None      Habit = iota
	Header          // it sent its secret in the header
	Body            // or in the body
	Challenge       // it used a code of a request with PKCE
	Nonce           // of one without, but with a nonce
	Neither         // of one with neither
)

// Place is where a secret came, by the method that it proved the client by.
func Place(method string) Habit {
	switch method {
	case clientauth.MethodBasic:
		return Header
	case clientauth.MethodPost:
		return Body
	}
	return None
}

// Habits are the days on which a client did each thing last.
type Habits struct {
	Header    time.Time `bson:"header,omitempty"`
	Body      time.Time `bson:"body,omitempty"`
	Challenge time.Time `bson:"challenge,omitempty"`
	Nonce     time.Time `bson:"nonce,omitempty"`
	Neither   time.Time `bson:"neither,omitempty"`
}

// Every is how often the same thing is written down.
const Every = 24 * time.Hour

// Saw notes that the client did it now, and reports whether that was worth a
// write: the first time, and then once a day.
func (h *Habits) Saw(did Habit, now time.Time) bool {
	last := h.at(did)
	if last == nil || !last.IsZero() && now.Sub(*last) < Every {
		return false
	}
	*last = now
	return true
}

func (h *Habits) at(did Habit) *time.Time {
	switch did {
	case Header:
		return &h.Header
	case Body:
		return &h.Body
	case Challenge:
		return &h.Challenge
	case Nonce:
		return &h.Nonce
	case Neither:
		return &h.Neither
	}
	return nil
}
