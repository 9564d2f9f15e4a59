package logouts

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/texts"
)

// A SignOut is one entry of the sign-out delivery list: a session that ended,
// and the result for each recipient. It contains no token.
type SignOut struct {
	SID        string      `bson:"id"`
	Order      string      `bson:"order"` // a UUIDv7: time order
	UserID     string      `bson:"userId"`
	LoginKey   string      `bson:"loginKey,omitempty"` // the provider that they had signed in by
	Why        texts.Text  `bson:",inline"`            // empty: the user signed out
	Reason     string      `bson:"why,omitempty"`      // the sentence that an earlier hub stored in place of Why
	At         time.Time   `bson:"at"`
	Recipients []Recipient `bson:"recipients"`
	Expires    time.Time   `bson:"expires"`
	// Receipt is the id of the user who was deleted, in place of UserID.
	Receipt string `bson:"receipt,omitempty"`
}

// Words is why it ended, as a sentence; empty: the user signed out.
func (s SignOut) Words(words texts.Words) string { return s.Why.In(words, s.Reason) }

// A Recipient is one client that is notified of a sign-out.
type Recipient struct {
	ClientID string     `bson:"clientId"`
	Name     string     `bson:"name"` // as registered at the time
	Server   bool       `bson:"server,omitempty"`
	State    State      `bson:"state"`
	Tries    int        `bson:"tries,omitempty"`
	Last     time.Time  `bson:"last,omitempty"`  // the last attempt
	Why      texts.Text `bson:",inline"`         // the error of the last attempt, if it failed
	Error    string     `bson:"error,omitempty"` // the sentence that an earlier hub stored in place of Why
	Next     time.Time  `bson:"next,omitempty"`  // the next attempt, if there is one
}

// Words is the error of the last attempt as a sentence.
func (r Recipient) Words(words texts.Words) string { return r.Why.In(words, r.Error) }

// stand sets the recipient's state, the error if it failed, and the next
// attempt.
func (r *Recipient) stand(s State, why texts.Text, next time.Time) {
	r.State, r.Why, r.Next = s, why, next
	r.Error = ""
}

// A State is the result for a recipient.
type State string

// Values of Recipient.State. A recipient that was retried to the end is still
// Retrying in the record; Standing returns Unreachable for it.
const (
	Delivered   State = "delivered"   // it confirmed the notice
	Retrying    State = "retrying"    // an attempt is in progress or follows
	Unreachable State = "unreachable" // all attempts failed
	InBrowser   State = "browser"     // its page was loaded in the browser; the result is unknown
	Gone        State = "gone"        // it was deleted, or has no logout URI any more
)

// Key names the record.
func (s SignOut) Key() string { return s.SID }

// ExpiresAt is when the entry is deleted.
func (s SignOut) ExpiresAt() time.Time { return s.Expires }

// keepLedger is how long entries are kept.
const keepLedger = 30 * 24 * time.Hour

// Standing is the current state of a recipient.
func (s SignOut) Standing(r Recipient, now time.Time) State {
	if r.State == Retrying && !now.Before(s.At.Add(giveUp)) {
		return Unreachable
	}
	return r.State
}

// Count counts the recipients by current state.
func (s SignOut) Count(now time.Time) map[State]int {
	count := map[State]int{}
	for _, r := range s.Recipients {
		count[s.Standing(r, now)]++
	}
	return count
}

// recipient is the entry for a client, if it wants to be notified.
func recipient(c clients.Client) (Recipient, bool) {
	r := Recipient{ClientID: c.ID, Name: c.Name, Server: c.Server != nil, State: Retrying}
	if c.BackchannelLogoutURI == "" {
		r.State = InBrowser
	}
	return r, c.BackchannelLogoutURI != "" || c.FrontchannelLogoutURI != ""
}

// enter stores a sign-out before any client is notified. An existing entry,
// after a failure half-way, keeps its states.
func (k *Service) enter(ctx context.Context, s sessions.Session, why texts.Text, to []Recipient) error {
	if len(to) == 0 {
		return nil
	}
	order, err := uuid.NewV7()
	if err != nil {
		return err
	}
	now := k.Now()
	line := SignOut{SID: s.SID, Order: order.String(), UserID: s.UserID, LoginKey: s.LoginKey, Why: why,
		At: now, Recipients: to, Expires: now.Add(keepLedger)}
	err = k.Ledger.Insert(ctx, line)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	return k.Ledger.Put(ctx, s.SID, func(kept *SignOut) error {
		if kept.SID == "" { // it could not be read
			*kept = line
			return nil
		}
		added := false
		for _, r := range to {
			if kept.find(r.ClientID) == nil {
				kept.Recipients, added = append(kept.Recipients, r), true
			}
		}
		if !added {
			return store.ErrUnchanged
		}
		return nil
	})
}

func (s *SignOut) find(clientID string) *Recipient {
	i := slices.IndexFunc(s.Recipients, func(r Recipient) bool { return r.ClientID == clientID })
	if i < 0 {
		return nil
	}
	return &s.Recipients[i]
}

// write stores a recipient's state. A failure is only logged: the list is for
// people, and delivery does not depend on it.
func (k *Service) write(ctx context.Context, n Notice, edit func(*Recipient)) {
	err := k.Ledger.Update(ctx, n.SID, func(s *SignOut) error {
		r := s.find(n.ClientID)
		if r == nil {
			return store.ErrUnchanged
		}
		r.Tries, r.Last = n.Tries, k.Now()
		edit(r)
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		k.Log.ErrorContext(ctx, "could not store the result of a sign-out delivery", "client", n.ClientID, "error", err)
	}
}

// Recent returns the latest sign-outs with recipients, newest first, before the
// one with this place (empty: from now).
func (k *Service) Recent(ctx context.Context, before string, limit int) ([]SignOut, error) {
	q := store.Query{Field: "order", Desc: true, Limit: limit}
	if order, sid, ok := strings.Cut(before, " "); ok {
		q.AfterValue, q.After = order, sid
	}
	return k.Ledger.List(ctx, q)
}

// Place is the position of a sign-out in Recent.
func (s SignOut) Place() string { return s.Order + " " + s.SID }

// Entry returns one sign-out; fs.ErrNotExist if there is none.
func (k *Service) Entry(ctx context.Context, sid string) (SignOut, error) {
	return k.Ledger.Get(ctx, sid)
}
