package openid

import (
	"cmp"
	"slices"
	"time"

	"github.com/fedhub/fedhub/federation"
	reading "github.com/fedhub/fedhub/federation/internal/claims"
	"github.com/fedhub/fedhub/federation/mapping"
)

// Longest descriptions that are kept, in bytes.
const (
	maxName   = 200
	maxURL    = 2048
	maxLocale = 35 // RFC 5646 §4.4.1
	maxWord   = 255
	maxWords  = 500
)

// identity says who the provider says this is. Who it is, how and when comes
// from the signed token alone; the profile only describes (FE-14), and what
// the browser handed over is the last that is asked, for a name. A description
// of a wrong type is as good as none.
func (c *Connector) identity(doc Discovery, claims, profile, handed object) federation.Identity {
	d, at := description{[]object{claims, profile, handed}}, c.key.Claims
	id := federation.Identity{
		Key:               c.key.ID,
		Issuer:            c.issuerOf(doc, claims),
		Subject:           claims.Loose(c.subjectClaim()),
		Name:              d.text(at.Name, "name", maxName),
		GivenName:         d.text(at.GivenName, "given_name", maxName),
		FamilyName:        d.text(at.FamilyName, "family_name", maxName),
		PreferredUsername: d.text(at.Username, "preferred_username", maxName),
		Locale:            d.text(at.Locale, "locale", maxLocale),
		Picture:           reading.Picture(d.text(at.Picture, "picture", maxURL+1)),
		Roles:             mapping.Rules(c.key.RoleMap).Roles(c.theirRoles(claims, profile)),
		SID:               claims.Loose("sid"),
	}
	id.Email, id.EmailVerified = c.email(claims, profile)
	if at, found, err := claims.Seconds("auth_time"); err == nil && found && at > 0 { // nobody signed in in 1970
		id.AuthTime = time.Unix(at, 0).UTC()
	}
	if len(id.SID) > maxWord {
		id.SID = ""
	}
	if c.dialect.Assurance || c.key.TrustAssurance {
		id.ACR = federation.CleanText(claims.Loose("acr"), maxWord)
		id.AMR = words(claims, "amr")
	}
	return id
}

// issuerOf is who must have signed these claims.
func (c *Connector) issuerOf(doc Discovery, claims object) string {
	if c.manners.issuerOf != nil {
		return c.manners.issuerOf(doc.Issuer, claims)
	}
	return doc.Issuer
}

func (c *Connector) subjectClaim() string { return cmp.Or(c.manners.subject, "sub") }

// email takes the address and the word on it from the same document: "verified"
// about another address proves nothing (FE-15), and only a JSON true is yes
// (FE-16). So an address from a place of its own needs a word at a place of
// its own. An address that cannot be read one way only is none (FE-17).
func (c *Connector) email(documents ...object) (address string, verified bool) {
	place, word := cmp.Or(c.key.Claims.Email, "email"), c.key.Claims.EmailVerified
	vouched := func(document object) bool { return pick(document, word).IsTrue(word) }
	switch {
	case word != "":
	case c.key.Claims.Email != "":
		vouched = func(object) bool { return false }
	case c.manners.verified != nil:
		vouched = c.manners.verified
	default:
		vouched = func(document object) bool { return document.IsTrue("email_verified") }
	}
	for _, document := range documents {
		if pick(document, place).Says(place) {
			address = reading.Address(pick(document, place).Loose(place))
			return address, address != "" && vouched(document)
		}
	}
	return "", false
}

// words are the strings of a list claim, as far as they are sane.
func words(document object, name string) []string {
	list, err := document.List(name)
	if err != nil || len(list) > maxWords {
		return nil
	}
	return slices.DeleteFunc(list, func(s string) bool { return s == "" || len(s) > maxWord || s != federation.CleanText(s, maxWord) })
}
