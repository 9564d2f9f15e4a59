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

// A SignOut is one line of the ledger: a session that ended, and what became
// of each recipient who was to hear of it. It holds no token.
type SignOut struct {
	SID        string      `bson:"id"`
	Order      string      `bson:"order"` // a UUIDv7: the order of time
	UserID     string      `bson:"userId"`
	LoginKey   string      `bson:"loginKey,omitempty"` // through which they had signed in
	Why        texts.Text  `bson:",inline"`            // empty: the person signed out
	Reason     string      `bson:"why,omitempty"`      // the sentence that an earlier hub stored in its place
	At         time.Time   `bson:"at"`
	Recipients []Recipient `bson:"recipients"`
	Expires    time.Time   `bson:"expires"`
}

// Words is why it ended; empty: the person signed out.
func (s SignOut) Words(words texts.Words) string { return s.Why.In(words, s.Reason) }

// A Recipient is one client that is to hear of a sign-out.
type Recipient struct {
	ClientID string     `bson:"clientId"`
	Name     string     `bson:"name"` // as registered at the time
	Server   bool       `bson:"server,omitempty"`
	State    State      `bson:"state"`
	Tries    int        `bson:"tries,omitempty"`
	Last     time.Time  `bson:"last,omitempty"`  // the last try
	Why      texts.Text `bson:",inline"`         // of the last try, if it failed
	Error    string     `bson:"error,omitempty"` // the sentence that an earlier hub stored in its place
	Next     time.Time  `bson:"next,omitempty"`  // the next try, where there is one
}

// Words is why the last try failed.
func (r Recipient) Words(words texts.Words) string { return r.Why.In(words, r.Error) }

// stand notes what became of the recipient, why if it failed, and when it is
// told again.
func (r *Recipient) stand(s State, why texts.Text, next time.Time) {
	r.State, r.Why, r.Next = s, why, next
	r.Error = ""
}

// A State is what became of a recipient.
type State string

// Values of Recipient.State. A recipient that was retried to the end is still
// Retrying in the record; Standing says that it is Unreachable.
const (
	Delivered   State = "delivered"   // it said that it has heard
	Retrying    State = "retrying"    // it is told now, or again later
	Unreachable State = "unreachable" // we gave up
	InBrowser   State = "browser"     // its page was loaded; nobody says what it did
	Gone        State = "gone"        // it was removed, or asks no more
)

// Key names the record.
func (s SignOut) Key() string { return s.SID }

// ExpiresAt is when nobody wants to know any more.
func (s SignOut) ExpiresAt() time.Time { return s.Expires }

// keepLedger is how long sign-outs stay in the ledger.
const keepLedger = 30 * 24 * time.Hour

// Standing is what has become of a recipient by now.
func (s SignOut) Standing(r Recipient, now time.Time) State {
	if r.State == Retrying && !now.Before(s.At.Add(giveUp)) {
		return Unreachable
	}
	return r.State
}

// Count is how many recipients stand where, by now.
func (s SignOut) Count(now time.Time) map[State]int {
	count := map[State]int{}
	for _, r := range s.Recipients {
		count[s.Standing(r, now)]++
	}
	return count
}

// recipient is the line for a client, if it wants to hear at all.
func recipient(c clients.Client) (Recipient, bool) {
	r := Recipient{ClientID: c.ID, Name: c.Name, Server: c.Server != nil, State: Retrying}
	if c.BackchannelLogoutURI == "" {
		r.State = InBrowser
	}
	return r, c.BackchannelLogoutURI != "" || c.FrontchannelLogoutURI != ""
}

// enter writes a sign-out down before anybody is told. One that is there
// already, because ending it failed half-way, keeps what is known.
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

// write notes what became of a recipient. It may fail: the ledger is for people
// to read, and delivery goes on without it.
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

// Recent returns the latest sign-outs that somebody was to hear of, newest
// first, before the one with this place (empty: from now).
func (k *Service) Recent(ctx context.Context, before string, limit int) ([]SignOut, error) {
	q := store.Query{Field: "order", Desc: true, Limit: limit}
	if order, sid, ok := strings.Cut(before, " "); ok {
		q.AfterValue, q.After = order, sid
	}
	return k.Ledger.List(ctx, q)
}

// Place is where a sign-out stands in the order of Recent.
func (s SignOut) Place() string { return s.Order + " " + s.SID }

// Entry returns one sign-out. Without one it is fs.ErrNotExist.
func (k *Service) Entry(ctx context.Context, sid string) (SignOut, error) {
	return k.Ledger.Get(ctx, sid)
}
