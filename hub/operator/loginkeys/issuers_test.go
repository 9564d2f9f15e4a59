package loginkeys

import (
	"errors"
	"testing"

	"github.com/fedhub/fedhub/internal/forms"
)

// A move to an issuer whose keys nobody knows asks for its address, typed again.
func TestAChoiceAboutIdentitiesIsChecked(t *testing.T) {
	leave, move := IdentityChoice{Leave: true}, IdentityChoice{Move: true}
	typed := IdentityChoice{Move: true, Address: "https://id.example.org/"}
	for _, tt := range []struct {
		name   string
		m      MustDecide
		choice IdentityChoice
		field  string // that is wrong; empty: none
		asks   bool   // for a choice
	}{
		{"no choice", MustDecide{}, IdentityChoice{}, "", true},
		{"both", MustDecide{}, IdentityChoice{Move: true, Leave: true}, "", true},
		{"leave", MustDecide{Address: "https://id.example.org"}, leave, "", false},
		{"move to nobody", MustDecide{Address: "https://id.example.org"}, move, "identities", false},
		{"move to a stranger", MustDecide{Address: "https://id.example.org", To: "https://id.example.org"}, move, "identities_address", false},
		{"move, typed again", MustDecide{Address: "https://id.example.org", To: "https://id.example.org"}, typed, "", false},
		{"move to the same provider", MustDecide{Address: "https://id.example.org", To: "https://id.example.org", Same: true}, move, "", false},
		{"go on with a move", MustDecide{Address: "https://id.example.org", To: "https://id.example.org", Unfinished: true}, move, "", false},
	} {
		err := tt.m.check(tt.choice)
		asks, isAsk := errors.AsType[*MustDecide](err)
		problems, _ := errors.AsType[forms.Problems](err)
		if isAsk != tt.asks || isAsk && asks.Error() == "" || (len(problems) > 0) != (tt.field != "") || tt.field != "" && problems[0].Field != tt.field {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
