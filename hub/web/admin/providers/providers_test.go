package providers

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestNamesOfGroupsMayHaveEqualsSigns(t *testing.T) {
	got, ok := pairs("cn=staff,dc=example = editor\n\nadmins=admin", strings.LastIndex)
	if want := map[string]string{"cn=staff,dc=example": "editor", "admins": "admin"}; !ok || !maps.Equal(got, want) {
		t.Errorf("got %v, %t", got, ok)
	}
	if got, ok := pairs("prompt", strings.Index); ok {
		t.Errorf("a line without an equals sign became %v", got)
	}
}

func TestADomainMayBeTypedWithAnAt(t *testing.T) {
	if got := domains("@Example.org, example.com"); !slices.Equal(got, []string{"example.org", "example.com"}) {
		t.Errorf("got %q", got)
	}
}

func TestHostsOfATenantGoWithIt(t *testing.T) {
	got := moved([]string{"one.example", "cdn.example"}, []string{"one.example"}, []string{"two.example"})
	if !slices.Equal(got, []string{"cdn.example", "two.example"}) {
		t.Errorf("got %q", got)
	}
}

func TestARoleThatHasNoRuleIsNobodysHere(t *testing.T) {
	got := rolesHere(map[string]string{"Admins": "admin", "Root": "admin"}, []string{"Admins", "Guests", "Root"})
	if !slices.Equal(got, []string{"admin"}) {
		t.Errorf("got %q", got)
	}
}
