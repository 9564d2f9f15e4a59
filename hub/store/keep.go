package store

import (
	"bytes"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// keep returns the document to write over old: next, plus everything in old
// that this program does not know. A newer program may have written that, and
// must not lose it. A known field that is empty now is removed.
func (s *shape) keep(old, next bson.Raw) (bson.Raw, error) {
	if s == nil || !s.strays(bsoncore.Document(old)) {
		return next, nil // the common case, without allocation
	}
	doc, err := s.merge(bsoncore.Document(old), bsoncore.Document(next))
	if err != nil {
		return nil, fmt.Errorf("keep the fields of a newer program: %w", err)
	}
	return bson.Raw(doc), nil
}

// strays reports whether a document has an unknown field, at any depth at which
// it can be kept.
func (s *shape) strays(doc bsoncore.Document) bool {
	for rest := inside(doc); ; {
		element, after, ok := bsoncore.ReadElement(rest)
		if !ok {
			return false
		}
		rest = after
		name := element.KeyBytes()
		inner := s.every
		if s.fields != nil {
			var known bool
			if inner, known = s.knows(name); !known {
				return true
			}
		}
		if inner == nil {
			continue
		}
		if below, ok := inner.document(element.Value()); ok && inner.strays(below) {
			return true
		}
	}
}

// document returns a value as the document or list that the shape describes.
func (s *shape) document(v bsoncore.Value) (bsoncore.Document, bool) {
	switch {
	case v.Type == bsoncore.TypeEmbeddedDocument && !s.list, v.Type == bsoncore.TypeArray && s.list:
		return bsoncore.Document(v.Data), true
	}
	return nil, false
}

// inside is a document without its length: the elements and a final zero byte.
func inside(doc bsoncore.Document) []byte {
	_, rest, ok := bsoncore.ReadLength(doc)
	if !ok {
		return nil
	}
	return rest
}

// merge writes next with the unknown fields of old.
func (s *shape) merge(old, next bsoncore.Document) (bsoncore.Document, error) {
	before, err := old.Elements()
	if err != nil {
		return nil, err
	}
	after, err := next.Elements()
	if err != nil {
		return nil, err
	}
	at, out := bsoncore.AppendDocumentStart(nil)
	for _, e := range after {
		was, found := s.counterpart(before, e)
		inner := s.inner(e.KeyBytes())
		if merged, ok, err := inner.mergeValue(was, e.Value()); err != nil {
			return nil, err
		} else if found && ok {
			out = bsoncore.AppendValueElement(out, e.Key(), merged)
			continue
		}
		out = append(out, e...)
	}
	for _, e := range before {
		if rest, stays := s.remains(e, after); stays {
			out = bsoncore.AppendValueElement(out, e.Key(), rest)
		}
	}
	return bsoncore.AppendDocumentEnd(out, at)
}

// inner is the shape of a field or entry.
func (s *shape) inner(name []byte) *shape {
	if s.fields == nil {
		return s.every
	}
	inner, _ := s.knows(name)
	return inner
}

// counterpart is the value in old that corresponds to e in next: with the same
// name, or in a list with the same id.
func (s *shape) counterpart(before []bsoncore.Element, e bsoncore.Element) (bsoncore.Value, bool) {
	id, named := idOf(e.Value())
	if s.list && !named {
		return bsoncore.Value{}, false
	}
	for _, b := range before {
		if s.list {
			if other, ok := idOf(b.Value()); ok && other.Equal(id) {
				return b.Value(), true
			}
		} else if bytes.Equal(b.KeyBytes(), e.KeyBytes()) {
			return b.Value(), true
		}
	}
	return bsoncore.Value{}, false
}

func idOf(v bsoncore.Value) (bsoncore.Value, bool) {
	doc, ok := v.DocumentOK()
	if !ok {
		return bsoncore.Value{}, false
	}
	id, err := doc.LookupErr("id")
	return id, err == nil
}

// mergeValue merges two values of this shape; ok is false if they do not both
// match it.
func (s *shape) mergeValue(old, next bsoncore.Value) (merged bsoncore.Value, ok bool, err error) {
	if s == nil {
		return merged, false, nil
	}
	before, was := s.document(old)
	after, is := s.document(next)
	if !was || !is {
		return merged, false, nil
	}
	doc, err := s.merge(before, after)
	return bsoncore.Value{Type: next.Type, Data: doc}, err == nil, err
}

// remains is what is kept of a field of old that next does not have: all of it,
// if it is unknown; for an empty struct, its unknown fields. Entries of maps
// and lists, and what a pointer held, were removed.
func (s *shape) remains(e bsoncore.Element, after []bsoncore.Element) (bsoncore.Value, bool) {
	for _, a := range after {
		if bytes.Equal(a.KeyBytes(), e.KeyBytes()) {
			return bsoncore.Value{}, false
		}
	}
	if s.fields == nil {
		return bsoncore.Value{}, false
	}
	inner, known := s.knows(e.KeyBytes())
	if !known {
		return e.Value(), true
	}
	if inner == nil || inner.fields == nil || inner.pointer {
		return bsoncore.Value{}, false
	}
	nothing := bsoncore.NewDocumentBuilder().Build()
	rest, ok, err := inner.mergeValue(e.Value(), bsoncore.Value{Type: bsoncore.TypeEmbeddedDocument, Data: nothing})
	return rest, ok && err == nil && len(rest.Data) > len(nothing)
}
