package clients_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/internal/testkit/clientstest"
)

// stored calls do with every value of a client, by its name in the database.
func stored(prefix string, v reflect.Value, do func(name string, place any)) {
	for field, value := range v.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("bson"), ",")
		do(prefix+name, value.Addr().Interface())
		if value.Kind() == reflect.Pointer {
			value = value.Elem()
		}
		if value.Kind() == reflect.Struct && value.Type() != reflect.TypeFor[time.Time]() {
			stored(prefix+name+".", value, do)
		}
	}
}

func TestEveryValueOfAClientIsAPropertyOrPartOfOne(t *testing.T) {
	c := clientstest.Filled(0)
	properties := map[string]any{}
	for _, p := range clients.Properties() {
		if properties[p.Stored] != nil {
			t.Errorf("%s stands twice", p.Stored)
		}
		properties[p.Stored] = p.Of(&c)
	}
	within := func(name string) bool {
		for at := name; at != ""; at = at[:max(strings.LastIndex(at, "."), 0)] {
			if properties[at] != nil {
				return true
			}
		}
		for other := range properties {
			if strings.HasPrefix(other, name+".") {
				return true // its parts are checked themselves
			}
		}
		return false
	}
	there := map[string]bool{}
	stored("", reflect.ValueOf(&c).Elem(), func(name string, place any) {
		there[name] = true
		if !within(name) {
			t.Errorf("%s is not in the table", name)
		}
		if p := properties[name]; p != nil && p != place {
			t.Errorf("%s in the table is the place of something else", name)
		}
	})
	for name := range properties {
		if !there[name] {
			t.Errorf("nothing is kept under %s", name)
		}
	}
}

func TestACopySharesNoMemory(t *testing.T) {
	original, control := clientstest.Filled(0), clientstest.Filled(0)
	copied := original.Clone()
	if !reflect.DeepEqual(original, copied) {
		t.Fatal("the copy is another client")
	}
	overwrite(reflect.ValueOf(&copied).Elem())
	if !reflect.DeepEqual(original, control) {
		t.Errorf("what was written to the copy is in the original: got %+v, want %+v", original, control)
	}
}

// overwrite changes the content of every list and pointer in place.
func overwrite(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		overwrite(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			overwrite(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for _, field := range v.Fields() {
			overwrite(field)
		}
	default:
		v.SetZero()
	}
}
