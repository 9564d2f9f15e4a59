package authrequest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/fapi"
	"github.com/fedhub/fedhub/hub/oauth"
)

func members(t testing.TB, text string) map[string]json.RawMessage {
	t.Helper()
	var m map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestParametersAreTakenFromAnObjectAsTheyStand(t *testing.T) {
	params, err := paramsOf(members(t, `{"iss":"c","aud":"x","exp":1,"state":"a b","max_age":60,"claims":{ "userinfo": {"name":null} },
		"resource":["https://a","https://b"],"prompt":null,"nonce":"","authorization_details":[ {"type":"t"} ]}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"state": "a b", "max_age": "60", "claims": `{"userinfo":{"name":null}}`, "authorization_details": `[{"type":"t"}]`, "iss": "", "exp": "",
	} {
		if params[name] != want {
			t.Errorf("%s: got %q, want %q", name, params[name], want)
		}
	}
	if !slices.Equal(params.All("resource"), []string{"https://a", "https://b"}) {
		t.Errorf("resource: got %q", params.All("resource"))
	}
	if !params.Has("nonce") || params.Has("prompt") {
		t.Error("empty is not absent, and null is")
	}
	if _, err := paramsOf(members(t, `{"state":"a\u0000b"}`)); oauth.Code(err) != "invalid_request_object" {
		t.Errorf("a NUL: got %v", err)
	}
}

func TestAnObjectIsHeldAgainstTheClock(t *testing.T) {
	const issuer = "https://id.example.org"
	now := time.Unix(1_000_000, 0)
	standard, high := clients.Client{ID: "c"}, clients.Client{ID: "c", HighSecurity: fapi.MessageSigning}
	for _, tt := range []struct {
		name         string
		claims       string
		standard, ok bool // whether it is valid for each of the two
	}{
		{"everything", `{"iss":"c","aud":"https://id.example.org","exp":1000060,"nbf":999999}`, true, true},
		{"several audiences", `{"iss":"c","aud":["x","https://id.example.org"],"exp":1000060,"nbf":999999}`, true, true},
		{"nothing", `{}`, true, false},
		{"another iss", `{"iss":"d","aud":"https://id.example.org","exp":1000060,"nbf":999999}`, false, false},
		{"another aud", `{"iss":"c","aud":"https://other","exp":1000060,"nbf":999999}`, false, false},
		{"no exp", `{"iss":"c","aud":"https://id.example.org","nbf":999999}`, true, false},
		{"no nbf", `{"iss":"c","aud":"https://id.example.org","exp":1000060}`, true, false},
		{"expired", `{"iss":"c","aud":"https://id.example.org","exp":999900,"nbf":999800}`, false, false},
		{"8 seconds early", `{"iss":"c","aud":"https://id.example.org","exp":1000060,"nbf":1000008}`, true, true},
		{"not yet", `{"iss":"c","aud":"https://id.example.org","exp":1000300,"nbf":1000100}`, false, false},
		{"70 minutes long", `{"iss":"c","aud":"https://id.example.org","exp":1004200,"nbf":1000000}`, true, false},
		{"70 minutes old", `{"iss":"c","aud":"https://id.example.org","exp":1000010,"nbf":995800}`, true, false},
		{"the client as its subject", `{"iss":"c","sub":"c","aud":"https://id.example.org","exp":1000060,"nbf":999999}`, false, false},
		{"exp as text", `{"exp":"1000060"}`, false, false},
	} {
		for client, want := range map[*clients.Client]bool{&standard: tt.standard, &high: tt.ok} {
			err := checkClaims(members(t, tt.claims), *client, issuer, now)
			if (err == nil) != want || (err != nil && oauth.Code(err) != "invalid_request_object") {
				t.Errorf("%s, high security %q: got %v", tt.name, client.HighSecurity, err)
			}
		}
	}
}

func FuzzRequestObject(f *testing.F) {
	for _, seed := range []string{`{}`, `{"a":"b"}`, `{"resource":["x"]}`, `{"claims":{"a":[1]}}`, `{"aud":[1]}`, `{"exp":1e400}`, `{"x":"\ud800"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var m map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &m) != nil {
			return
		}
		checkClaims(m, clients.Client{ID: "c", HighSecurity: fapi.Security}, "i", time.Unix(0, 0)) //nolint:errcheck // it must only not panic
		params, err := paramsOf(m)
		if err != nil {
			if oauth.Code(err) != "invalid_request_object" {
				t.Fatalf("unnamed error %v", err)
			}
			return
		}
		for name, value := range params {
			if name != "resource" && strings.ContainsRune(value, 0) {
				t.Fatalf("%q holds a NUL: %q", name, value)
			}
		}
	})
}
