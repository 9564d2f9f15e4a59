package logouts

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/texts"
)

// A Status is the delivery status of one client. It is in the database, so that
// every process pauses for a client that another one found unreachable.
type Status struct {
	ClientID string     `bson:"id"`
	Told     time.Time  `bson:"told,omitempty"`   // the last delivery
	Failed   time.Time  `bson:"failed,omitempty"` // the last failure, kept after a success
	Why      texts.Text `bson:",inline"`          // the error of the last failure; empty after a success
	Error    string     `bson:"error,omitempty"`  // the sentence that an earlier hub stored in place of Why
	Failures int        `bson:"failures"`         // attempts without an answer, in a row
	Until    time.Time  `bson:"until,omitempty"`  // no attempt before
	Expires  time.Time  `bson:"expires"`
}

// Key names the record.
func (s Status) Key() string { return s.ClientID }

// Words is the error of the last failure; empty after a success.
func (s Status) Words(words texts.Words) string { return s.Why.In(words, s.Error) }

// ExpiresAt is when the status is deleted.
func (s Status) ExpiresAt() time.Time { return s.Expires }

// remember is how long a status is kept after its last change.
const remember = 90 * 24 * time.Hour

func (k *Service) status(ctx context.Context, clientID string) (Status, error) {
	s, err := k.Statuses.Get(ctx, clientID)
	if store.Absent(err) {
		return Status{ClientID: clientID}, nil
	}
	return s, err
}

// change edits or creates a client's status.
func (k *Service) change(ctx context.Context, clientID string, edit func(*Status) error) error {
	return k.Statuses.Put(ctx, clientID, func(s *Status) error {
		s.ClientID, s.Expires = clientID, k.Now().Add(remember)
		return edit(s)
	})
}

// drop removes a finished notice.
func (k *Service) drop(ctx context.Context, n Notice) {
	if err := k.Notices.Delete(ctx, n.ID); err != nil && !errors.Is(err, fs.ErrNotExist) {
		k.Log.ErrorContext(ctx, "could not delete a finished logout notice", "error", err)
	}
}

// told removes a delivered notice.
func (k *Service) told(ctx context.Context, n Notice) {
	k.drop(ctx, n)
	k.write(ctx, n, func(r *Recipient) { r.stand(Delivered, texts.Text{}, time.Time{}) })
	k.note(ctx, n.ClientID, func(s *Status) error {
		now := k.Now()
		if s.Why.IsZero() && s.Error == "" && s.Failures == 0 && now.Sub(s.Told) < time.Second {
			return store.ErrUnchanged // one of many concurrent deliveries writes it
		}
		s.Told, s.Why, s.Failures, s.Until = now, texts.Text{}, 0, time.Time{}
		s.Error = ""
		return nil
	})
}

// failed postpones the notice and, unless the client answered with a refusal,
// all other notices to the client.
func (k *Service) failed(ctx context.Context, n Notice, refused bool, cause error) {
	next := k.Now().Add(wait(n.Tries))
	k.note(ctx, n.ClientID, func(s *Status) error {
		now := k.Now()
		s.Failed, s.Why = now, texts.Of(cause)
		s.Error = ""
		switch {
		case refused:
		case now.Before(s.Until): // concurrent failures count once
			next = s.Until
		default:
			s.Failures++
			s.Until = now.Add(wait(s.Failures))
			next = s.Until
		}
		return nil
	})
	err := k.Notices.Update(ctx, n.ID, func(stored *Notice) error {
		if stored.Tries != n.Tries {
			return store.ErrUnchanged // another process has claimed it since
		}
		stored.Next = next
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		k.Log.ErrorContext(ctx, "could not release a logout notice; it will be sent later", "error", err)
	}
	k.write(ctx, n, func(r *Recipient) { r.stand(r.State, texts.Of(cause), next) })
}

// note stores a status. A failure is only logged: the status is for people, and
// delivery does not depend on it.
func (k *Service) note(ctx context.Context, clientID string, edit func(*Status) error) {
	if err := k.change(ctx, clientID, edit); err != nil {
		k.Log.ErrorContext(ctx, "could not store the delivery status of logout notices", "client", clientID, "error", err)
	}
}

// A Report is a client's status with its pending notices.
type Report struct {
	Status
	Waiting int       // notices, at most MostCounted
	Next    time.Time // the next attempt; zero if none is pending
}

// MostCounted bounds the count in a report.
const MostCounted = 1000

// Report returns the delivery report of a client.
func (k *Service) Report(ctx context.Context, clientID string) (Report, error) {
	s, err := k.status(ctx, clientID)
	if err != nil {
		return Report{}, err
	}
	r := Report{Status: s}
	for n, err := range k.waiting(ctx, clientID) {
		if err != nil {
			return Report{}, err
		}
		if r.Waiting++; r.Waiting == MostCounted {
			break
		}
		if r.Next.IsZero() || n.Next.Before(r.Next) {
			r.Next = n.Next
		}
	}
	if r.Waiting > 0 && r.Next.Before(s.Until) {
		r.Next = s.Until
	}
	return r, nil
}

// TryNow makes all pending notices of a client due at once.
func (k *Service) TryNow(ctx context.Context, clientID string) error {
	for n, err := range k.waiting(ctx, clientID) {
		if err != nil {
			return err
		}
		err := k.Notices.Update(ctx, n.ID, func(stored *Notice) error {
			stored.Next = k.Now()
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	err := k.change(ctx, clientID, func(s *Status) error {
		if s.Until.IsZero() {
			return store.ErrUnchanged
		}
		s.Until = time.Time{}
		return nil
	})
	if err != nil {
		return err
	}
	k.lanes.wake(clientID)
	return nil
}
