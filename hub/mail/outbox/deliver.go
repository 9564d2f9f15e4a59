package outbox

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/lasting"
)

const (
	tick     = 2 * time.Second // how often the store is searched for due emails
	batch    = 100
	atOnce   = 4               // connections to the mail server
	patience = 5 * time.Second // for emails that are being sent at shutdown
)

// Run sends emails until the context ends.
func (s *Service) Run(ctx context.Context) {
	// What is being sent at the end may finish.
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(patience, stop) })()
	timer := time.NewTicker(tick)
	defer timer.Stop()
	for {
		s.round(ctx, sending)
		select {
		case <-ctx.Done():
			return
		case <-s.bell:
		case <-timer.C:
		}
	}
}

// Flush sends what is due, briefly: for a process that ends.
func (s *Service) Flush(ctx context.Context) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer stop()
	s.round(ctx, ctx)
}

// round tries the emails that are due. It begins none after ctx has ended.
func (s *Service) round(ctx, sending context.Context) {
	var group errgroup.Group
	group.SetLimit(atOnce)
	for e, err := range s.Entries.Each(ctx, store.Query{Field: "next", Below: s.Now().Add(time.Millisecond), Limit: batch}) {
		if err != nil {
			s.failed(ctx, err)
			break
		}
		group.Go(func() error {
			if ctx.Err() == nil {
				s.deliver(sending, e.ID)
			}
			return nil
		})
	}
	group.Wait() //nolint:errcheck // it has no error
}

func (s *Service) failed(ctx context.Context, err error) {
	if ctx.Err() == nil {
		s.Log.ErrorContext(ctx, "could not read the outbox; the hub will try again", "error", err)
	}
}

// deliver tries one email, and then removes or postpones it.
func (s *Service) deliver(ctx context.Context, id string) {
	if s.wasSent(id) {
		s.remove(ctx, id)
		return
	}
	e, ours, err := s.acquireLease(ctx, id)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			s.failed(ctx, err)
		}
		return
	}
	if !ours {
		return
	}
	m, err := s.open(e)
	switch now := s.Now(); {
	case err != nil:
		s.giveUp(ctx, e, m, Unreadable, err)
	case m.Void:
		s.remove(ctx, e.ID)
	case !now.Before(e.Until):
		s.giveUp(ctx, e, m, Expired, nil)
	case now.Before(e.Next.Add(-mail.SendTimeout)): // else the lease could end while it is sent
		s.try(ctx, e, m)
	}
}

// acquireLease claims the email, so that one of several processes sends it, and
// another one tries later if that one crashes. Tries is its fencing number, as
// in hub/logouts.
func (s *Service) acquireLease(ctx context.Context, id string) (e Entry, ours bool, err error) {
	err = s.Entries.Update(ctx, id, func(stored *Entry) error {
		ours = false
		if s.Now().Before(stored.Next) {
			return store.ErrUnchanged
		}
		stored.Tries++
		stored.Next = s.Now().Add(lease)
		e, ours = *stored, true
		return nil
	})
	return e, ours, err
}

func (s *Service) try(ctx context.Context, e Entry, m mail.Message) {
	limited, cancel := context.WithTimeout(ctx, mail.SendTimeout)
	defer cancel()
	err := s.Server.Send(limited, m)
	if err == nil {
		s.Log.DebugContext(ctx, "an email was sent", "to", m.To, "email", m.Code)
		s.remove(ctx, e.ID)
		return
	}
	if ctx.Err() != nil {
		return // shutdown; it is tried again when the lease has ended
	}
	if f, ok := errors.AsType[*mail.Failure](err); ok && f.Permanent {
		e.Failed = f.Code()
		s.giveUp(ctx, e, m, refusedBy(f), err)
		return
	}
	s.postpone(ctx, e, m, err)
}

// postpone stores when the email is tried again: at the latest when it is given
// up.
func (s *Service) postpone(ctx context.Context, e Entry, m mail.Message, cause error) {
	next := s.Now().Add(wait(e.Tries))
	if next.After(e.Until) {
		next = e.Until
	}
	s.Log.WarnContext(ctx, "could not send an email; the hub will try again", "to", m.To, "email", m.Code, "again", next, "error", cause)
	err := s.Entries.Update(lasting.Of(ctx), e.ID, func(stored *Entry) error {
		if stored.Tries != e.Tries {
			return store.ErrUnchanged // another process tries it by now
		}
		stored.Next, stored.Failed = next, codeOf(cause)
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.failed(ctx, err)
	}
}

func codeOf(err error) string {
	if f, ok := errors.AsType[*mail.Failure](err); ok {
		return f.Code()
	}
	return "failed"
}

// remove deletes an email that is done. If the database fails, this process does
// not send it again.
func (s *Service) remove(ctx context.Context, id string) {
	err := s.Entries.Delete(lasting.Of(ctx), id)
	gone := err == nil || errors.Is(err, fs.ErrNotExist)
	s.mu.Lock()
	if gone {
		delete(s.sent, id)
	} else {
		s.sent[id] = true
	}
	s.mu.Unlock()
	if !gone {
		s.Log.ErrorContext(ctx, "could not delete an email that was sent; the hub will try again", "error", err)
	}
}

func (s *Service) wasSent(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent[id]
}
