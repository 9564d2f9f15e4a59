package listing

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/users"
)

func TestTheKeysOfAUser(t *testing.T) {
	named := func(name string) users.Profile { return users.Profile{Name: name} }
	for _, tt := range []struct {
		u    users.User
		want users.ListKeys
	}{
		{users.User{Profile: named("Zoë MÜLLER"), EmailVerified: true}, users.ListKeys{NameKey: "zoë müller"}},
		{users.User{Email: "Ada@Example.org", EmailVerified: true, Disabled: true}, users.ListKeys{NameKey: "ada@example.org", DisabledKey: "ada@example.org"}},
		{users.User{ID: "1"}, users.ListKeys{NameKey: "1", UnverifiedKey: "1"}},
	} {
		if got := KeysOf(tt.u); got != tt.want {
			t.Errorf("got %+v, want %+v", got, tt.want)
		}
	}
	if got := KeysOf(users.User{Profile: named(strings.Repeat("ü", 200))}); len(got.NameKey) > maxNameKey {
		t.Errorf("a key of %d bytes", len(got.NameKey))
	}
}
