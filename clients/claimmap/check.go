package claimmap

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// Limits of an application. Access tokens travel in a header, which many servers
// limit to 8 KB.
const (
	Max      = 50
	maxValue = 500 // bytes
	maxDepth = 4   // of a constant
)

// silent are scopes that release nothing about a user: people are not told of a
// claim with them.
var silent = []string{"openid", "offline_access", "sessions"}

// Tidy trims every mapping.
func Tidy(all []Mapping) {
	for i := range all {
		all[i].tidy()
	}
}

// Check returns what is wrong with the mappings of an application that may ask
// for these scopes; nil: any scope is good. A mapping with a scope that the
// application lost releases nothing, so it does no harm in a record. The field of
// a problem is that of a mapping, or "claims" for the list.
func Check(all []Mapping, scopes []string) forms.Problems {
	if len(all) > Max {
		return forms.New("claims", "claims.many", "max", Max)
	}
	var problems forms.Problems
	seen := map[string]bool{}
	for _, m := range all {
		folded := strings.ToLower(m.Claim)
		if seen[folded] {
			problems.Add("claim", "claims.name.twice", "claim", m.Claim)
		}
		seen[folded] = true
		problems = append(problems, m.check(scopes)...)
	}
	return problems
}

func (m Mapping) check(scopes []string) forms.Problems {
	var p forms.Problems
	if fault := NameFault(m.Claim); fault != "" {
		p.Add("claim", fault, "claim", m.Claim)
	}
	if !slices.Contains(Sources(), m.Source) {
		p.Add("source", "claims.source.bad", "source", m.Source, "choices", Sources())
	}
	if fault := m.valueFault(); fault != "" {
		p.Add("value", fault, "claim", m.Claim, "max", maxValue)
	}
	switch {
	case m.Scope == "", scopes != nil && !slices.Contains(scopes, m.Scope):
		p.Add("scope", "claims.scope.foreign", "claim", m.Claim, "scope", m.Scope)
	case m.Personal() && slices.Contains(silent, m.Scope):
		p.Add("scope", "claims.scope.silent", "claim", m.Claim, "scope", m.Scope)
	}
	if len(m.In) == 0 || slices.ContainsFunc(m.In, func(place string) bool { return !slices.Contains(Places(), place) }) {
		p.Add("in", "claims.in.bad", "claim", m.Claim, "choices", Places())
	}
	return p
}

func (m Mapping) valueFault() string {
	if m.Value == "" {
		return "claims.value.missing"
	}
	if len(m.Value) > maxValue || !utf8.ValidString(m.Value) || strings.ContainsFunc(m.Value, unicode.IsControl) {
		return "claims.value.bad"
	}
	switch m.Source {
	case Constant:
		if jsonx.IsValid([]byte(m.Value)) && (jsonx.IsNull(jsonx.Value(m.Value)) || jsonx.Depth([]byte(m.Value)) > maxDepth) {
			return "claims.constant.bad"
		}
	case Groups:
		if len(m.GroupNames()) == 0 {
			return "claims.value.missing"
		}
	}
	return ""
}
