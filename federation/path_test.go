package federation_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/jsonx"
)

const described = `{
	"id": 7,
	"data": {"emails": [{"address": "ada@example.org"}, null], "name": "Ada"},
	"https://example.org/roles": ["staff"],
	"realm_access": {"roles": ["a", "b"]},
	"a": {"b.c": "inner", "b": {"c": "deep"}},
	"resource_access": {"payroll.acme.example": {"roles": ["clerk"]}, "payroll": {"roles": ["other"]}},
	"x.y": 7, "x": {"y": {"z": "behind"}}
}`

func TestAPathLeadsToOnePlace(t *testing.T) {
	document := jsonx.Value(described)
	for path, want := range map[string]string{
		"id":                        `7`,
		"data.emails.0.address":     `"ada@example.org"`,
		"data.name":                 `"Ada"`,
		"https://example.org/roles": `["staff"]`,
		"realm_access.roles":        `["a", "b"]`,
		"realm_access.roles.1":      `"b"`,
		"a.b.c":                     `"inner"`,  // the longer name comes first
		"x.y.z":                     `"behind"`, // of those that lead on
		"x.y":                       `7`,

		"resource_access.payroll.acme.example.roles":   `["clerk"]`,
		"resource_access.payroll.acme.example.roles.0": `"clerk"`,
		"resource_access.payroll.roles":                `["other"]`,
	} {
		p, err := federation.ParsePath(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got, found := jsonx.At(document, p); !found || string(got) != want {
			t.Errorf("%s: got %s, want %v", path, got, want)
		}
	}
	for _, path := range []string{"", "ID", "data.emails.2", "data.emails.-1", "data.emails.00", "data.emails.address", "id.0", "data.name.0", "0"} {
		p, err := federation.ParsePath(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if got, found := jsonx.At(document, p); found {
			t.Errorf("%s: got %v, want nothing", path, got)
		}
	}
}

func TestAPathThatIsNoneIsRefused(t *testing.T) {
	for _, path := range []string{".", "a.", ".a", "a..b", " a", "a\nb", "a\u202eb", strings.Repeat("a", 256), strings.Repeat("a.", 16) + "a"} {
		if p, err := federation.ParsePath(path); err == nil {
			t.Errorf("%q: got %v", path, p)
		}
	}
}

func FuzzPath(f *testing.F) {
	for _, path := range []string{"", "id", "data.emails.0.address", "https://example.org/roles", "a.b.c", "..", "a.99999999999999999999"} {
		f.Add(path, described)
	}
	f.Fuzz(func(t *testing.T, text, document string) {
		path, err := federation.ParsePath(text)
		if err != nil {
			return
		}
		if path.String() != text {
			t.Errorf("%q became %q", text, path.String())
		}
		found, ok := jsonx.At(jsonx.Value(document), path)
		if !ok && found != nil {
			t.Errorf("%q: something was found and not", text)
		}
	})
}
