package store

import (
	"reflect"
	"strings"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A shape describes what this program knows of a value with fields: the fields
// of a document, or of each entry of a map or list. A value without fields,
// such as a text, a time or a list of numbers, has no shape.
type shape struct {
	fields  map[string]*shape // of a document; nil without a shape
	every   *shape            // of each entry of a map or list
	list    bool
	pointer bool // absent means removed, not empty
	open    bool // a map is inlined, so any field is known

	secret map[string]string // fields that are never shown, and the replacement text
}

// shapes caches the shape of each type. An entry never changes.
var shapes = struct {
	sync.Mutex
	of map[reflect.Type]*shape
}{of: map[reflect.Type]*shape{}}

// shapeOf derives the shape of a record from its type.
func shapeOf(t reflect.Type) *shape {
	shapes.Lock()
	defer shapes.Unlock()
	return read(t)
}

// Types with their own encoding have no shape.
var (
	marshaler      = reflect.TypeFor[bson.Marshaler]()
	valueMarshaler = reflect.TypeFor[bson.ValueMarshaler]()
)

func read(t reflect.Type) *shape {
	if known, found := shapes.of[t]; found {
		return known
	}
	if t.Implements(marshaler) || t.Implements(valueMarshaler) ||
		reflect.PointerTo(t).Implements(marshaler) || reflect.PointerTo(t).Implements(valueMarshaler) {
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		inner := read(t.Elem())
		if inner == nil {
			return nil
		}
		outer := *inner
		outer.pointer = true
		return &outer
	case reflect.Struct:
		return readStruct(t)
	case reflect.Map:
		if inner := read(t.Elem()); inner != nil {
			return &shape{every: inner}
		}
	case reflect.Slice, reflect.Array:
		// Documents in a list can only be matched by an id.
		if inner := read(t.Elem()); inner != nil && inner.fields != nil {
			if _, named := inner.fields["id"]; named {
				return &shape{every: inner, list: true}
			}
		}
	}
	return nil
}

func readStruct(t reflect.Type) *shape {
	if t.PkgPath() == "time" || strings.HasSuffix(t.PkgPath(), "/bson") {
		return nil
	}
	s := &shape{fields: map[string]*shape{}, secret: map[string]string{}}
	shapes.of[t] = s // before reading the fields, because a type may contain itself
	s.addFields(t)
	return s
}

func (s *shape) addFields(t reflect.Type) {
	for f := range t.Fields() {
		tag := f.Tag.Get("bson")
		if !f.IsExported() && !f.Anonymous || tag == "-" {
			continue
		}
		name, flags, _ := strings.Cut(tag, ",")
		inner := f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		switch inline := strings.Contains(","+flags+",", ",inline,"); {
		case inline && inner.Kind() == reflect.Struct:
			s.addFields(inner)
		case inline:
			s.open = true
		case !f.IsExported():
		default:
			if name == "" {
				name = strings.ToLower(f.Name)
			}
			s.fields[name] = read(f.Type)
			if word := f.Tag.Get("secret"); word != "" {
				s.secret[name] = word
			}
		}
	}
}

// knows reports whether a document's field is known. The driver also accepts
// the name in lower case.
func (s *shape) knows(name []byte) (inner *shape, known bool) {
	if inner, known = s.fields[string(name)]; !known {
		inner, known = s.fields[strings.ToLower(string(name))]
	}
	return inner, known || s.open
}
