package openid

import (
	"cmp"
	"slices"
	"time"

	"github.com/fedhub/fedhub/federation"
	reading "github.com/fedhub/fedhub/federation/internal/claims"
)

// Bounds of the texts that are kept, and of their number.
const (
	maxWord  = 255 // bytes
	maxWords = 500
)

// identity says who the user is at the provider. The subject and how and when
// they signed in come from the signed token only; the profile only adds
// description (FE-14), and what the browser sent is only used for a missing
// name.
func (c *Connector) identity(doc Discovery, claims, profile, handed object) federation.Identity {
	id := c.described(claims, profile, handed).Person()
	id.Key, id.Issuer, id.Subject = c.key.ID, c.issuerOf(doc, claims), claims.Loose(c.subjectClaim())
	id.Roles, id.RolesUnknown = c.roles(claims, profile).Here()
	id.Groups, id.GroupsUnknown = c.described(claims, profile).Groups(c.key.GroupMap)
	id.SID = claims.Loose("sid")
	id.Email, id.EmailVerified = c.email(claims, profile)
	id.AuthTime = c.authTime(claims)
	if len(id.SID) > maxWord {
		id.SID = ""
	}
	if c.dialect.Assurance || c.key.TrustAssurance {
		id.ACR = federation.CleanText(claims.Loose("acr"), maxWord)
		id.AMR = words(claims, "amr")
	}
	return id
}

// authTime is when the user signed in there; zero if the provider does not
// state a usable time.
func (c *Connector) authTime(claims object) time.Time {
	at, found, err := claims.Seconds("auth_time")
	if err != nil || !found || at == 0 || time.Unix(at, 0).After(c.env.Now().Add(skew)) { // zero means not set
		return time.Time{}
	}
	return time.Unix(at, 0).UTC()
}

// issuerOf is the issuer that must have signed these claims.
func (c *Connector) issuerOf(doc Discovery, claims object) string {
	if c.manners.issuerOf != nil {
		return c.manners.issuerOf(doc.Issuer, claims)
	}
	return doc.Issuer
}

func (c *Connector) subjectClaim() string { return cmp.Or(c.manners.subject, "sub") }

// email takes the address and its verified flag from the same document: a flag
// about another address proves nothing (FE-15), and only a JSON true counts
// (FE-16). An address at a custom path needs a flag at a custom path. An
// ambiguous address is dropped (FE-17).
func (c *Connector) email(documents ...object) (address string, verified bool) {
	place, word := cmp.Or(c.key.Claims.Email, "email"), c.key.Claims.EmailVerified
	vouched := func(document object) bool { return reading.Of(document).IsTrue(word) }
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
		if _, said := reading.Of(document).At(place); said {
			address = reading.Address(reading.Of(document).Exact(place))
			return address, address != "" && vouched(document)
		}
	}
	return "", false
}

// words are the usable strings of a list claim.
func words(document object, name string) []string {
	list := slices.DeleteFunc(document.Texts(name), func(s string) bool {
		return s == "" || len(s) > maxWord || s != federation.CleanText(s, maxWord)
	})
	return list[:min(len(list), maxWords)]
}
