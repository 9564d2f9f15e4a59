package selfservice

import (
	"testing"

	"github.com/fedhub/fedhub/hub/audit"
)

func TestWhatAUserCanDisown(t *testing.T) {
	for name, row := range map[string]struct {
		event audit.Event
		want  bool
	}{
		"a sign-in":                       {audit.Event{Kind: audit.SignInOK, Actor: "ada"}, true},
		"a change":                        {audit.Event{Kind: audit.PasswordChanged, Actor: "ada", Target: "ada"}, true},
		"an approval on another device":   {audit.Event{Kind: audit.Collected, Target: "ada", Client: "tv"}, true},
		"another's sign-in":               {audit.Event{Kind: audit.SignInOK, Actor: "bob"}, false},
		"another's approval":              {audit.Event{Kind: audit.Collected, Target: "bob"}, false},
		"an administrator's change":       {audit.Event{Kind: audit.UserChanged, Actor: "root", Target: "ada"}, false},
		"a change to another":             {audit.Event{Kind: audit.UserChanged, Actor: "ada", Target: "bob"}, false},
		"what an email's link did":        {audit.Event{Kind: audit.PasskeyRemoved, Actor: "letter", Target: "ada"}, false},
		"a failed sign-in":                {audit.Event{Kind: audit.SignInFailed, Target: "ada"}, false},
		"a sign-out":                      {audit.Event{Kind: audit.SignOut, Actor: "ada"}, false},
		"a change to an application":      {audit.Event{Kind: audit.ClientChanged, Actor: "ada", Target: "app"}, false},
		"an event that names nobody":      {audit.Event{Kind: audit.SignInOK}, false},
		"roles that an administrator set": {audit.Event{Kind: audit.RolesChanged, Actor: "ada", Target: "ada"}, false},
	} {
		if got := Disownable(row.event, "ada"); got != row.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
