package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

// A write is one caller's change that waits for a transaction.
type write struct {
	ctx   context.Context
	apply func(*session) error
	done  chan error // buffered, so that the writer never waits for a caller
}

// submit passes a change to the writer and waits until it is on the disk. If
// ctx ends first, the change may or may not happen.
func (d *DB) submit(ctx context.Context, apply func(*session) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return d.hand(ctx, d.writes, apply)
}

// aside is submit for work that cannot be part of a transaction.
func (d *DB) aside(ctx context.Context, apply func(*session) error) error {
	return d.hand(ctx, d.besides, apply)
}

func (d *DB) hand(ctx context.Context, to chan<- *write, apply func(*session) error) error {
	w := &write{ctx: ctx, apply: apply, done: make(chan error, 1)}
	select {
	case to <- w:
	case <-ctx.Done():
		return ctx.Err()
	case <-d.closed:
		return ErrClosed
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run is the writer. While it waits for the disk the next callers queue up, so
// groups grow with the load and no caller waits for others.
func (d *DB) run() {
	defer close(d.stopped)
	for {
		select {
		case first := <-d.writes:
			d.commit(d.gather(first))
		case w := <-d.besides:
			w.done <- d.alone(w)
		case <-d.closed:
			return
		}
	}
}

// alone runs work outside a transaction.
func (d *DB) alone(w *write) error {
	if err := d.connect(); err != nil {
		return err
	}
	err := w.apply(d.session)
	if err != nil {
		d.forget()
	}
	return err
}

// groupLimit bounds a group, and so the wait of its first caller.
const groupLimit = 256

func (d *DB) gather(first *write) []*write {
	group := []*write{first}
	for len(group) < groupLimit {
		select {
		case next := <-d.writes:
			group = append(group, next)
		default:
			return group
		}
	}
	return group
}

// commit applies a group in one transaction and reports to every caller.
func (d *DB) commit(group []*write) {
	if err := d.begin(group); err != nil {
		tell(group, func(int) error { return err })
		return
	}
	if err := d.admitted(); err != nil {
		d.forget()
		tell(group, func(int) error { return err })
		return
	}
	answers, err := d.apply(group)
	switch {
	case err == nil:
		err = d.session.exec("COMMIT")
	case len(group) > 1:
		// A change broke the transaction, so nothing was written. Run them one
		// by one, so that each succeeds or fails by itself.
		d.forget()
		for i := range group {
			d.commit(group[i : i+1])
		}
		return
	}
	if err != nil {
		d.forget()
		tell(group, func(int) error { return fmt.Errorf("write to the database: %w", reason(err)) })
		return
	}
	tell(group, func(i int) error { return answers[i] })
}

// apply runs the changes of a group. A taken id, a lost version or a missing
// record is an answer: SQLite undoes that statement and the transaction
// continues. Any other error ends it.
func (d *DB) apply(group []*write) ([]error, error) {
	answers := make([]error, len(group))
	for i, w := range group {
		if answers[i] = w.ctx.Err(); answers[i] != nil {
			continue // its caller has given up
		}
		answers[i] = w.apply(d.session)
		if !answer(answers[i]) {
			return nil, answers[i]
		}
	}
	return answers, nil
}

func tell(group []*write, answer func(int) error) {
	for i, w := range group {
		w.done <- answer(i)
	}
}

// lockPatience is how long callers without a deadline wait for another
// process's write lock.
const lockPatience = 30 * time.Second

// begin takes the file's write lock at once. A transaction that starts as a
// reader could be overtaken by another process and would have to start again.
func (d *DB) begin(group []*write) error {
	giveUp := time.Now().Add(lockPatience)
	for {
		err := d.tryBegin()
		if err == nil {
			return nil
		}
		if !busy(err) || time.Now().After(giveUp) || d.abandoned(group) {
			d.forget()
			return fmt.Errorf("begin a transaction: %w", reason(err))
		}
	}
}

func (d *DB) tryBegin() error {
	if err := d.connect(); err != nil {
		return err
	}
	return d.session.exec("BEGIN IMMEDIATE")
}

func (d *DB) connect() error {
	if d.session != nil {
		return nil
	}
	s, err := newSession(context.Background(), d.write)
	if err == nil {
		d.session = s
	}
	return err
}

// admitted stops a program that is older than one that has used the file,
// because the newer one would not understand its writes.
func (d *DB) admitted() error {
	known := d.major.Load()
	if known == 0 {
		return nil
	}
	version, err := d.session.version()
	if err == nil && version > known {
		return store.ErrNewer
	}
	return err
}

// abandoned reports whether all callers of the group have given up.
func (d *DB) abandoned(group []*write) bool {
	select {
	case <-d.closed:
		return true
	default:
	}
	for _, w := range group {
		if w.ctx.Err() == nil {
			return false
		}
	}
	return true
}

// forget closes the connection, and SQLite rolls back its open transaction.
// After a failure this is the only safe state.
func (d *DB) forget() {
	if d.session != nil {
		d.session.discard()
		d.session = nil
	}
}
