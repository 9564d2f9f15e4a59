package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

// Insert stores a new record.
func (d *DB) Insert(ctx context.Context, set string, r store.Record) error {
	t, doc, err := d.outgoing(set, r)
	if err != nil {
		return err
	}
	return d.submit(ctx, func(s *session) error {
		err := s.exec(t.insert, r.ID, store.FirstVersion(), expiry(r.Expires), doc)
		if taken(err) {
			return fs.ErrExist
		}
		return err
	})
}

// Replace writes a record over the version that was read.
func (d *DB) Replace(ctx context.Context, set string, r store.Record) error {
	t, doc, err := d.outgoing(set, r)
	if err != nil {
		return err
	}
	return d.submit(ctx, func(s *session) error {
		changed, err := s.change(t.replace, expiry(r.Expires), doc, r.ID, r.Version)
		switch {
		case taken(err):
			return fs.ErrExist
		case err != nil || changed == 1:
			return err
		}
		var other int64
		err = s.row(t.version, []any{r.ID}, &other)
		if errors.Is(err, sql.ErrNoRows) {
			return fs.ErrNotExist
		}
		if err != nil {
			return err
		}
		return store.ErrLost
	})
}

// Take returns the record and deletes it. It returns only after the deletion is
// on the disk, so that even a crash does not give it to a second caller.
func (d *DB) Take(ctx context.Context, set, id string) (store.Record, error) {
	t, err := d.table(set)
	if err != nil {
		return store.Record{}, err
	}
	if !store.IsText(id) {
		return store.Record{}, fs.ErrNotExist
	}
	row := &columns{id: id}
	err = d.submit(ctx, func(s *session) error {
		err := s.row(t.take, []any{id}, &row.version, &row.expires, &row.doc)
		if errors.Is(err, sql.ErrNoRows) {
			return fs.ErrNotExist
		}
		return err
	})
	if err != nil {
		return store.Record{}, err
	}
	return row.record(), nil
}

// Delete deletes a record.
func (d *DB) Delete(ctx context.Context, set, id string) error {
	t, err := d.table(set)
	if err != nil {
		return err
	}
	if !store.IsText(id) {
		return fs.ErrNotExist
	}
	return d.submit(ctx, func(s *session) error {
		gone, err := s.change(t.remove, id)
		if err == nil && gone == 0 {
			return fs.ErrNotExist
		}
		return err
	})
}

// sweepStep bounds the deletions of one transaction, so that concurrent writers
// wait milliseconds.
const sweepStep = 500

// Sweep deletes records that expired by now and returns how many. It then
// releases free space to the disk.
func (d *DB) Sweep(ctx context.Context, now time.Time) (int, error) {
	all := d.tables.Load()
	if all == nil {
		return 0, nil
	}
	total := 0
	for _, t := range *all {
		for {
			n, err := d.sweepOnce(ctx, t, now)
			total += n
			if err != nil {
				return total, err
			}
			if n < sweepStep {
				break
			}
		}
	}
	return total, d.tidy(ctx)
}

func (d *DB) sweepOnce(ctx context.Context, t *table, now time.Time) (int, error) {
	gone := new(int64)
	err := d.submit(ctx, func(s *session) (err error) {
		*gone, err = s.change(t.sweep, now.UnixMilli(), sweepStep)
		return err
	})
	if err != nil {
		return 0, err
	}
	return int(*gone), nil
}

// outgoing checks and encodes a record. It runs in the caller's goroutine,
// because the writer serves all callers.
func (d *DB) outgoing(set string, r store.Record) (*table, string, error) {
	t, err := d.table(set)
	if err != nil {
		return nil, "", err
	}
	if err := t.spec.CheckRecord(r); err != nil {
		return nil, "", err
	}
	doc, err := encode(r.Doc)
	return t, doc, err
}
