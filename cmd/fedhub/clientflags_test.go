package main

import (
	"reflect"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
)

func TestEveryPropertyOfAClientThatHasAFlagHasExactlyOne(t *testing.T) {
	flags := map[string]string{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[clientAddCmd]()) {
		stored, _, _ := strings.Cut(field.Tag.Get("property"), ",")
		if stored == "" {
			continue
		}
		if flags[stored] != "" && stored != "grant_types" && stored != "response_types" { // lists that several flags write
			t.Errorf("%s and %s are flags of %s", flags[stored], field.Name, stored)
		}
		if field.Tag.Get("help") == "" {
			t.Errorf("the flag %s has no help", field.Name)
		}
		flags[stored] = field.Name
	}
	for _, p := range clients.Properties() {
		if has := flags[p.Stored] != ""; has != p.By(clients.ByFlag) {
			t.Errorf("%s has a flag: %v; the table says %v", p.Stored, has, p.By(clients.ByFlag))
		}
		delete(flags, p.Stored)
	}
	for stored, flag := range flags {
		t.Errorf("%s is a flag of %s, which is no property of a client", flag, stored)
	}
}

func TestEveryFlagOfAPropertyIsWritten(t *testing.T) {
	typed := clientAddCmd{ID: "typed"}
	typed.given, typed.keys = given{}, []byte("typed")
	flags := reflect.ValueOf(&typed).Elem()
	for _, field := range reflect.VisibleFields(flags.Type()) {
		if field.Tag.Get("property") == "" || field.Name == "NoGrant" {
			continue
		}
		value := flags.FieldByIndex(field.Index)
		typed.given[value.Addr().Interface()] = true
		switch value.Kind() {
		case reflect.String:
			value.SetString("typed")
		case reflect.Bool:
			value.SetBool(true)
		case reflect.Slice:
			value.Set(reflect.ValueOf([]string{"typed"}).Convert(value.Type()))
		case reflect.Pointer:
			value.Set(reflect.ValueOf(new(true)))
		}
	}
	typed.PKCE = "optional"
	d, err := typed.client(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range clients.Properties() {
		if p.By(clients.ByFlag) && reflect.ValueOf(p.Of(&d)).Elem().IsZero() {
			t.Errorf("the flag of %s changes nothing", p.Stored)
		}
	}
}
