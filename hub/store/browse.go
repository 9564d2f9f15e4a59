package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"iter"
	"reflect"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A Browsable is a collection for inspection or repair by code that does not
// know the type of its records. It also reads records that the program cannot
// decode.
type Browsable interface {
	Name() string
	// Amount counts up to most.
	Amount(ctx context.Context, most int) (int, error)
	// Browse returns up to limit records in the order of ids, after the id
	// `after`.
	Browse(ctx context.Context, after string, limit int) ([]Glance, error)
	// Show returns a record's fields by their stored names. It hides encrypted
	// values and hashes of secrets, by their tags (secret:"hash"), and fields
	// that this program does not know.
	Show(ctx context.Context, id string) (map[string]any, error)
	// Delete removes a record, and nothing that depends on it.
	Delete(ctx context.Context, id string) error
	// Damaged visits the records that cannot be decoded, with the reasons. An
	// error that is not ErrDamaged comes from the database and is the last.
	Damaged(ctx context.Context) iter.Seq2[Damage, error]
}

// A Glance is a record in a list: its id and its times.
type Glance struct {
	ID    string
	Times map[string]time.Time // by field; unset ones are left out
}

// notKnown replaces a field of a newer program, because it may be a secret.
const notKnown = "(not known to this program)"

// Name is the name of the set in the database.
func (s *Collection[T]) Name() string { return s.name }

// Amount counts all records, up to most.
func (s *Collection[T]) Amount(ctx context.Context, most int) (int, error) {
	return s.Count(ctx, Query{}, most)
}

// Browse returns a page of ids and times.
func (s *Collection[T]) Browse(ctx context.Context, after string, limit int) ([]Glance, error) {
	found, err := s.backend.Find(ctx, s.name, s.at(Query{After: after, Limit: limit}))
	if err != nil {
		return nil, s.fail("browse", err)
	}
	page := make([]Glance, 0, len(found))
	for _, r := range found {
		g := Glance{ID: r.ID, Times: map[string]time.Time{}}
		for name, value := range s.shape.show(r.Doc) {
			if at, ok := value.(time.Time); ok {
				g.Times[name] = at
			}
		}
		page = append(page, g)
	}
	return page, nil
}

// Show returns the visible fields of a record.
func (s *Collection[T]) Show(ctx context.Context, id string) (map[string]any, error) {
	r, err := s.backend.Get(ctx, s.name, id)
	if err != nil {
		return nil, s.fail("show a record of", err)
	}
	return s.shape.show(r.Doc), nil
}

// Visible is Show for a record that is not in a database.
func Visible(record any) (map[string]any, error) {
	doc, err := bson.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("read a record: %w", err)
	}
	return shapeOf(reflect.TypeOf(record)).show(doc), nil
}

// show converts a document for display.
func (s *shape) show(doc bson.Raw) map[string]any {
	elements, _ := doc.Elements() // as far as it can be read
	shown := make(map[string]any, len(elements))
	for _, e := range elements {
		name, inner := e.Key(), s.every
		if s.fields != nil {
			known := false
			if inner, known = s.knows([]byte(name)); !known {
				shown[name] = notKnown
				continue
			}
		}
		value := inner.visible(e.Value())
		if word := s.secret[name]; word != "" && value != "" && value != nil {
			value = "(" + word + ")"
		}
		if at, ok := value.(time.Time); !ok || !at.IsZero() {
			shown[name] = value
		}
	}
	return shown
}

// visible converts a value for display. A nil shape hides nothing.
func (s *shape) visible(v bson.RawValue) any {
	switch v.Type {
	case bson.TypeEmbeddedDocument:
		if s == nil {
			s = &shape{} // of any fields
		}
		return s.show(v.Document())
	case bson.TypeArray:
		values, _ := v.Array().Values()
		list := make([]any, 0, len(values))
		for _, each := range values {
			var inner *shape
			if s != nil {
				inner = s.every
			}
			list = append(list, inner.visible(each))
		}
		return list
	case bson.TypeDateTime:
		return v.Time().UTC()
	case bson.TypeString:
		return v.StringValue()
	case bson.TypeBoolean:
		return v.Boolean()
	case bson.TypeInt32, bson.TypeInt64:
		return v.AsInt64()
	case bson.TypeDouble:
		return v.Double()
	case bson.TypeBinary:
		_, data := v.Binary()
		return base64.StdEncoding.EncodeToString(data)
	case bson.TypeNull:
		return nil
	}
	return v.String()
}
