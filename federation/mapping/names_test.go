package mapping_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/internal/jsonx"
)

func TestAListIsAListWhateverItsLength(t *testing.T) {
	for claim, want := range map[string]string{
		`["Support admin"]`:                    `["Support admin"]`,
		`["Support admin","staff"]`:            `["Support admin" "staff"]`,
		`["a, b"]`:                             `["a, b"]`,
		`["cn=staff,dc=example"]`:              `["cn=staff,dc=example"]`,
		`["/org/team:x.y"]`:                    `["/org/team:x.y"]`,
		`["staff",7,null,{"name":"boss"}]`:     `["staff"]`,
		`[""]`:                                 `[]`,
		`[]`:                                   `[]`,
		`null`:                                 `[]`,
		`7`:                                    `[]`,
		`{"staff":true}`:                       `[]`,
		``:                                     `[]`,
		`["` + strings.Repeat("x", 501) + `"]`: `[]`, // longer than a rule may be
	} {
		for _, separator := range []string{mapping.One, mapping.Blanks, mapping.Commas} {
			names := mapping.Names(jsonx.Value(claim), separator)
			if got := fmt.Sprintf("%q", mapping.Texts(names)); got != want {
				t.Errorf("%.40s, %q: got %s, want %s", claim, separator, got, want)
			}
			for _, name := range names {
				if name.Cut {
					t.Errorf("%.40s, %q: %q was cut out of a list", claim, separator, name.Text)
				}
			}
		}
	}
}

func TestATextIsOneNameUnlessTheKeySaysSeveral(t *testing.T) {
	for _, row := range []struct{ text, separator, want string }{
		{"Support admin", mapping.One, `whole "Support admin"`},
		{"Support admin, staff", mapping.One, `whole "Support admin, staff"`},
		{" admin", mapping.One, `whole " admin"`},
		{"Support admin", mapping.Blanks, `cut "Support" cut "admin"`},
		{"a,b  c", mapping.Blanks, `cut "a,b" cut "c"`},
		{"admin", mapping.Blanks, `whole "admin"`},
		{" admin", mapping.Blanks, `cut "admin"`},
		{"Support admin, staff,", mapping.Commas, `cut "Support admin" cut "staff"`},
		{"Support admin", mapping.Commas, `whole "Support admin"`},
		{",admin", mapping.Commas, `cut "admin"`},
		{"", mapping.Blanks, ""},
		{" , ", mapping.Commas, ""},
	} {
		claim, err := json.Marshal(row.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := described(mapping.Names(claim, row.separator)); got != row.want {
			t.Errorf("%.40q, %q: got %s, want %s", row.text, row.separator, got, row.want)
		}
	}
}

// Some users are in thousands of groups. All groups with a rule count; pages show
// a limited number.
func TestRulesAreAppliedBeforeAnythingIsBounded(t *testing.T) {
	for _, count := range []int{501, 5000} {
		groups := make([]any, count)
		for i := range groups {
			groups[i] = fmt.Sprint("group ", i)
		}
		groups[count/2], groups[count-1] = map[string]any{"name": "boss"}, "boss"
		claim, err := json.Marshal(groups)
		if err != nil {
			t.Fatal(err)
		}
		names := mapping.Names(claim, mapping.One)
		if got := fmt.Sprint(mapping.Rules{"boss": "chief", "group 0": "member"}.Roles(names)); got != "[chief member]" {
			t.Errorf("%d groups: got %s", count, got)
		}
		if got := len(mapping.Texts(names)); got != 500 {
			t.Errorf("%d groups: %d are shown", count, got)
		}
	}
	if got := mapping.Names(jsonx.Value(`"`+strings.Repeat("x ", 501)+`"`), mapping.Blanks); len(got) != 501 {
		t.Errorf("got %d names of 501", len(got))
	}
}

func described(names []mapping.Name) string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = map[bool]string{true: "cut ", false: "whole "}[n.Cut] + strconv.Quote(n.Text)
	}
	return strings.Join(all, " ")
}

// However a text is cut, nothing of it but the whole makes an administrator.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{`["Support admin"]`, `"Support admin"`, `"admin,staff"`, `"admin"`, `"\tadmin"`, `"a\u00a0admin"`, `[["admin"]]`, `{"a":"admin"}`} {
		f.Add([]byte(seed), mapping.Blanks)
		f.Add([]byte(seed), mapping.Commas)
		f.Add([]byte(seed), mapping.One)
	}
	rules := mapping.Rules{"admin": "admin", "staff": " admin "}
	f.Fuzz(func(t *testing.T, claim []byte, separator string) {
		names := mapping.Names(claim, separator)
		text, isText := jsonx.Text(claim)
		for _, n := range names {
			if isText && n.Cut == (n.Text == text) || !isText && n.Cut {
				t.Errorf("%q of %q: cut is %v", n.Text, claim, n.Cut)
			}
		}
		if len(rules.Roles(names)) > 0 && isText && rules[text] == "" {
			t.Errorf("%q makes an administrator, cut at %q", claim, separator)
		}
	})
}
