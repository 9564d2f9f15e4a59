package mail

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

const (
	maxWaiting  = 1000 // emails in the queue; more are refused
	maxSending  = 4    // connections to the mail server
	sendTimeout = 30 * time.Second
	patience    = 5 * time.Second // time for the last emails at shutdown
)

// pauses are the waits after each failed attempt.
var pauses = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour}

var (
	errFull   = errors.New("too many emails wait for the mail server")
	errClosed = errors.New("the hub is shutting down and accepts no more emails")
)

// A Queue accepts emails at once and sends them in the background. If a server
// cannot accept an email now, it is tried again for some hours. It is only kept
// in memory, because it may contain a link that is stored nowhere. After a
// crash the user requests another email.
type Queue struct {
	to      Sender
	log     *slog.Logger
	pauses  []time.Duration
	sending chan struct{}

	mu      sync.Mutex
	waiting int
	closed  bool
	under   sync.WaitGroup
	leaving chan struct{} // closed: nothing is tried again
	context context.Context
	stop    context.CancelFunc
}

// NewQueue puts a queue in front of a sender.
func NewQueue(to Sender, log *slog.Logger) *Queue {
	q := &Queue{to: to, log: log, pauses: pauses, sending: make(chan struct{}, maxSending), leaving: make(chan struct{})}
	q.context, q.stop = context.WithCancel(context.Background())
	return q
}

// Send accepts the email. It is sent even if the caller's context ends.
func (q *Queue) Send(_ context.Context, l Message) error {
	l, err := l.tidy()
	if err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return errClosed
	case q.waiting >= maxWaiting:
		return errFull
	}
	q.waiting++
	q.under.Go(func() {
		q.deliver(l)
		q.mu.Lock()
		q.waiting--
		q.mu.Unlock()
	})
	return nil
}

// deliver tries until the email is accepted, finally refused, or the hub stops.
func (q *Queue) deliver(l Message) {
	for try := 0; ; try++ {
		err := q.try(l)
		if err == nil {
			q.log.Debug("an email was sent", "to", l.To, "subject", l.Subject)
			return
		}
		if forGood(err) || try >= len(q.pauses) {
			q.log.Error("could not send an email", "to", l.To, "subject", l.Subject, "tries", try+1, "error", err)
			return
		}
		q.log.Warn("could not send an email; the hub will try again", "to", l.To, "subject", l.Subject, "again in", q.pauses[try], "error", err)
		select {
		case <-time.After(q.pauses[try]):
		case <-q.leaving:
			q.log.Error("an email was not sent before the hub stopped", "to", l.To, "subject", l.Subject, "error", err)
			return
		}
	}
}

func (q *Queue) try(l Message) error {
	q.sending <- struct{}{}
	defer func() { <-q.sending }()
	ctx, cancel := context.WithTimeout(q.context, sendTimeout)
	defer cancel()
	return q.to.Send(ctx, l)
}

// Close accepts no more emails and waits briefly for those being sent.
func (q *Queue) Close() {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		close(q.leaving)
	}
	q.mu.Unlock()
	done := make(chan struct{})
	go func() { q.under.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(patience):
		q.stop()
		<-done
	}
	q.stop()
}

// forGood reports whether another attempt would be refused too.
func forGood(err error) bool {
	var refused interface{ Permanent() bool }
	return errors.As(err, &refused) && refused.Permanent()
}
