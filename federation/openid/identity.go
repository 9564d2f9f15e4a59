package openid

import (
	"slices"
	"time"

	"github.com/fedhub/fedhub/federation"
	reading "github.com/fedhub/fedhub/federation/internal/claims"
)

// Longest descriptions that are kept, in bytes.
const (
	maxName   = 200
	maxURL    = 2048
	maxLocale = 35 // RFC 5646 §4.4.1
	maxWord   = 255
	maxRoles  = 500
)

// identity says who the provider says this is. Who it is, how and when comes
// from the signed token alone; the profile only describes (FE-14). A
// description of a wrong type is as good as none.
func (c *Connector) identity(doc Discovery, claims, profile object) federation.Identity {
	describe := func(name string, max int) string {
		for _, source := range []object{claims, profile} {
			if text := federation.CleanText(source.loose(name), max); text != "" {
				return text
			}
		}
		return ""
	}
	id := federation.Identity{
		Key:               c.key.ID,
		Issuer:            doc.Issuer,
		Subject:           claims.loose("sub"),
		Name:              describe("name", maxName),
		GivenName:         describe("given_name", maxName),
		FamilyName:        describe("family_name", maxName),
		PreferredUsername: describe("preferred_username", maxName),
		Locale:            describe("locale", maxLocale),
		Picture:           reading.Picture(describe("picture", maxURL+1)),
		Roles:             c.roles(claims, profile),
		SID:               claims.loose("sid"),
	}
	id.Email, id.EmailVerified = email(claims, profile)
	if at, found, err := claims.seconds("auth_time"); err == nil && found {
		id.AuthTime = time.Unix(at, 0).UTC()
	}
	if len(id.SID) > maxWord {
		id.SID = ""
	}
	if c.dialect.Assurance {
		id.ACR = federation.CleanText(claims.loose("acr"), maxWord)
		id.AMR = words(claims, "amr")
	}
	return id
}

// email takes the address and the word on it from the same document: "verified"
// about another address proves nothing (FE-15), and only a JSON true is yes
// (FE-16). An address that cannot be read one way only is none (FE-17).
func email(documents ...object) (address string, verified bool) {
	for _, document := range documents {
		if document.says("email") {
			address = reading.Address(document.loose("email"))
			return address, address != "" && document.isTrue("email_verified")
		}
	}
	return "", false
}

// roles are the upstream's, through the key's rules: what no rule names does
// not get in (FE-31).
func (c *Connector) roles(documents ...object) []string {
	var roles []string
	for _, theirs := range c.theirRoles(documents...) {
		if ours := c.key.RoleMap[theirs]; ours != "" && !slices.Contains(roles, ours) {
			roles = append(roles, ours)
		}
	}
	slices.Sort(roles)
	return roles
}

// theirRoles are what the upstream calls them.
func (c *Connector) theirRoles(documents ...object) []string {
	var roles []string
	for _, document := range documents {
		for _, claim := range []string{"roles", "groups"} {
			roles = append(roles, words(document, claim)...)
		}
	}
	return roles
}

// words are the strings of a list claim, as far as they are sane.
func words(document object, name string) []string {
	list, err := document.list(name)
	if err != nil || len(list) > maxRoles {
		return nil
	}
	return slices.DeleteFunc(list, func(s string) bool { return s == "" || len(s) > maxWord || s != federation.CleanText(s, maxWord) })
}
