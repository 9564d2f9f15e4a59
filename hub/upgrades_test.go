package hub

import (
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/clients"
)

func TestWhatAnEarlierClientWasRegisteredForItIsRegisteredFor(t *testing.T) {
	for _, tt := range []struct {
		what, old        string
		grants, response []string
	}{
		{"an ordinary app", `"grant_type": "Authorization Code", "response_type": "Code", "refresh_tokens": true, "client_credentials": false, "scopes": ["openid"]`,
			[]string{clients.GrantCode, clients.GrantRefresh}, []string{"code"}},
		{"one that takes tokens from the address", `"grant_type": "Implicit", "response_type": "Token", "refresh_tokens": false, "client_credentials": false`,
			[]string{clients.GrantImplicit}, []string{"token"}},
		{"one with hybrid answers and devices", `"grant_type": "Authorization Code", "response_type": "Code", "refresh_tokens": true, "client_credentials": true,
			"grants": ["` + clients.GrantDevice + `", "implicit"], "response_types": ["code", "code id_token"]`,
			[]string{clients.GrantCode, clients.GrantImplicit, clients.GrantRefresh, clients.GrantClientCredentials, clients.GrantDevice}, []string{"code", "code id_token"}},
		{"a service", `"refresh_tokens": false, "client_credentials": true`, []string{clients.GrantClientCredentials}, nil},
	} {
		var raw bson.Raw
		if err := bson.UnmarshalExtJSON([]byte("{"+tt.old+`, "added": "by a newer program"}`), false, &raw); err != nil {
			t.Fatal(err)
		}
		upgraded, err := grantTypes(raw)
		if err != nil {
			t.Fatal(err)
		}
		var c clients.Client
		if err := bson.Unmarshal(upgraded, &c); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(c.GrantTypes, tt.grants) || !slices.Equal(c.ResponseTypes, tt.response) {
			t.Errorf("%s: got %q and %q", tt.what, c.GrantTypes, c.ResponseTypes)
		}
		if upgraded.Lookup("added").StringValue() != "by a newer program" || upgraded.Lookup("refresh_tokens").Type != 0 {
			t.Errorf("%s: got %s", tt.what, upgraded)
		}
		if again, err := grantTypes(upgraded); err != nil || again != nil {
			t.Errorf("%s: upgraded a second time: %s, %v", tt.what, again, err)
		}
	}
}
