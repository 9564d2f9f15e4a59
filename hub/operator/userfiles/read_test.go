package userfiles

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/internal/forms"
)

func TestAFileIsRead(t *testing.T) {
	want := "ada@example.org|Ada Lovelace|+49 30 1|Clerk, Editor|true"
	for name, file := range map[string]string{
		"commas":     "email,name,phone_number,roles,disabled,email_verified\nada@example.org,Ada Lovelace,+49 30 1,\"Clerk, Editor\",true,\n",
		"semicolons": "\xef\xbb\xbfEmail; Name ;phone_number;roles;disabled\r\nada@example.org;Ada Lovelace;'+49 30 1;Clerk, Editor;TRUE\r\n",
		"JSON":       ` [{"email":"ada@example.org","name":"Ada Lovelace","phone_number":"+49 30 1","roles":["Clerk","Editor"],"disabled":true,"email_verified":null}]`,
	} {
		rows, err := Read([]byte(file))
		if err != nil || len(rows) != 1 {
			t.Errorf("%s: %v, %v", name, rows, err)
			continue
		}
		v := rows[0].Values
		if got := strings.Join([]string{v[Email], v[Name], v[Phone], v[Roles], v[Disabled]}, "|"); got != want {
			t.Errorf("%s: got %s", name, got)
		}
		for _, column := range []string{Locale, Verified} {
			if _, ok := rows[0].has(column); ok {
				t.Errorf("%s: it has a value for %s", name, column)
			}
		}
	}
}

func TestABadFileIsRefused(t *testing.T) {
	for file, code := range map[string]string{
		"":                                  "userfile.empty",
		"email,shoe_size\na@b.example,43":   "userfile.column",
		"email,email\na@b.example,c":        "userfile.column.twice",
		"name\nAda":                         "userfile.column.email",
		"email,disabled\na@b.example,yes":   "userfile.flag",
		"email,name\na@b.example":           "userfile.csv",
		"email,name\n\"a@b.example":         "userfile.csv",
		`{"email":"a@b.example"}`:           "userfile.json",
		`[{"email":"a","email":"b"}]`:       "userfile.json",
		`[{"name":"Ada"}]`:                  "userfile.column.email",
		`[{"email":"a","roles":"Clerk"}]`:   "userfile.member",
		`[{"email":"a","disabled":"true"}]`: "userfile.member",
		"email,name\na@b.example," + strings.Repeat("x", mostValue+1): "userfile.long",
	} {
		_, err := Read([]byte(file))
		if problems := forms.Of(err); len(problems) != 1 || problems[0].Code != code {
			t.Errorf("%.60q: got %v, want %s", file, err, code)
		}
	}
}

func TestACellIsNotCalculated(t *testing.T) {
	for _, value := range []string{"=1+1", "+49 30 1", "-1", "@SUM(A1)", "\tx", "Ada", ""} {
		in := cell(value)
		if in != "" && strings.ContainsRune("=+-@\t\r", rune(in[0])) {
			t.Errorf("%q is written as %q", value, in)
		}
		if got := plain(in); got != strings.TrimPrefix(value, "") {
			t.Errorf("%q comes back as %q", value, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("email,name\nada@example.org,Ada"))
	f.Add([]byte(`[{"email":"ada@example.org","roles":["Clerk"]}]`))
	f.Add([]byte("email;disabled\n'=x;1"))
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, err := Read(file)
		if err != nil && len(forms.Of(err)) == 0 {
			t.Errorf("no problem of a form: %v", err)
		}
		for _, r := range rows {
			if _, ok := r.has(Email); !ok {
				t.Errorf("a row without a column email: %v", r)
			}
			for name, v := range r.Values {
				if len(v) > mostValue || isFlag(name) && v != "true" && v != "false" {
					t.Errorf("%s is %q", name, v)
				}
			}
		}
	})
}
