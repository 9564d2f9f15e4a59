package data

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

func TestAnEarlierKeyCutsTextsWithRolesWhereItDid(t *testing.T) {
	for _, tt := range []struct{ what, old, want string }{
		{"a place was named", `"kind": "openid", "claims": {"roles": "realm.roles", "added": 1}, "added": 1`,
			`{"kind":"openid","claims":{"roles":"realm.roles","added":1,"roles_text":"blanks"},"added":1}`},
		{"a provider described by hand", `"kind": "oauth2", "claims": {"subject": "id"}, "role_map": {"a.b": "c"}`,
			`{"kind":"oauth2","claims":{"subject":"id","roles_text":"blanks"},"role_map":{"a.b":"c"}}`},
		{"the same without claims", `"kind": "oauth2", "role_map": {"a": "c"}`, `{"kind":"oauth2","role_map":{"a":"c"},"claims":{"roles_text":"blanks"}}`},
		{"the same without rules", `"kind": "oauth2"`, ""},
		{"no place", `"kind": "openid", "claims": {"email": "mail"}, "role_map": {"a": "c"}`, ""},
		{"chosen already", `"kind": "openid", "claims": {"roles": "groups", "roles_text": "commas"}`, ""},
		{"another hub", `"kind": "peer", "role_map": {"a": "c"}`, ""},
		{"of another type", `"kind": 7, "claims": [], "role_map": "x"`, ""},
	} {
		var raw bson.Raw
		if err := bson.UnmarshalExtJSON([]byte("{"+tt.old+"}"), false, &raw); err != nil {
			t.Fatal(err)
		}
		upgraded, err := rolesText(raw)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if upgraded != nil {
			text, err := bson.MarshalExtJSON(upgraded, false, false)
			if err != nil {
				t.Fatal(err)
			}
			got = string(text)
			if again, err := rolesText(upgraded); err != nil || again != nil {
				t.Errorf("%s: upgraded a second time: %s, %v", tt.what, again, err)
			}
		}
		if got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.what, got, tt.want)
		}
	}
}
