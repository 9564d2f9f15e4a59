package mapping

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// A GroupRule makes a user a member of a group here: when a claim of the
// provider has a value. Values are compared exactly and never split.
type GroupRule struct {
	Claim string `bson:"claim"` // its path, as in federation.Claims
	Value string `bson:"value"`
	Group string `bson:"group"` // id of the group here; its name while it is typed
}

// String writes the rule as ParseGroupRule reads it.
func (r GroupRule) String() string { return r.Claim + equals + r.Value + equals + r.Group }

// ParseGroupRule reads "claim = value = group". The value may contain equals
// signs.
func ParseGroupRule(line string) (GroupRule, bool) {
	claim, rest, found := strings.Cut(strings.TrimSpace(line), "=")
	value, group, ok := ParseRule(rest)
	r := GroupRule{Claim: strings.TrimSpace(claim), Value: value, Group: group}
	return r, found && ok && r.Claim != ""
}

// ParseGroupRules reads rules, one per line, with the names of groups.
func ParseGroupRules(text string) ([]GroupRule, forms.Problems) {
	var rules []GroupRule
	var problems forms.Problems
	number := 0
	for line := range strings.Lines(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)) {
		number++
		if strings.TrimSpace(line) == "" {
			continue
		}
		rule, ok := ParseGroupRule(line)
		if !ok {
			problems.Add("group_map", "provider.group_rule.bad", "line", number)
		} else if !slices.Contains(rules, rule) {
			rules = append(rules, rule)
		}
	}
	return rules, problems
}

// CheckGroups reports why rules cannot be saved; isPath and clean report whether
// a text is a path of a claim, and one trimmed line.
func CheckGroups(rules []GroupRule, isPath, clean func(string) bool) forms.Problems {
	if len(rules) > maxRules {
		return forms.New("group_map", "provider.group_rules.many", "max", maxRules)
	}
	for n, r := range rules {
		if !isPath(r.Claim) || !clean(r.Value) || r.Value == "" || r.Group == "" || len(r.Claim)+len(r.Value) > maxRule {
			return forms.New("group_map", "provider.group_rule.bad", "line", n+1)
		}
	}
	return nil
}

// Holds reports whether a claim has the value: it is this text, number or
// boolean, or a list with it.
func Holds(claim jsonx.Value, value string) bool {
	var list []jsonx.Value
	if jsonx.Unmarshal(claim, &list) != nil {
		list = []jsonx.Value{claim}
	}
	return slices.ContainsFunc(list, func(one jsonx.Value) bool {
		if text, ok := jsonx.Text(one); ok {
			return text == value
		}
		return len(one) > 0 && one[0] != '{' && one[0] != '[' && !jsonx.IsNull(one) && string(one) == value
	})
}

// Fills reports whether a rule puts users into one of these groups.
func Fills(rules []GroupRule, groups []string) bool {
	return slices.ContainsFunc(rules, func(r GroupRule) bool { return slices.Contains(groups, r.Group) })
}
