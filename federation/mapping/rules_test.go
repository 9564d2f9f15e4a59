package mapping_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation/mapping"
)

func TestARuleIsDividedAtItsLastEqualsSignWithBlanksAroundIt(t *testing.T) {
	for line, want := range map[string][2]string{
		"admins = admin":                {"admins", "admin"},
		"  admins  =  admin  ":          {"admins", "admin"},
		"staff=staff":                   {"staff", "staff"},
		"Support admin = help desk":     {"Support admin", "help desk"},
		"cn=staff,dc=example = staff":   {"cn=staff,dc=example", "staff"},
		"a = b = c":                     {"a = b", "c"},
		"/org/team:x.y = a, b":          {"/org/team:x.y", "a, b"},
		"https://x.example/r?a=b = x=y": {"https://x.example/r?a=b", "x=y"},
		"a = = b":                       {"a =", "b"},
		"cn=staff,dc=example":           {}, // which of the two is no rule's to say
		"cn=staff,dc=example=staff":     {},
		"admins":                        {},
		"= admin":                       {},
		"admins =":                      {},
		"":                              {},
	} {
		there, here, ok := mapping.ParseRule(line)
		if ok != (want[0] != "") || ok && [2]string{there, here} != want {
			t.Errorf("%q: got %q and %q, %v", line, there, here, ok)
		}
	}
}

func TestRulesStandOneToALine(t *testing.T) {
	rules, problems := mapping.ParseRules("cn=a,dc=b = x y\r\n\r\nstaff = member\rstaff = member\n")
	if problems != nil || !maps.Equal(rules, mapping.Rules{"cn=a,dc=b": "x y", "staff": "member"}) {
		t.Errorf("got %q and %v", rules, problems)
	}
	if got := rules.String(); got != "cn=a,dc=b = x y\nstaff = member" {
		t.Errorf("they are written as %q", got)
	}
	_, problems = mapping.ParseRules("staff = member\nboss\nstaff = chief")
	if got := problems.Error(); got != "role_map: provider.rule.bad[line:2]; role_map: provider.rule.twice[line:3]" {
		t.Errorf("got %s", got)
	}
}

func TestRulesWithoutAdminKeepAllOthers(t *testing.T) {
	rules := mapping.Rules{"admin": "admin", "boss": "\u00a0admin ", "staff": "member", "Admin": "Admin"}
	if got := rules.WithoutAdmin(); !maps.Equal(got, mapping.Rules{"staff": "member", "Admin": "Admin"}) || len(rules) != 4 {
		t.Errorf("got %q of %q", got, rules)
	}
}

func TestAWordOfATextNeverMakesAnAdministrator(t *testing.T) {
	rules := mapping.Rules{"admin": "admin", "boss": "\u00a0admin ", "staff": "member", "Admin": "Admin"}
	for _, row := range []struct {
		name mapping.Name
		want string
	}{
		{mapping.Name{Text: "admin"}, "admin"},
		{mapping.Name{Text: "admin", Cut: true}, ""},
		{mapping.Name{Text: "boss", Cut: true}, ""}, // blanks are trimmed when it is saved
		{mapping.Name{Text: "staff", Cut: true}, "member"},
		{mapping.Name{Text: "Staff"}, ""}, // case-sensitive
		{mapping.Name{Text: "ADMIN"}, ""},
		{mapping.Name{Text: " admin"}, ""},
	} {
		if got := strings.Join(rules.Roles([]mapping.Name{row.name}), " "); got != row.want {
			t.Errorf("%+v: got %q, want %q", row.name, got, row.want)
		}
	}
	// The same name from a value that is not split counts.
	if got := rules.Roles([]mapping.Name{{Text: "admin", Cut: true}, {Text: "admin"}}); !slices.Equal(got, []string{"admin"}) {
		t.Errorf("got %q", got)
	}
}

// The text that the form shows parses to the same rules, for any input.
func FuzzRules(f *testing.F) {
	for _, seed := range []string{"admins = admin", "cn=a,dc=b = c\nstaff=staff", "a = = b", "a = b = c", " =  = = ", "x=y = ", "a =\u00a0b", "a = b\ra = c", "a\x85 = b", "\xff = \xfe", "== = =="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		rules, problems := mapping.ParseRules(typed)
		if problems != nil {
			return
		}
		for there, here := range rules {
			if !mapping.Writable(there, here) {
				t.Fatalf("%q: the rule %q = %q reads as another", typed, there, here)
			}
		}
		again, problems := mapping.ParseRules(rules.String())
		if problems != nil || !maps.Equal(again, rules) {
			t.Errorf("%q: got %q, written and read %q and %v", typed, rules, again, problems)
		}
	})
}

// What can be saved can be shown.
func FuzzWritable(f *testing.F) {
	f.Add("cn=a", "b", "a = b", "c")
	f.Add("a =", "b", "a", "= b")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		rules := mapping.Rules{a: b, c: d}
		for there, here := range rules {
			if !mapping.Writable(there, here) {
				return
			}
		}
		if again, problems := mapping.ParseRules(rules.String()); problems != nil || !maps.Equal(again, rules) {
			t.Errorf("got %q and %v of %q", again, problems, rules)
		}
	})
}
