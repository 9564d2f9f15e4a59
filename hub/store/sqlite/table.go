package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	"github.com/fedhub/fedhub/hub/store"
)

// A table keeps one set. Its statements are written once; names in them are
// checked by store.Spec.Check and quoted, values are always placeholders.
type table struct {
	spec store.Spec

	insert, replace, version, take, remove, sweep string

	get   *sql.Stmt
	finds sync.Map // query text → *sql.Stmt; as many as there are shapes of queries
}

func newTable(spec store.Spec) *table {
	name := quote(spec.Name)
	return &table{
		spec:    spec,
		insert:  "INSERT INTO " + name + " (id, version, expires, doc) VALUES (?, 1, ?, ?)",
		replace: "UPDATE " + name + " SET version = version + 1, expires = ?, doc = ? WHERE id = ? AND version = ?",
		version: "SELECT version FROM " + name + " WHERE id = ?",
		take:    "DELETE FROM " + name + " WHERE id = ? RETURNING version, expires, doc",
		remove:  "DELETE FROM " + name + " WHERE id = ?",
		sweep: "DELETE FROM " + name + " WHERE rowid IN" +
			" (SELECT rowid FROM " + name + " WHERE expires <= ? LIMIT ?)",
	}
}

func quote(name string) string { return `"` + name + `"` }

// extract is the expression that both the index and the queries use; SQLite
// only takes the index where they agree to the letter.
func extract(field string) string { return "doc ->> '$." + field + "'" }

// Prepare creates the tables and indexes that are missing, all or none.
func (d *DB) Prepare(ctx context.Context, sets []store.Spec) error {
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

func declare(s *session, spec store.Spec) error {
	name := quote(spec.Name)
	// STRICT, so that the file cannot hold what the columns do not say.
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
	for _, field := range spec.Unique {
		if err := s.exec(uniqueIndex(spec.Name, field)); err != nil {
			return fmt.Errorf("unique %s: %w", field, err)
		}
	}
	for _, field := range spec.Index {
		if err := s.exec(plainIndex(spec.Name, field)); err != nil {
			return fmt.Errorf("index %s: %w", field, err)
		}
	}
	return nil
}

// Both kinds leave out records where the field is missing or empty: NULL <> ”
// is not true either.
func uniqueIndex(set, field string) string {
	return "CREATE UNIQUE INDEX IF NOT EXISTS " + quote(set+" unique "+field) +
		" ON " + quote(set) + " (" + extract(field) + ") WHERE " + extract(field) + " <> ''"
}

// The id stands behind the field because equal fields come in the order of ids.
func plainIndex(set, field string) string {
	return "CREATE INDEX IF NOT EXISTS " + quote(set+" index "+field) +
		" ON " + quote(set) + " (" + extract(field) + ", id) WHERE " + extract(field) + " <> ''"
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
