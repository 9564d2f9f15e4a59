package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

// A table stores one set. Its statements are written once.
// store.CollectionSpec.Check checks the names in them, which are also quoted;
// values are always placeholders.
type table struct {
	spec    store.CollectionSpec
	missing bool // declared but not created, so it is empty

	insert, replace, version, take, remove, sweep string

	get   *sql.Stmt
	finds sync.Map // query text → *sql.Stmt; one for each form of query
}

func newTable(spec store.CollectionSpec) *table {
	name := quote(spec.Name)
	return &table{
		spec:    spec,
		insert:  "INSERT INTO " + name + " (id, version, expires, doc) VALUES (?, ?, ?, ?)",
		replace: "UPDATE " + name + " SET version = version + 1, expires = ?, doc = ? WHERE id = ? AND version = ?",
		version: "SELECT version FROM " + name + " WHERE id = ?",
		take:    "DELETE FROM " + name + " WHERE id = ? RETURNING version, expires, doc",
		remove:  "DELETE FROM " + name + " WHERE id = ?",
		sweep: "DELETE FROM " + name + " WHERE rowid IN" +
			" (SELECT rowid FROM " + name + " WHERE expires <= ? LIMIT ?)",
	}
}

func quote(name string) string { return `"` + name + `"` }

// extract is the expression for both the index and queries; SQLite only uses
// the index if they are identical. Times become text of fixed width, which
// sorts correctly; those outside the years 1970 to 9999 have another form
// (plain.go) and become NULL.
func extract(spec store.CollectionSpec, field string) string {
	if spec.IsTime(field) {
		return "strftime('%Y-%m-%dT%H:%M:%f', doc ->> '$." + field + `."$date"')`
	}
	return "doc ->> '$." + field + "'"
}

// indexed is the condition of the partial index. It is written so that SQLite
// does not take it as a search bound and uses the query's own.
func indexed(spec store.CollectionSpec, field string) string {
	switch {
	case spec.IsTime(field):
		return extract(spec, field) + " IS NOT NULL"
	case spec.IsInteger(field):
		return extract(spec, field) + " <> 0"
	}
	return extract(spec, field) + " <> ''"
}

// argument is a bound of a query in the form of extract.
func argument(v any) any {
	t, ok := v.(time.Time)
	switch {
	case !ok:
		return v
	case t.UnixMilli() < 0:
		return "" // before all values
	case t.UnixMilli() > lastDate:
		return "x" // after all values
	}
	return t.UTC().Format("2006-01-02T15:04:05.000")
}

// Prepare creates missing tables and indexes, all or none.
func (d *DB) Prepare(ctx context.Context, sets []store.CollectionSpec) error {
	tables := map[string]*table{}
	for _, spec := range sets {
		if err := spec.Check(); err != nil {
			return err
		}
		tables[spec.Name] = newTable(spec)
	}
	err := d.submit(ctx, func(s *session) error {
		for _, spec := range sets {
			if err := declare(s, spec); err != nil {
				return fmt.Errorf("prepare set %s: %w", spec.Name, reason(err))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := d.prepareReads(ctx, tables); err != nil {
		return err
	}
	d.tables.Store(&tables)
	return nil
}

// Declare registers existing tables, and creates none.
func (d *DB) Declare(ctx context.Context, sets []store.CollectionSpec, major int) error {
	var version int64
	if err := d.read.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return reason(err)
	}
	if version > int64(major) {
		return store.ErrNewer
	}
	tables, there := map[string]*table{}, map[string]*table{}
	for _, spec := range sets {
		if err := spec.Check(); err != nil {
			return err
		}
		var found bool
		err := d.read.QueryRowContext(ctx, "SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = ?", spec.Name).Scan(&found)
		if err != nil {
			return reason(err)
		}
		t := newTable(spec)
		if t.missing = !found; found {
			there[spec.Name] = t
		}
		tables[spec.Name] = t
	}
	if err := d.prepareReads(ctx, there); err != nil {
		return err
	}
	d.major.Store(int64(major))
	d.tables.Store(&tables)
	return nil
}

func declare(s *session, spec store.CollectionSpec) error {
	name := quote(spec.Name)
	// STRICT, so that values have the types of their columns.
	err := s.exec("CREATE TABLE IF NOT EXISTS " + name + " (id TEXT PRIMARY KEY NOT NULL," +
		" version INTEGER NOT NULL, expires INTEGER, doc TEXT NOT NULL) STRICT")
	if err != nil {
		return err
	}
	err = s.exec("CREATE INDEX IF NOT EXISTS " + quote(spec.Name+" expires") +
		" ON " + name + " (expires) WHERE expires IS NOT NULL")
	if err != nil {
		return err
	}
	for _, field := range spec.Freed {
		if err := s.exec("DROP INDEX IF EXISTS " + quote(spec.Name+" unique "+field)); err != nil {
			return fmt.Errorf("remove the index of %s: %w", field, err)
		}
	}
	for _, field := range spec.Unique {
		if err := s.exec(uniqueIndex(spec, field)); err != nil {
			return fmt.Errorf("unique %s: %w", field, err)
		}
	}
	for _, field := range slices.Concat(spec.Index, spec.Integers, spec.Times) {
		if err := s.exec(plainIndex(spec, field)); err != nil {
			return fmt.Errorf("index %s: %w", field, err)
		}
	}
	return nil
}

// Both kinds leave out records with a missing or empty field: NULL <> ” is not
// true either.
func uniqueIndex(spec store.CollectionSpec, field string) string {
	return "CREATE UNIQUE INDEX IF NOT EXISTS " + quote(spec.Name+" unique "+field) +
		" ON " + quote(spec.Name) + " (" + extract(spec, field) + ") WHERE " + indexed(spec, field)
}

// The id follows the field, because equal values are ordered by id.
func plainIndex(spec store.CollectionSpec, field string) string {
	return "CREATE INDEX IF NOT EXISTS " + quote(spec.Name+" index "+field) +
		" ON " + quote(spec.Name) + " (" + extract(spec, field) + ", id) WHERE " + indexed(spec, field)
}

func (d *DB) prepareReads(ctx context.Context, tables map[string]*table) error {
	for name, t := range tables {
		get, err := d.read.PrepareContext(ctx, "SELECT version, expires, doc FROM "+quote(name)+" WHERE id = ?")
		if err != nil {
			return fmt.Errorf("prepare reads of set %s: %w", name, err)
		}
		t.get = get
	}
	return nil
}
