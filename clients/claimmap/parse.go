package claimmap

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/internal/forms"
)

// DefaultScope and DefaultPlaces are those of a mapping that names none.
const DefaultScope = "profile"

// DefaultPlaces is where OpenID Connect has the claims of a scope (Core §5.4).
func DefaultPlaces() []string { return []string{Userinfo} }

// String writes the mapping as Parse reads it.
func (m Mapping) String() string {
	return m.Claim + "=" + m.Source + ":" + m.Value + ",scope=" + m.Scope + ",in=" + strings.Join(m.In, "+")
}

// Parse reads "claim=source:value,scope=profile,in=id_token+userinfo". The
// options at the end may be left out. A value may contain commas: options are
// read from the end.
func Parse(line string) (Mapping, error) {
	claim, rest, found := strings.Cut(strings.TrimSpace(line), "=")
	source, value, ok := strings.Cut(rest, ":")
	if !found || !ok {
		return Mapping{}, forms.New("claim", "claims.line.bad", "line", line).Err()
	}
	m := Mapping{Claim: claim, Source: source}
	for {
		at := strings.LastIndexByte(value, ',')
		if at < 0 {
			break
		}
		option := value[at+1:]
		if scope, ok := strings.CutPrefix(option, "scope="); ok && m.Scope == "" {
			m.Scope = scope
		} else if places, ok := strings.CutPrefix(option, "in="); ok && m.In == nil {
			m.In = strings.Split(places, "+")
		} else {
			break
		}
		value = value[:at]
	}
	m.Value = value
	if m.Scope == "" {
		m.Scope = DefaultScope
	}
	if m.In == nil {
		m.In = DefaultPlaces()
	}
	m.tidy()
	return m, nil
}

func (m *Mapping) tidy() {
	m.Claim, m.Source, m.Scope, m.Value = strings.TrimSpace(m.Claim), strings.TrimSpace(m.Source), strings.TrimSpace(m.Scope), strings.TrimSpace(m.Value)
	if m.Source == Groups {
		m.Value = strings.Join(m.GroupNames(), "+")
	}
	for i := range m.In {
		m.In[i] = strings.TrimSpace(m.In[i])
	}
	m.In = slices.DeleteFunc(m.In, func(place string) bool { return place == "" })
	rank := func(place string) int { return slices.Index(Places(), place) }
	slices.SortStableFunc(m.In, func(a, b string) int { return rank(a) - rank(b) })
	m.In = slices.Compact(m.In)
}
