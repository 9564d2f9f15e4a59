package sqlite

import (
	"context"
	"database/sql"
	"errors"
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
	if t.missing || !store.IsText(id) {
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
	return row.record(), nil
}

// Find returns the records that a query selects.
func (d *DB) Find(ctx context.Context, set string, q store.Query) ([]store.Record, error) {
	t, err := d.table(set)
	if err != nil {
		return nil, err
	}
	if err := t.spec.CheckQuery(q); err != nil || t.missing || q.Empty() {
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
		found = append(found, row.record())
	}
	return found, rows.Err()
}

// Count counts the records that a query selects, up to its limit.
func (d *DB) Count(ctx context.Context, set string, q store.Query) (int, error) {
	t, err := d.table(set)
	if err != nil {
		return 0, err
	}
	if err := t.spec.CheckCount(q); err != nil || t.missing || q.Empty() {
		return 0, err
	}
	where, args := t.where(q)
	text := "SELECT count(*) FROM (SELECT 1 FROM " + quote(t.spec.Name) + where + " LIMIT ?)"
	statement, err := d.finder(ctx, t, text)
	if err != nil {
		return 0, failed(ctx, err)
	}
	var n int
	if err := statement.QueryRowContext(ctx, append(args, q.Limit)...).Scan(&n); err != nil {
		return 0, failed(ctx, err)
	}
	return n, nil
}

// selection converts a query to SQL.
func (t *table) selection(q store.Query) (string, []any) {
	where, args := t.where(q)
	direction := ""
	if q.Desc {
		direction = " DESC"
	}
	text := "SELECT id, version, expires, doc FROM " + quote(t.spec.Name) + where + " ORDER BY " + t.orderBy(q, direction)
	if q.Limit > 0 {
		text, args = text+" LIMIT ?", append(args, q.Limit)
	}
	return text, args
}

// orderBy writes the order. For a unique field the id is not needed, and not in
// the index.
func (t *table) orderBy(q store.Query, direction string) string {
	switch {
	case !q.Ordered():
		return "id" + direction
	case t.spec.IsUnique(q.Field):
		return extract(t.spec, q.Field) + direction
	}
	return extract(t.spec, q.Field) + direction + ", id" + direction
}

// where writes the conditions of a query, with their values.
func (t *table) where(q store.Query) (string, []any) {
	var terms []string
	var args []any
	and := func(term string, values ...any) {
		terms, args = append(terms, term), append(args, values...)
	}
	field := "id"
	if q.Field != "" {
		field = extract(t.spec, q.Field)
		and(indexed(t.spec, q.Field)) // so that SQLite can use the partial index
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
	if q.From != nil {
		and(field+" >= ?", argument(q.From))
	}
	if q.Below != nil {
		and(field+" < ?", argument(q.Below))
	}
	than := " > "
	if q.Desc {
		than = " < "
	}
	switch {
	case q.After == "":
	case !q.Ordered():
		and("id"+than+"?", q.After)
	case t.spec.IsUnique(q.Field):
		and(field+than+"?", argument(q.AfterValue))
	default:
		and("("+field+", id)"+than+"(?, ?)", argument(q.AfterValue), q.After)
	}
	if !q.Now.IsZero() {
		and("(expires IS NULL OR expires > ?)", q.Now.UnixMilli())
	}
	if len(terms) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(terms, " AND "), args
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

// columns is a stored row.
type columns struct {
	id      string
	version int64
	expires sql.NullInt64 // Unix milliseconds
	doc     string
}

func (c columns) record() store.Record {
	doc, err := decode(c.doc)
	if err != nil {
		doc = nil // an invalid document is damage of one record, not an error of the query
	}
	r := store.Record{ID: c.id, Version: c.version, Doc: doc}
	if c.expires.Valid {
		r.Expires = time.UnixMilli(c.expires.Int64).UTC()
	}
	return r
}

func expiry(t time.Time) sql.NullInt64 {
	if t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: true}
}

// failed returns why a query has no result. A caller whose context ended gets
// that error, not SQLite's interruption.
func failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
