package claims

import (
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
