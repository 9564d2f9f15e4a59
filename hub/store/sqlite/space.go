package sqlite

import (
	"context"
	"fmt"
	"os"
)

const (
	// longLog is how long the log may be before it is emptied, in bytes. SQLite
	// goes round in a log of four megabytes; it is longer after a slow reader.
	longLog = 16 << 20
	// Free pages are taken again by the next records. What is given back is
	// what lies free beyond a tenth of the file, and a megabyte at least.
	spareShare, sparePages = 10, 256
	// giveBackStep is how many pages one transaction gives back, so that callers
	// who write meanwhile wait milliseconds.
	giveBackStep = 256
	// convertible is how large a file of an earlier hub may be that is laid out
	// anew at a start, in bytes: that takes a second or two.
	convertible = 128 << 20

	incremental = 2 // PRAGMA auto_vacuum
)

// tidy gives free pages back to the disk, and empties a log that has become
// long.
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
		return nil // one that is missing is short
	}
	return d.aside(ctx, func(s *session) error {
		// Of a reader or another process that is in the way it says so in its
		// answer; then the next one does it.
		var busy, length, moved int
		if err := s.row("PRAGMA wal_checkpoint(TRUNCATE)", nil, &busy, &length, &moved); err != nil {
			return fmt.Errorf("empty the write-ahead log: %w", reason(err))
		}
		return nil
	})
}

// giveBack makes the file shorter by one step, if there is more free in it than
// it may keep.
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

// convert lays a file anew that an earlier hub made, so that it can give space
// back. One that is too large for that at a start stays as it is, and so does
// one that another process is in, or for which the disk has no room: it
// grows no further than it must, as before.
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

// all runs a statement until it has no more to say: of incremental_vacuum each
// page is a step.
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
