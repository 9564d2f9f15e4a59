package clients

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients/clientauth"
)

// fill puts something different into every field, every list and every pointer.
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

// filled is a client with something in every field; another start, other values.
func filled(start int) Client {
	var c Client
	fill(reflect.ValueOf(&c).Elem(), &start)
	return c
}

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
	c := filled(0)
	properties := map[string]any{}
	for _, p := range Properties() {
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
				return true // and all its parts are asked about themselves
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
	original, control := filled(0), filled(0)
	copied := original.clone()
	if !reflect.DeepEqual(original, copied) {
		t.Fatal("the copy is another client")
	}
	overwrite(reflect.ValueOf(&copied).Elem())
	if !reflect.DeepEqual(original, control) {
		t.Errorf("what was written to the copy is in the original: got %+v, want %+v", original, control)
	}
}

// overwrite changes what is behind every list and pointer, and leaves these
// themselves.
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

// propertiesChanged are the properties in which two clients differ.
func propertiesChanged(a, b Client) []string {
	var names []string
	for _, p := range Properties() {
		if !p.same(a, b) {
			names = append(names, p.Stored)
		}
	}
	return names
}

// propertiesKept are the properties that are as they were.
func propertiesKept(before, after Client) []string {
	differ := propertiesChanged(before, after)
	var names []string
	for _, p := range Properties() {
		if !slices.Contains(differ, p.Stored) {
			names = append(names, p.Stored)
		}
	}
	return names
}

// others is filled with every box of the opposite kind.
func others() Client {
	c := filled(1000)
	for _, p := range Properties() {
		if v := p.value(&c); v.Kind() == reflect.Bool {
			v.SetBool(false)
		}
	}
	return c
}

func TestARedeclarationLeavesAloneWhatAnAdministratorDecided(t *testing.T) {
	before := filled(0)
	after := before.clone()
	redeclared(&after, others())
	if after.SkipAuthorization {
		t.Error("another name still skips authorization")
	}
	after.SkipAuthorization = true
	want := []string{"id", "skip_authorization", "allowed_roles", "frappe", "frappe.send_errors", "disabled",
		"exchange.from", "exchange.impersonate", "exchange.delegate", "resources", "serves", "high_security", "opaque_tokens", "origins",
		"registration.token_hash", "registration.at", "secrets", "generation", "created", "updated", "created_by", "origin", "imported", "server"}
	if got := propertiesKept(before, after); !slices.Equal(got, want) {
		t.Errorf("kept %q, want %q", got, want)
	}
}

func TestTheDocumentOfAHubDecidesThisAndNothingElse(t *testing.T) {
	before := filled(0)
	after := before.clone()
	applyDocument(&after, others())
	want := []string{"name", "redirect_uris", "default_redirect_uri", "client_uri", "logo_uri", "tos_uri", "policy_uri", "jwks_uri", "jwks",
		"post_logout_redirect_uris", "backchannel_logout_uri", "server"}
	if got := propertiesChanged(before, after); !slices.Equal(got, want) {
		t.Errorf("changed %q, want %q", got, want)
	}
}

func TestAnImportDecidesThisAndNothingElse(t *testing.T) {
	before := filled(0)
	after := before.clone()
	after.take(others())
	want := []string{"name", "type", "auth_method", "redirect_uris", "default_redirect_uri", "grant_types", "response_types", "scopes",
		"pkce_optional", "skip_authorization", "allowed_roles", "id_token_alg", "id_token_claims", "registration.contacts", "registration.software_id",
		"registration.software_version", "client_uri", "logo_uri", "tos_uri", "policy_uri", "frappe"}
	if got := propertiesChanged(before, after); !slices.Equal(got, want) {
		t.Errorf("changed %q, want %q", got, want)
	}
	if got := before.differsIn(others()); len(got) != len(want) {
		t.Errorf("told of %q, want one for each of %q", got, want)
	}
	if !after.Frappe.SendErrors || after.Frappe.Awaited != before.Frappe.Awaited {
		t.Error("what was chosen here about the site is gone")
	}
}

// What is written by others is held against a rule, unless the table says that
// anything goes.
func TestThePropertiesHaveTheRulesOfTheTable(t *testing.T) {
	junk := "no such\x00thing "
	for _, p := range Properties() {
		if p.Setters != 0 && p.rule == nil {
			t.Errorf("%s has a setter and no rule", p.Stored)
		}
		c := webApp()
		c.Tidy()
		c.Frappe, c.CIBA.Delivery = &FrappeSite{URL: "https://erp.example.com"}, "ping"
		refused := false
		for _, value := range []any{junk, []string{junk}, slices.Repeat([]string{"a"}, maxList+1), new(int64(-1))} {
			v := p.value(&c)
			switch given := reflect.ValueOf(value); {
			case v.Kind() == reflect.String && given.Kind() == reflect.String:
				v.SetString(junk)
			case v.Type() == given.Type():
				v.Set(given)
			default:
				continue
			}
			if p.Stored == "algs.ciba_request" || strings.HasPrefix(p.Stored, "tls.") {
				c.AuthMethod = clientauth.MethodTLS
			}
			refused = refused || p.rule != nil && len(p.rule(c, false)) > 0
		}
		if v := p.value(&c); p.rule == nil || v.Kind() == reflect.Bool || v.Type() == reflect.TypeFor[*FrappeSite]() {
			continue
		}
		if isFree := reflect.ValueOf(p.rule).Pointer() == reflect.ValueOf(free).Pointer(); isFree == refused {
			t.Errorf("%s: its rule refused nonsense: %v; the table says that anything goes: %v", p.Stored, refused, isFree)
		}
	}
}
