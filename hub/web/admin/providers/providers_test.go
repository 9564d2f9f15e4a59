package providers

import (
	"maps"
	"slices"
	"testing"

	"github.com/fedhub/fedhub/federation"
)

func TestValuesOfParametersMayHaveEqualsSigns(t *testing.T) {
	got, ok := pairs("audience = a=b\n\nprompt=none")
	if want := map[string]string{"audience": "a=b", "prompt": "none"}; !ok || !maps.Equal(got, want) {
		t.Errorf("got %v, %t", got, ok)
	}
	if got, ok := pairs("prompt"); ok {
		t.Errorf("a line without an equals sign became %v", got)
	}
}

func TestARoleThatHasNoRuleIsNobodysHere(t *testing.T) {
	key := federation.LoginKey{RoleMap: map[string]string{"Admins": "admin", "Root": "admin", "Staff": "staff"}}
	if got := rolesHere(key, []string{"Admins", "Guests", "Root"}); !slices.Equal(got, []string{"admin"}) {
		t.Errorf("got %q", got)
	}
	key.Kind = federation.KindFrappe // an old one keeps administrators out
	if got := rolesHere(key, []string{"Admins", "Staff"}); !slices.Equal(got, []string{"staff"}) {
		t.Errorf("at an old site: got %q", got)
	}
}
