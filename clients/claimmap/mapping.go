// Package claimmap describes the custom claims of an application: what an
// administrator maps into its tokens besides the claims of OpenID Connect. A
// mapping names one source and no script, so that anybody can read it.
//
// The package knows no client and no user: package tokens looks up the values.
package claimmap

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/internal/jsonx"
)

// Sources of a value.
const (
	Field    = "field"    // a field of the user; the value is its name
	Group    = "group"    // whether the user is in a group: true or false; the value is its name
	Groups   = "groups"   // those of several groups that the user is in, as a list; the value is their names, joined by +
	Constant = "constant" // the same for everybody; the value is JSON or, if it is none, a text
)

// Sources returns all sources.
func Sources() []string { return []string{Field, Group, Groups, Constant} }

// Places where a claim appears.
const (
	IDToken     = "id_token"
	AccessToken = "access_token" // and in the response of introspection
	Userinfo    = "userinfo"
)

// Places returns all places.
func Places() []string { return []string{IDToken, AccessToken, Userinfo} }

// A Mapping is one custom claim. Its stored names and values must not change.
type Mapping struct {
	Claim  string   `bson:"claim" json:"claim"`
	Source string   `bson:"source" json:"source"` // one of Sources
	Value  string   `bson:"value" json:"value"`   // depends on the source
	Scope  string   `bson:"scope" json:"scope"`   // the scope that releases it
	In     []string `bson:"in" json:"in"`         // Places
}

// Releases reports whether the claim appears at a place for these scopes. A
// record that was edited by hand cannot make it one that is not the
// application's to name.
func (m Mapping) Releases(place string, scopes []string) bool {
	return slices.Contains(m.In, place) && slices.Contains(scopes, m.Scope) && NameFault(m.Claim) == ""
}

// Personal reports whether the claim says something about the user, so that the
// user must agree to it.
func (m Mapping) Personal() bool { return m.Source != Constant }

// Extra names the claim among what a user agrees to besides scopes (package
// authrequest). A claim with another source needs another consent.
func (m Mapping) Extra() string {
	return ExtraPrefix + m.Claim + "=" + m.Source + ":" + m.Value
}

// ExtraPrefix begins the name of each custom claim in a consent.
const ExtraPrefix = "custom:"

// OfExtra is the claim, source and value that an Extra names, without the prefix.
func OfExtra(rest string) Mapping {
	claim, from, _ := strings.Cut(rest, "=")
	source, value, _ := strings.Cut(from, ":")
	return Mapping{Claim: claim, Source: source, Value: value}
}

// Extras are the Extra of each personal claim that these scopes release.
func Extras(all []Mapping, scopes []string) []string {
	var extras []string
	for _, m := range Asked(all, scopes) {
		extras = append(extras, m.Extra())
	}
	return extras
}

// Asked are the claims that a user is asked about with these scopes.
func Asked(all []Mapping, scopes []string) []Mapping {
	var asked []Mapping
	for _, m := range all {
		if m.Personal() && NameFault(m.Claim) == "" && slices.Contains(scopes, m.Scope) {
			asked = append(asked, m)
		}
	}
	return asked
}

// GroupNames are the names of the groups of a Group or Groups mapping.
func (m Mapping) GroupNames() []string {
	if m.Source == Group {
		return []string{m.Value}
	}
	var names []string
	for name := range strings.SplitSeq(m.Value, "+") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// JSON is the value of a Constant.
func (m Mapping) JSON() any {
	if jsonx.IsValid([]byte(m.Value)) {
		return jsonx.Value(m.Value)
	}
	return m.Value
}
