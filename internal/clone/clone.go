// Package clone copies values together with everything they point to.
package clone

import (
	"reflect"
	"time"
)

// Of returns a deep copy of v that shares no list and no pointer with it. Maps
// and interfaces stay shared, so do not use it for values with them.
func Of[T any](v T) T {
	unshare(reflect.ValueOf(&v).Elem())
	return v
}

// unshare copies every list and pointer in a value.
func unshare(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return // it points to a time zone, which is immutable
		}
		for i := range v.NumField() { // v.Fields would allocate for each field
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
