package claims

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/mapping"
)

func TestAPathFindsWhatItNames(t *testing.T) {
	d, err := Parse([]byte(`{"a":{"b":[{"c":"deep"}],"x.y":1},"a.b":"dotted","n":null,"t":true,"s":"true"}`))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"a.b.0.c": "deep", "a.b": "dotted", "s": "true", "n": "", "a": "", "a.b.1.c": "", "a.b.-1.c": "", "a.b.x.c": "", "A.b.0.c": "", "": "", ".": "", "s.t": "",
	} {
		if got := d.Text(path, 99); got != want {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
	if d.IsTrue("s") || !d.IsTrue("t") {
		t.Error("true is the JSON value alone")
	}
}

// FE-25
func TestAnIDNamesSomebody(t *testing.T) {
	for value, want := range map[string]string{
		`7`: "7", `12345678901234567890`: "12345678901234567890", `"ada"`: "ada", `"007"`: "007", `"1.5"`: "1.5",
		`0`: "", `"0"`: "", `"000"`: "", `""`: "", `" "`: "", `null`: "", `1.5`: "", `1e6`: "", `-7`: "", `true`: "", `[7]`: "", `{}`: "",
		`"a\u0000"`: "", `"a\n"`: "", `" a"`: "", `"null"`: "", `"<nil>"`: "", `"` + strings.Repeat("x", 256) + `"`: "",
	} {
		d, err := Parse([]byte(`{"id":` + value + `}`))
		if err != nil {
			t.Fatalf("%s: %v", value, err)
		}
		if got, err := d.ID("id"); (err == nil) != (want != "") || want != "" && got != want {
			t.Errorf("%s: got %q and %v, want %q", value, got, err, want)
		}
	}
}

// FE-40
func TestADocumentCanBeReadInOneWayOnly(t *testing.T) {
	for _, text := range []string{
		``, `null`, `7`, `"x"`, `{`, `{"a":1}{"b":2}`, `{"a":1,"a":2}`, `{"x":{"a":1,"a":2}}`, `[{"a":1,"a":2}]`, "\xff\xfe{\x00}\x00",
		`{"a":NaN}`, `{'a':1}`, `{"a":1,}`, strings.Repeat("[", 100) + strings.Repeat("]", 100), strings.Repeat(`{"a":`, 100000),
	} {
		if d, err := Parse([]byte(text)); err == nil {
			t.Errorf("%.40q was read as %v", text, d)
		}
	}
}

// A document with a valid sub is accepted even if other claims have the wrong
// type. Such claims count as missing.
func TestWhatOnlyDescribesMayBeOfAnyShape(t *testing.T) {
	for _, odd := range []string{`null`, `7`, `true`, `""`, `[]`, `[null,7,{}]`, `{}`, `{"a":{"b":1}}`, `1e400`} {
		var text strings.Builder
		text.WriteString(`{"id":7`)
		for _, name := range []string{"name", "given_name", "family_name", "preferred_username", "picture", "locale", "roles", "email", "email_verified", "_claim_names", "_claim_sources", "hasgroups"} {
			text.WriteString(`,"` + name + `":` + odd)
		}
		d, err := Parse([]byte(text.String() + "}"))
		if err != nil {
			t.Fatal(err)
		}
		id, err := d.Identity(federation.Claims{Subject: "id"}, mapping.Rules{"staff": "member"})
		if want := (federation.Identity{Subject: "7"}); err != nil || fmt.Sprintf("%+v", id) != fmt.Sprintf("%+v", want) {
			t.Errorf("%s: got %+v and %v", odd, id, err)
		}
	}
}

// For a user in more than 200 groups, Entra ID sends a link to the groups instead
// of the groups.
func TestRolesThatAnotherPlaceHasAreUnknown(t *testing.T) {
	rules := mapping.Rules{"staff": "member"}
	for _, row := range []struct {
		name, text, place string
		want              string
	}{
		{"named elsewhere", `{"_claim_names":{"groups":"src1"},"_claim_sources":{"src1":{"endpoint":"https://x"}}}`, "", "[] true"},
		{"without a source", `{"_claim_names":{"groups":"src1"}}`, "", "[] true"},
		{"with no room for names", `{"hasgroups":true}`, "", "[] true"},
		{"roles are there", `{"roles":["staff"],"_claim_names":{"groups":"src1"}}`, "", "[member] true"},
		{"groups are there all the same", `{"groups":["staff"],"_claim_names":{"groups":"src1"}}`, "", "[member] false"},
		{"in another document", `{"groups":["staff"]}`, "", "[member] false"},
		{"another claim", `{"_claim_names":{"address":"src1"}}`, "", "[] false"},
		{"the key looks elsewhere", `{"team":"staff","_claim_names":{"groups":"src1"}}`, "team", "[member] false"},
		{"the place of the key", `{"_claim_names":{"realm":"src1"}}`, "realm.roles", "[] true"},
		{"of another shape", `{"_claim_names":["groups"]}`, "", "[] false"},
		{"nothing", `{}`, "", "[] false"},
	} {
		d, err := Parse([]byte(row.text))
		if err != nil {
			t.Fatal(err)
		}
		said := Description{Documents: []Document{d}, At: federation.Claims{Roles: row.place}}
		if row.name == "in another document" {
			first, err := Parse([]byte(`{"_claim_names":{"groups":"src1"}}`))
			if err != nil {
				t.Fatal(err)
			}
			said.Documents = []Document{first, d}
		}
		roles, unknown := said.Roles(rules, "roles", "groups").Here()
		if got := fmt.Sprint(roles, unknown); got != row.want {
			t.Errorf("%s: got %s, want %s", row.name, got, row.want)
		}
		if _, unknown := said.Roles(nil, "roles", "groups").Here(); unknown {
			t.Errorf("%s: roles are unknown where no rule gives any", row.name)
		}
	}
}

// FuzzDescription: no document makes the reader fail because of optional claims,
// or return values that it does not contain.
func FuzzDescription(f *testing.F) {
	for _, seed := range []string{`{"name":7,"roles":[null,"staff"]}`, `{"_claim_names":{"groups":1}}`, `{"a.b":{"c":"x"},"a":{"b.c":1}}`, `[{"name":"x"}]`} {
		f.Add([]byte(seed), "a.b.c")
	}
	f.Fuzz(func(t *testing.T, text []byte, place string) {
		d, err := Parse(text)
		if err != nil {
			return
		}
		said := Description{Documents: []Document{{}, d}, At: federation.Claims{Name: place, Roles: place}}
		id := said.Person()
		if len(id.Name) > maxName || id.Picture != Picture(id.Picture) || id.Name != federation.CleanText(id.Name, maxName) {
			t.Errorf("%q at %q: got %+v", text, place, id)
		}
		roles, _ := said.Roles(mapping.Rules{"staff": "member"}, "roles", "groups").Here()
		if len(roles) > 1 || len(roles) == 1 && roles[0] != "member" {
			t.Errorf("%q at %q: got %q", text, place, roles)
		}
	})
}

func FuzzDocument(f *testing.F) {
	for _, seed := range []string{
		`{"id":7,"email":"ada@example.org","email_verified":true,"roles":["staff"]}`, `{"id":"","email":"a@b@c"}`, `[{"id":1}]`, `{"id":1e400}`, `{"a":{"b":[1]}}`,
	} {
		f.Add([]byte(seed), "id")
	}
	f.Fuzz(func(t *testing.T, text []byte, path string) {
		d, err := Parse(text)
		if err != nil {
			return
		}
		id, err := d.Identity(federation.Claims{Subject: path}, mapping.Rules{"staff": "member"})
		if err != nil {
			return
		}
		if CheckID(id.Subject) != nil || id.EmailVerified && id.Email == "" || len(id.Name) > maxName || len(id.Roles) > 1 {
			t.Errorf("%q: got %+v", text, id)
		}
	})
}
