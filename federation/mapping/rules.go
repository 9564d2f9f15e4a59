package mapping

import (
	"maps"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/internal/forms"
)

// AdminRole is the role that makes a user an administrator of this hub.
const AdminRole = "admin"

// Rules map a provider's name to a role here. Names are compared exactly; a
// name without a rule gives no role (FE-31).
type Rules map[string]string

// Roles are the roles here for these names, sorted. A name that was cut out of
// a text never gives the admin role, because the split may be wrong and this
// role is critical.
func (r Rules) Roles(names []Name) []string {
	var roles []string
	for _, name := range names {
		here := r[name.Text]
		if here == "" || slices.Contains(roles, here) || name.Cut && strings.TrimSpace(here) == AdminRole {
			continue
		}
		roles = append(roles, here)
	}
	slices.Sort(roles)
	return roles
}

// WithoutAdmin are the rules without those for the admin role.
func (r Rules) WithoutAdmin() Rules {
	kept := maps.Clone(r)
	maps.DeleteFunc(kept, func(_, here string) bool { return strings.TrimSpace(here) == AdminRole })
	return kept
}

// equals separates the two names of a rule.
const equals = " = "

// ParseRule reads a written rule. Names may contain spaces, commas and equals
// signs (cn=staff,dc=example), so the rule is split at its last equals sign
// between spaces; without spaces, it must have only one.
func ParseRule(line string) (there, here string, ok bool) {
	line = strings.TrimSpace(line)
	at, width := strings.LastIndex(line, equals), len(equals)
	if at < 0 && strings.Count(line, "=") == 1 {
		at, width = strings.Index(line, "="), 1
	}
	if at < 0 {
		return "", "", false
	}
	there, here = strings.TrimSpace(line[:at]), strings.TrimSpace(line[at+width:])
	return there, here, there != "" && here != ""
}

// ParseRules reads rules, one per line.
func ParseRules(text string) (Rules, forms.Problems) {
	var rules Rules
	var problems forms.Problems
	number := 0
	for line := range strings.Lines(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)) {
		number++
		if strings.TrimSpace(line) == "" {
			continue
		}
		there, here, ok := ParseRule(line)
		switch before, twice := rules[there]; {
		case !ok:
			problems.Add("role_map", "provider.rule.bad", "line", number)
		case twice && before != here:
			problems.Add("role_map", "provider.rule.twice", "line", number)
		default:
			if rules == nil {
				rules = Rules{}
			}
			rules[there] = here
		}
	}
	return rules, problems
}

// Writable reports whether a rule is read back as written.
func Writable(there, here string) bool {
	line := there + equals + here
	t, h, ok := ParseRule(line)
	return ok && t == there && h == here && !strings.ContainsAny(line, "\r\n")
}

// String writes the rules, one per line, sorted by the provider's names.
func (r Rules) String() string {
	lines := make([]string, 0, len(r))
	for _, there := range slices.Sorted(maps.Keys(r)) {
		lines = append(lines, there+equals+r[there])
	}
	return strings.Join(lines, "\n")
}

// Limits that honest keys do not reach.
const (
	maxRules = 100
	maxRule  = 500 // bytes
)

// Check reports why rules cannot be saved. clean reports whether a text is one
// trimmed line.
func (r Rules) Check(clean func(string) bool) forms.Problems {
	if len(r) > maxRules {
		return forms.New("role_map", "provider.roles.many", "max", maxRules)
	}
	for there, here := range r {
		// A field name in the database must not start with $ or contain NUL,
		// and the form must read a rule as it shows it.
		if !clean(there) || !clean(here) || !Writable(there, here) || strings.HasPrefix(there, "$") || len(there)+len(here) > maxRule {
			return forms.New("role_map", "provider.role.bad")
		}
	}
	return nil
}
