package mapping

import (
	"maps"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/internal/forms"
)

// AdminRole is the role here that makes an administrator of this hub.
const AdminRole = "admin"

// Rules say which role here a name there stands for. Names are compared to the
// letter; what no rule names gives no role (FE-31).
type Rules map[string]string

// Roles are the roles here that names stand for, sorted. A name that was cut
// out of a text never makes an administrator, whatever the rules say: where a
// text ends and the next name begins is a guess, and this one costs the hub.
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

// WithoutAdmin are the rules but for those that make an administrator.
func (r Rules) WithoutAdmin() Rules {
	kept := maps.Clone(r)
	maps.DeleteFunc(kept, func(_, here string) bool { return strings.TrimSpace(here) == AdminRole })
	return kept
}

// equals stands between the two names of a rule.
const equals = " = "

// ParseRule reads a rule as people write it. Names may have blanks, commas and
// equals signs in them (cn=staff,dc=example), so its last equals sign with
// blanks around it divides; without blanks, the only one there is.
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

// ParseRules reads rules, one to a line.
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

// Writable tells whether a rule is read as it is written.
func Writable(there, here string) bool {
	line := there + equals + here
	t, h, ok := ParseRule(line)
	return ok && t == there && h == here && !strings.ContainsAny(line, "\r\n")
}

// String writes the rules, one to a line, in the order of the names there.
func (r Rules) String() string {
	lines := make([]string, 0, len(r))
	for _, there := range slices.Sorted(maps.Keys(r)) {
		lines = append(lines, there+equals+r[there])
	}
	return strings.Join(lines, "\n")
}

// Bounds that no honest key reaches.
const (
	maxRules = 100
	maxRule  = 500 // bytes
)

// Check says why rules may not be kept. clean tells whether a text is as it
// would be typed on one line.
func (r Rules) Check(clean func(string) bool) forms.Problems {
	if len(r) > maxRules {
		return forms.New("role_map", "provider.roles.many", "max", maxRules)
	}
	for there, here := range r {
		// A field name of the database may not start with $ or hold a NUL, and
		// the form must read a rule as it shows it.
		if !clean(there) || !clean(here) || !Writable(there, here) || strings.HasPrefix(there, "$") || len(there)+len(here) > maxRule {
			return forms.New("role_map", "provider.role.bad")
		}
	}
	return nil
}
