package claimmap_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients/claimmap"
)

func TestOnlyFreeNamesCanBeMapped(t *testing.T) {
	rows := map[string]string{
		"department": "", "https://example.org/claims/team": "", "urn:example:team": "", "x-1.y_2": "", strings.Repeat("a", 100): "",
		"": "claims.name.bad", "1st": "claims.name.bad", "_x": "claims.name.bad", "a b": "claims.name.bad", "naïve": "claims.name.bad", `a"b`: "claims.name.bad",
		"a=b": "claims.name.bad", "a,b": "claims.name.bad", strings.Repeat("a", 101): "claims.name.bad",
		"SUB": "claims.name.protocol", "Email": "claims.name.standard", "ROLES": "claims.name.ours",
	}
	for _, name := range strings.Fields("iss sub aud exp iat nbf jti sid azp nonce auth_time acr amr at_hash c_hash s_hash cnf act client_id scope typ fam par " +
		"authorization_details active token_type username may_act events token_introspection sub_jwk") {
		rows[name] = "claims.name.protocol"
	}
	for _, name := range strings.Fields("name given_name family_name middle_name nickname preferred_username profile picture website email email_verified " +
		"gender birthdate zoneinfo locale phone_number phone_number_verified address updated_at") {
		rows[name] = "claims.name.standard"
	}
	rows["roles"], rows["groups"] = "claims.name.ours", "claims.name.ours"
	for name, want := range rows {
		if got := claimmap.NameFault(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestAMappingIsReadAsItIsWritten(t *testing.T) {
	for line, want := range map[string]claimmap.Mapping{
		"department=field:department":                                        {Claim: "department", Source: "field", Value: "department", Scope: "profile", In: []string{"userinfo"}},
		"department=field:department,scope=hr,in=userinfo+id_token+userinfo": {Claim: "department", Source: "field", Value: "department", Scope: "hr", In: []string{"id_token", "userinfo"}},
		`tags=constant:["a","b"],in=access_token`:                            {Claim: "tags", Source: "constant", Value: `["a","b"]`, Scope: "profile", In: []string{"access_token"}},
		"teams=groups:Sales + Staff,scope=teams":                             {Claim: "teams", Source: "groups", Value: "Sales+Staff", Scope: "teams", In: []string{"userinfo"}},
		"https://example.org/a=field:website":                                {Claim: "https://example.org/a", Source: "field", Value: "website", Scope: "profile", In: []string{"userinfo"}},
		"note=constant:a, b=c":                                               {Claim: "note", Source: "constant", Value: "a, b=c", Scope: "profile", In: []string{"userinfo"}},
	} {
		got, err := claimmap.Parse(line)
		if err != nil || !same(got, want) {
			t.Errorf("%s: got %+v, %v", line, got, err)
		}
		again, err := claimmap.Parse(got.String())
		if err != nil || !same(again, got) {
			t.Errorf("%s is read as %+v, %v", got, again, err)
		}
	}
	for _, line := range []string{"", "department", "department=field", "department:field"} {
		if m, err := claimmap.Parse(line); err == nil {
			t.Errorf("%q was read as %+v", line, m)
		}
	}
}

func same(a, b claimmap.Mapping) bool {
	return a.Claim == b.Claim && a.Source == b.Source && a.Value == b.Value && a.Scope == b.Scope && slices.Equal(a.In, b.In)
}

func TestWhatIsWrongWithMappings(t *testing.T) {
	scopes := []string{"openid", "profile", "hr", "offline_access"}
	for line, want := range map[string]string{
		"department=field:department,scope=hr":      "",
		"tenant=constant:acme,scope=openid":         "",
		"level=constant:3":                          "",
		"sub=constant:admin":                        "claim: claims.name.protocol",
		"email=field:website":                       "claim: claims.name.standard",
		"roles=field:department":                    "claim: claims.name.ours",
		"department=script:x":                       "source: claims.source.bad",
		"department=field:":                         "value: claims.value.missing",
		"teams=groups:+":                            "value: claims.value.missing",
		"nothing=constant:null":                     "value: claims.constant.bad",
		"deep=constant:[[[[[1]]]]]":                 "value: claims.constant.bad",
		"long=constant:" + strings.Repeat("a", 501): "value: claims.value.bad",
		"d=provider:google/hd":                      "source: claims.source.bad",
		"department=field:department,scope=payroll": "scope: claims.scope.foreign",
		"department=field:department,scope=openid":  "scope: claims.scope.silent",
		"staff=group:Staff,scope=offline_access":    "scope: claims.scope.silent",
		"department=field:department,in=":           "in: claims.in.bad",
		"department=field:department,in=logout":     "in: claims.in.bad",
		"tenant=constant:a\u0007b":                  "value: claims.value.bad",
	} {
		m, err := claimmap.Parse(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		got := ""
		if problems := claimmap.Check([]claimmap.Mapping{m}, scopes); len(problems) > 0 {
			got = problems[0].Field + ": " + problems[0].Code
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
	var many []claimmap.Mapping
	for range claimmap.Max + 1 {
		many = append(many, claimmap.Mapping{Claim: "a"})
	}
	if p := claimmap.Check(many, scopes); len(p) != 1 || p[0].Code != "claims.many" {
		t.Errorf("51 claims: %v", p)
	}
	twice := []claimmap.Mapping{{Claim: "team", Source: "constant", Value: "1", Scope: "hr", In: []string{"userinfo"}}, {Claim: "TEAM", Source: "constant", Value: "1", Scope: "hr", In: []string{"userinfo"}}}
	if p := claimmap.Check(twice, scopes); len(p) != 1 || p[0].Code != "claims.name.twice" {
		t.Errorf("two of one name: %v", p)
	}
}

func TestARecordThatWasEditedReleasesNoClaimOfTheProtocol(t *testing.T) {
	for _, claim := range []string{"sub", "Sub", "roles", "email", "department"} {
		m := claimmap.Mapping{Claim: claim, Source: claimmap.Field, Value: "x", Scope: "hr", In: claimmap.Places()}
		if got := m.Releases(claimmap.IDToken, []string{"hr"}); got != (claim == "department") {
			t.Errorf("%s: %v", claim, got)
		}
		if got := len(claimmap.Extras([]claimmap.Mapping{m}, []string{"hr"})); got != map[bool]int{true: 1}[claim == "department"] {
			t.Errorf("%s: users are asked about %d claims", claim, got)
		}
	}
}

func TestAConstantIsJSONOrAText(t *testing.T) {
	for value, want := range map[string]string{"acme": `"acme"`, "3": "3", "true": "true", `"3"`: `"3"`, `{"a":[1]}`: `{"a":[1]}`, `{"a"`: `"{\"a\""`, `{"a":1,"a":2}`: `"{\"a\":1,\"a\":2}"`} {
		got, err := json.Marshal(claimmap.Mapping{Value: value}.JSON())
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v, want %s", value, got, err, want)
		}
	}
}

func TestAnExtraNamesTheClaimAndItsSource(t *testing.T) {
	m := claimmap.Mapping{Claim: "department", Source: claimmap.Field, Value: "a=b:c"}
	got := claimmap.OfExtra(strings.TrimPrefix(m.Extra(), claimmap.ExtraPrefix))
	if !same(got, m) {
		t.Errorf("got %+v, want %+v", got, m)
	}
}

func FuzzParse(f *testing.F) {
	for _, line := range []string{"department=field:department,scope=hr,in=id_token+userinfo", `tags=constant:["a","b"],in=access_token`, "a=groups:b+c", "=:", "a=b:,scope=,in="} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		m, err := claimmap.Parse(line)
		if err != nil || len(claimmap.Check([]claimmap.Mapping{m}, nil)) > 0 {
			return
		}
		again, err := claimmap.Parse(m.String())
		if err != nil || !same(again, m) {
			t.Errorf("%q is %q, which is read as %+v", line, m, again)
		}
		if _, err := json.Marshal(m.JSON()); m.Source == claimmap.Constant && err != nil {
			t.Errorf("%q: %v", line, err)
		}
	})
}
