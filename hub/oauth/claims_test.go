package oauth

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestTheClaimsParameterIsRead(t *testing.T) {
	// The example of OIDC Core §5.5, and what else may stand in one.
	got, err := ParseClaims(`{
		"userinfo": {"given_name": {"essential": true}, "nickname": null, "email": {"essential": true},
			"http://example.info/claims/groups": null, "family_name#de": null},
		"id_token": {"auth_time": {"essential": true}, "acr": {"values": ["urn:mace:incommon:iap:silver", "2"]},
			"sub": {"value": "248289761001"}, "level": {"value": 2}},
		"somewhere_else": 1}`)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Userinfo["given_name"].Essential || got.Userinfo["nickname"].Essential {
		t.Errorf("essential: got %+v", got.Userinfo)
	}
	if _, found := got.Userinfo["family_name"]; !found {
		t.Error("a claim with a language tag is lost")
	}
	if texts := fmt.Sprint(got.IDToken["acr"].Texts()); texts != "[urn:mace:incommon:iap:silver 2]" {
		t.Errorf("acr: got %s", texts)
	}
	if sub := got.IDToken["sub"]; !sub.Admits("248289761001") || sub.Admits("248289761002") {
		t.Error("sub: another value is admitted, or the wanted one is not")
	}
	if level := got.IDToken["level"]; !level.Admits(int64(2)) || level.Admits("2") {
		t.Error("a number and a text are mixed up")
	}
	if empty, err := ParseClaims(""); err != nil || empty.Userinfo != nil || empty.IDToken != nil {
		t.Errorf("no parameter: got %+v, %v", empty, err)
	}
}

func TestAClaimsParameterOfAnotherShapeIsRefused(t *testing.T) {
	many := `{"id_token":{` + strings.Repeat(`"x":1,`, 3) + `"y":null}}`
	for _, raw := range []string{
		"null", "[]", `"x"`, "{", "1", `{} {}`, `{"userinfo":[]}`, `{"userinfo":"name"}`, `{"id_token":{"acr":"2"}}`,
		`{"id_token":{"acr":{"essential":"yes"}}}`, `{"id_token":{"acr":{"values":"2"}}}`, many,
		`{"id_token":{"x":null}` + strings.Repeat(" ", maxClaimsBytes) + "}",
	} {
		_, err := ParseClaims(raw)
		var refused *Error
		if !errors.As(err, &refused) || refused.Code != "invalid_request" {
			t.Errorf("%.60s: got %v, want invalid_request", raw, err)
		}
	}
}

func FuzzClaimsParameter(f *testing.F) {
	for _, seed := range []string{`{"id_token":{"acr":{"values":["1"],"value":"2","essential":true}}}`, `{"userinfo":{"name#de":null,"name":{}}}`,
		`{"id_token":{"":null,"#":null}}`, `{"id_token":null}`, "\xff", strings.Repeat(`{"userinfo":`, 50)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, err := ParseClaims(raw)
		if err != nil {
			var refused *Error
			if !errors.As(err, &refused) {
				t.Fatalf("%v is no *Error", err)
			}
			return
		}
		for _, wishes := range []map[string]ClaimWish{got.Userinfo, got.IDToken} {
			for name, wish := range wishes {
				if strings.Contains(name, "#") || len(wishes) > maxClaims {
					t.Fatalf("got the claim %q of %d", name, len(wishes))
				}
				for _, value := range wish.Values {
					if !wish.Admits(value) {
						t.Fatalf("%v is wanted and not admitted", value)
					}
				}
			}
		}
		if raw != "" && !json.Valid([]byte(raw)) {
			t.Fatalf("%q is no JSON and was read", raw)
		}
	})
}
