package store

import (
	"reflect"
	"strings"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A shape is what this program knows of a value that has fields: the fields of
// a document, or what each entry of a map or a list is like. What has no
// shape, such as text, a time or a list of numbers, is known as a whole.
type shape struct {
	fields  map[string]*shape // of a document; nil for what has no shape
	every   *shape            // of each entry of a map or list
	list    bool
	pointer bool // absent means removed, not merely empty
	open    bool // a map is inlined: it takes every field

	secret map[string]string // fields that nobody is shown, and what is said in their place
}

// shapes remembers the shape of each type. It only ever gains what reflection
// would find again.
var shapes = struct {
	sync.Mutex
	of map[reflect.Type]*shape
}{of: map[reflect.Type]*shape{}}

// shapeOf reads the shape of a record off its type.
func shapeOf(t reflect.Type) *shape {
	shapes.Lock()
	defer shapes.Unlock()
	return read(t)
}

// Types that write themselves are known as a whole.
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
		// Which document of a list is which, only an id can tell.
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
	shapes.of[t] = s // before its fields are read, for a type may hold itself
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

// knows reports whether a document's field is one of this program's. The
// driver also takes the name in small letters.
func (s *shape) knows(name []byte) (inner *shape, known bool) {
	if inner, known = s.fields[string(name)]; !known {
		inner, known = s.fields[strings.ToLower(string(name))]
	}
	return inner, known || s.open
}
