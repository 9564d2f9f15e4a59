// Package clientstest makes clients with a value in every property, for tests of
// which properties an operation changes.
package clientstest

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/fedhub/fedhub/clients"
)

// fill sets every field, list and pointer to a different value.
func fill(v reflect.Value, count *int) {
	*count++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(int64(*count), 0)))
	case v.Kind() == reflect.String:
		v.SetString(fmt.Sprint("text ", *count))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(int64(*count))
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), count)
		fill(v.Index(1), count)
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), count)
	case v.Kind() == reflect.Struct:
		for _, field := range v.Fields() {
			fill(field, count)
		}
	}
}

// Filled is a client with a value in every field. Another start gives other
// values.
func Filled(start int) clients.Client {
	var c clients.Client
	fill(reflect.ValueOf(&c).Elem(), &start)
	return c
}

// Changed are the properties in which two clients differ.
func Changed(a, b clients.Client) []string {
	var names []string
	for _, p := range clients.Properties() {
		if !p.Same(a, b) {
			names = append(names, p.Stored)
		}
	}
	return names
}

// Kept are the properties that did not change.
func Kept(before, after clients.Client) []string {
	differ := Changed(before, after)
	var names []string
	for _, p := range clients.Properties() {
		if !slices.Contains(differ, p.Stored) {
			names = append(names, p.Stored)
		}
	}
	return names
}

// Others is Filled with every boolean inverted.
func Others() clients.Client {
	c := Filled(1000)
	for _, p := range clients.Properties() {
		if v := reflect.ValueOf(p.Of(&c)).Elem(); v.Kind() == reflect.Bool {
			v.SetBool(false)
		}
	}
	return c
}
