package frappetest

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"slices"
	"time"
)

// A Site has the records and the settings of a simulated site.
type Site struct {
	Clients map[string]Client // by id
	People  map[string]Person // by e-mail address
	Tokens  []Token
	Codes   map[string]Code

	// Sessions are the signed-in users, by the cookie sid.
	Sessions map[string]string
	// Skip is the setting Skip Authorization: "Auto", or "Force" by default.
	Skip string
	// BaseURL is the Base URL of the site's own key "Frappe", which the site uses
	// as its address. Empty: the address of the request.
	BaseURL string
	// Unproxied: there is no proxy that says that the site has https.
	Unproxied bool
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Before, if set, may answer instead of the site, and reports whether it did.
	Before func(http.ResponseWriter, *http.Request) bool
	// APIKey is "key:secret" of an API user; empty: there is none. APIBlind: that
	// user may not read User records.
	APIKey   string
	APIBlind bool
	// Asked are the requests so far, as "METHOD path".
	Asked []string
}

// A Client is an OAuth Client.
type Client struct {
	ID, Secret, Name string
	RedirectURIs     string // separated by single spaces
	Default          string
	Scopes           string // "all openid" if empty
	Implicit         bool
	AllowedRoles     []string // "Desk User" if none
	Trusted          bool     // Skip Authorization
	AuthMethod       string   // for G4: Basic if empty
}

// Values of Client.AuthMethod.
const (
	Basic = "Client Secret Basic"
	Post  = "Client Secret Post"
	None  = "None"
)

// A Person is a User of the site.
type Person struct {
	Email       string
	Subject     string // empty: null, as Administrator's
	First, Last string
	Picture     string
	Roles       []string
	Password    string
	Disabled    bool
}

// A Token is an OAuth Bearer Token: a pair of tokens, in one row.
type Token struct {
	Access, Refresh, Client, Person, Scopes string
	Expires                                 time.Time
	Revoked                                 bool
}

// A Code is an OAuth Authorization Code.
type Code struct {
	Client, Person, Scopes, Redirect, Nonce, Challenge, Method string
	Used                                                       bool
}

// Register adds an OAuth Client as an administrator of the site does: with a
// short secret before G4, and one redirect URI.
func (p *Primary) Register(redirect string, change ...func(*Client)) Client {
	c := Client{ID: drawn(idLetters, 10), Name: "Hub", RedirectURIs: redirect, Default: redirect, Scopes: "openid", AllowedRoles: []string{"All"}}
	c.Secret = p.secret()
	for _, edit := range change {
		edit(&c)
	}
	p.Edit(func(s *Site) { s.Clients[c.ID] = c })
	return c
}

func (p *Primary) secret() string {
	bytes := make([]byte, 5)
	if p.Generation >= G4 {
		bytes = make([]byte, 28)
	}
	rand.Read(bytes)
	return hex.EncodeToString(bytes)
}

// Join adds a desk user with these roles and the default ones.
func (p *Primary) Join(email, first, last string, roles ...string) Person {
	subject := make([]byte, 20)
	rand.Read(subject)
	u := Person{
		Email: email, Subject: hex.EncodeToString(subject)[:39], First: first, Last: last,
		Roles: append(slices.Clone(roles), "All", "Guest", "Desk User"),
	}
	p.Edit(func(s *Site) { s.People[email] = u })
	return u
}

const (
	idLetters = "0123456789abcdefghijklmnopqrstuv"
	letters   = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

func drawn(alphabet string, n int) string {
	b := make([]byte, n)
	rand.Read(b)
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b)
}

func (s *Site) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}
