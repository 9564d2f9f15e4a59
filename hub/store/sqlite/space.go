package sqlite

import (
	"context"
	"fmt"
	"os"
)

const (
	// longLog is the size at which the log is emptied, in bytes. SQLite
	// normally reuses a log of four megabytes; a slow reader makes it longer.
	longLog = 16 << 20
	// New records reuse free pages. Only free space beyond a tenth of the file,
	// and at least a megabyte, is released.
	spareShare, sparePages = 10, 256
	// giveBackStep is how many pages one transaction releases, so that
	// concurrent writers wait milliseconds.
	giveBackStep = 256
	// convertible is the largest file of an earlier hub that is converted at a
	// start, in bytes: that takes a second or two.
	convertible = 128 << 20

	incremental = 2 // PRAGMA auto_vacuum
)

// tidy releases free pages to the disk, and empties a long log.
func (d *DB) tidy(ctx context.Context) error {
	gave := false
	for {
		more, err := d.giveBack(ctx)
		if err != nil {
			return fmt.Errorf("release disk space: %w", err)
		}
		if !more {
			break
		}
		gave = true
	}
	log, err := os.Stat(d.path + "-wal")
	if err != nil || !gave && log.Size() <= longLog {
		return nil // a missing log is short
	}
	return d.aside(ctx, func(s *session) error {
		// If a reader or another process prevents it, the answer says so, and
		// the next call tries again.
		var busy, length, moved int
		if err := s.row("PRAGMA wal_checkpoint(TRUNCATE)", nil, &busy, &length, &moved); err != nil {
			return fmt.Errorf("empty the write-ahead log: %w", reason(err))
		}
		return nil
	})
}

// giveBack shortens the file by one step, if it has more free space than it
// should keep.
func (d *DB) giveBack(ctx context.Context) (more bool, err error) {
	done := make(chan bool, 1)
	err = d.submit(ctx, func(s *session) error {
		var mode, free, all int
		for pragma, value := range map[string]*int{"auto_vacuum": &mode, "freelist_count": &free, "page_count": &all} {
			if err := s.row("PRAGMA "+pragma, nil, value); err != nil {
				return err
			}
		}
		spare := free - max(all/spareShare, sparePages)
		if mode != incremental || spare <= 0 {
			done <- false
			return nil
		}
		if err := s.all(fmt.Sprintf("PRAGMA incremental_vacuum(%d)", min(spare, giveBackStep))); err != nil {
			return err
		}
		done <- spare > giveBackStep
		return nil
	})
	if err != nil {
		return false, err
	}
	return <-done, nil
}

// convert rewrites a file of an earlier hub, so that it can release space. It
// skips a file that is too large for that at a start, that another process
// uses, or that the disk has no room for; such a file works as before, but does
// not shrink.
func (s *session) convert(path string) error {
	var mode int
	if err := s.row("PRAGMA auto_vacuum", nil, &mode); err != nil {
		return err
	}
	file, err := os.Stat(path)
	if err != nil || mode != 0 || file.Size() > convertible {
		return err
	}
	if err := s.exec("PRAGMA auto_vacuum = INCREMENTAL"); err != nil {
		return err
	}
	_ = s.exec("VACUUM")
	return nil
}

// all runs a statement to its end: incremental_vacuum returns a row for each
// page.
func (s *session) all(text string) error {
	rows, err := s.conn.QueryContext(context.Background(), text)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}
