// Package clone copies values together with everything they point to.
package clone

import (
	"reflect"
	"time"
)

// Of returns a copy of v that shares no list and no pointer with it, in
// whatever depth. A value with maps or interfaces is not for it: these stay shared.
func Of[T any](v T) T {
	unshare(reflect.ValueOf(&v).Elem())
	return v
}

// unshare gives a value memory of its own for every list and pointer in it.
func unshare(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return // its pointer is to a time zone, which nobody changes
		}
		for i := range v.NumField() { // v.Fields describes each anew, which costs an allocation
			unshare(v.Field(i))
		}
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		v.Set(own)
		if v.Type().Elem().Kind() != reflect.String {
			for i := range v.Len() {
				unshare(v.Index(i))
			}
		}
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		own := reflect.New(v.Type().Elem())
		own.Elem().Set(v.Elem())
		v.Set(own)
		unshare(own.Elem())
	}
}
