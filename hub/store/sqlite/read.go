package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

// Get returns the record with this id.
func (d *DB) Get(ctx context.Context, set, id string) (store.Record, error) {
	t, err := d.table(set)
	if err != nil {
		return store.Record{}, err
	}
	if !store.IsText(id) {
		return store.Record{}, fs.ErrNotExist
	}
	row := columns{id: id}
	err = t.get.QueryRowContext(ctx, id).Scan(&row.version, &row.expires, &row.doc)
	if errors.Is(err, sql.ErrNoRows) {
		return store.Record{}, fs.ErrNotExist
	}
	if err != nil {
		return store.Record{}, failed(ctx, err)
	}
	return row.record()
}

// Find returns the records a query selects.
func (d *DB) Find(ctx context.Context, set string, q store.Query) ([]store.Record, error) {
	t, err := d.table(set)
	if err != nil {
		return nil, err
	}
	if err := t.spec.CheckQuery(q); err != nil || q.Empty() {
		return nil, err
	}
	text, args := t.selection(q)
	statement, err := d.finder(ctx, t, text)
	if err != nil {
		return nil, failed(ctx, err)
	}
	rows, err := statement.QueryContext(ctx, args...)
	if err != nil {
		return nil, failed(ctx, err)
	}
	defer rows.Close()
	found, err := records(rows)
	if err != nil {
		return nil, failed(ctx, err)
	}
	return found, nil
}

func records(rows *sql.Rows) ([]store.Record, error) {
	var found []store.Record
	for rows.Next() {
		var row columns
		if err := rows.Scan(&row.id, &row.version, &row.expires, &row.doc); err != nil {
			return nil, err
		}
		r, err := row.record()
		if err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, rows.Err()
}

// selection writes a query as SQL.
func (t *table) selection(q store.Query) (string, []any) {
	var where []string
	var args []any
	and := func(term string, values ...any) {
		where, args = append(where, term), append(args, values...)
	}
	field, order := "id", "id"
	if q.Field != "" {
		field = extract(q.Field)
		and(field + " <> ''") // the index has no others
		if q.Equals == "" {
			order = field
		}
	}
	if q.Equals != "" {
		and(field+" = ?", q.Equals)
	}
	if q.Prefix != "" {
		and(field+" >= ?", q.Prefix)
		if end, ok := store.PrefixEnd(q.Prefix); ok {
			and(field+" < ?", end)
		}
	}
	than, direction := " > ?", ""
	if q.Desc {
		than, direction = " < ?", " DESC"
	}
	if q.After != "" {
		and(order+than, q.After)
	}
	if !q.Now.IsZero() {
		and("(expires IS NULL OR expires > ?)", q.Now.UnixMilli())
	}
	text := "SELECT id, version, expires, doc FROM " + quote(t.spec.Name)
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	text += " ORDER BY " + order + direction
	if q.Limit > 0 {
		text, args = text+" LIMIT ?", append(args, q.Limit)
	}
	return text, args
}

// finder returns the prepared statement for a query's text.
func (d *DB) finder(ctx context.Context, t *table, text string) (*sql.Stmt, error) {
	if known, ok := t.finds.Load(text); ok {
		return known.(*sql.Stmt), nil
	}
	fresh, err := d.read.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	known, raced := t.finds.LoadOrStore(text, fresh)
	if raced {
		return known.(*sql.Stmt), fresh.Close()
	}
	return fresh, nil
}

// columns is a row as it lies in the file.
type columns struct {
	id      string
	version int64
	expires sql.NullInt64 // Unix milliseconds
	doc     string
}

func (c columns) record() (store.Record, error) {
	doc, err := decode(c.doc)
	if err != nil {
		return store.Record{}, fmt.Errorf("record %q: %w", c.id, err)
	}
	r := store.Record{ID: c.id, Version: c.version, Doc: doc}
	if c.expires.Valid {
		r.Expires = time.UnixMilli(c.expires.Int64).UTC()
	}
	return r, nil
}

func expiry(t time.Time) sql.NullInt64 {
	if t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: true}
}

// failed says why a query got no answer. A caller that gave up hears its own
// reason, not that SQLite was interrupted.
func failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
