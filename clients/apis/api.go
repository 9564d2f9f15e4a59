// Package apis keeps the APIs (resource servers, RFC 8707) that applications get
// access tokens for, and says which application may ask for which of them.
//
// An API is granted to an application by its identifier in Client.Resources, and
// its scopes by their names in Client.Scopes. Client.Serves names the APIs that
// an application is. So a grant ends together with its application.
//
// Its records live in two sets, declared in hub/data/sets.go:
//
//	apis       API    by identifier; index deleted
//	apiscopes  Owner  by the name of a scope: which API it belongs to
package apis

import (
	"slices"
	"time"

	"github.com/fedhub/fedhub/clients/granttypes"
)

// Access says which applications may ask for tokens for an API.
type Access string

// The three kinds of access. An application that was granted the API may always
// ask.
const (
	Named          Access = "named"      // no others
	Any            Access = "any"        // every application that an administrator added
	SelfRegistered Access = "registered" // also those that registered themselves
)

// The formats of access tokens; empty: as the application is set up.
const (
	JWT    = "jwt"
	Opaque = "opaque"
)

// Limits of what an administrator enters.
const (
	MinLife   = time.Minute
	MaxLife   = time.Hour // grants keep a token family at least that long
	MaxScopes = 100
	maxText   = 200 // characters
)

// A Scope is one permission at an API, with the sentence that users read.
type Scope struct {
	Name string `bson:"name"`
	Text string `bson:"text,omitempty"`
}

// An API is a resource server: a program that accepts access tokens of this hub.
type API struct {
	ID     string        `bson:"id"` // its identifier, as registered: the audience of its tokens
	Name   string        `bson:"name"`
	Scopes []Scope       `bson:"scopes,omitempty"`
	Format string        `bson:"format,omitempty"` // of its access tokens
	Life   time.Duration `bson:"life,omitempty"`   // of its access tokens; 0: the usual one
	Access Access        `bson:"access"`

	// Edited counts the changes, so that a form can tell which one it shows.
	Edited int64 `bson:"edited"`
	// Created is zero for an API that an upgrade made out of the settings of
	// applications. What was issued or agreed to before it does not count for the
	// API: it was for an earlier one with the same identifier.
	Created time.Time `bson:"created,omitempty"`
	Updated time.Time `bson:"updated,omitempty"`
	// Deleted is when the API was deleted. It counts as missing from then on; the
	// record stays until no application lists it.
	Deleted time.Time `bson:"deleted,omitempty"`

	own bool // it is the hub's
}

// Key is the identifier.
func (a API) Key() string { return a.ID }

// Own reports whether the API is a part of the hub.
func (a API) Own() bool { return a.own }

// Has reports whether a scope belongs to the API.
func (a API) Has(scope string) bool {
	return slices.ContainsFunc(a.Scopes, func(s Scope) bool { return s.Name == scope })
}

// Text is the sentence for a scope of the API; empty without one.
func (a API) Text(scope string) string {
	for _, s := range a.Scopes {
		if s.Name == scope {
			return s.Text
		}
	}
	return ""
}

// Consent is the name of the API in what a user agreed to. It is another one
// for a later API with the same identifier.
func (a API) Consent() string {
	if a.Created.IsZero() {
		return a.ID
	}
	return a.ID + " " + a.Created.UTC().Format(time.RFC3339Nano)
}

// An Asker is the part of an application that decides about its access.
type Asker struct {
	Resources      []string // the APIs that it was granted
	Scopes         []string
	SelfRegistered bool // no administrator added it
}

// NeedsPerson reports whether the application may get tokens for the API only in
// the name of a user who agreed on a page that names both: it registered itself,
// so no administrator knows it.
func (a API) NeedsPerson(by Asker) bool { return !a.own && by.SelfRegistered }

// Admits reports whether the application may get tokens for the API by a grant
// type.
func (a API) Admits(by Asker, grant string) bool {
	return (!a.NeedsPerson(by) || asksOnAPage(grant)) && (a.granted(by) || a.open(by))
}

// Gives reports whether the application may have a scope of the API. One that
// registered itself writes its list of scopes itself, so a grant to it is for
// all of them.
func (a API) Gives(by Asker, scope string) bool {
	return a.Has(scope) && (a.open(by) || a.granted(by) && (by.SelfRegistered || slices.Contains(by.Scopes, scope)))
}

func (a API) granted(by Asker) bool { return slices.Contains(by.Resources, a.ID) }

func (a API) open(by Asker) bool {
	return a.Access == SelfRegistered || a.Access == Any && !by.SelfRegistered
}

// asksOnAPage reports whether a user agrees to a grant of this type on a page of
// the hub. With CIBA the application chooses whom it asks.
func asksOnAPage(grant string) bool {
	return slices.Contains([]string{granttypes.Code, granttypes.Implicit, granttypes.Refresh, granttypes.Device}, grant)
}

// An Owner notes which API a scope belongs to. It counts while that API has the
// scope.
type Owner struct {
	Scope string `bson:"id"`
	API   string `bson:"api"`
}

// Key is the scope.
func (o Owner) Key() string { return o.Scope }
