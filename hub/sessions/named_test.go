package sessions_test

import (
	"testing"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
)

func TestWhomALoginHintNames(t *testing.T) {
	ada := users.User{EmailKey: "ada@example.org", Email: "Ada@example.org"}
	for _, row := range []struct {
		what string
		user users.User
		hint string
		want bool
	}{
		{"the address", ada, "ADA@Example.org ", true},
		{"another address", ada, "bob@example.org", false},
		{"nothing", ada, " ", false},
		{"a name in the profile that looks like an address", users.User{EmailKey: "eve@example.org", Profile: users.Profile{Username: "ada@example.org"}}, "ada@example.org", false},
		{"the user name to sign in with", users.User{SignInName: "ada", Profile: users.Profile{Username: "ada.l"}}, "Ada", true},
		{"a name in the profile beside it", users.User{SignInName: "ada", Profile: users.Profile{Username: "ada.l"}}, "ada.l", false},
		{"the name of a provider", users.User{Profile: users.Profile{Username: "ada.l"}}, "ada.l", true},
	} {
		if got := (sessions.Person{User: row.user}).Named(row.hint); got != row.want {
			t.Errorf("%s: %v", row.what, got)
		}
	}
}
