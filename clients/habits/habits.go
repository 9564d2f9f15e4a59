// Package habits records which optional behaviour a client shows, so that an
// administrator can decide what to require. No rule depends on it.
package habits

import (
	"time"

	"github.com/fedhub/fedhub/clients/clientauth"
)

// A Habit is one optional behaviour of a client.
type Habit int

// The habits.
const (
	None      Habit = iota
	Header          // it sent its secret in the header
	Body            // or in the body
	Challenge       // it redeemed a code of a request with PKCE
	Nonce           // of one without PKCE, but with a nonce
	Neither         // of one with neither
)

// Place is where a secret was sent, by the authentication method.
func Place(method string) Habit {
	switch method {
	case clientauth.MethodBasic:
		return Header
	case clientauth.MethodPost:
		return Body
	}
	return None
}

// Habits are the days on which a client last showed each behaviour.
type Habits struct {
	Header    time.Time `bson:"header,omitempty"`
	Body      time.Time `bson:"body,omitempty"`
	Challenge time.Time `bson:"challenge,omitempty"`
	Nonce     time.Time `bson:"nonce,omitempty"`
	Neither   time.Time `bson:"neither,omitempty"`
}

// Every is how often a repeated behaviour is stored.
const Every = 24 * time.Hour

// Saw notes a behaviour and reports whether it must be stored: the first time,
// and then once a day.
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
