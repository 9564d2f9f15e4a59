package openid

import (
	"cmp"
	"slices"
	"time"

	"github.com/fedhub/fedhub/federation"
	reading "github.com/fedhub/fedhub/federation/internal/claims"
)

// Longest words that are kept, and how many.
const (
	maxWord  = 255 // bytes
	maxWords = 500
)

// identity says who the provider says this is. Who it is, how and when comes
// from the signed token alone; the profile only describes (FE-14), and what
// the browser handed over is the last that is asked, for a name.
func (c *Connector) identity(doc Discovery, claims, profile, handed object) federation.Identity {
	id := c.described(claims, profile, handed).Person()
	id.Key, id.Issuer, id.Subject = c.key.ID, c.issuerOf(doc, claims), claims.Loose(c.subjectClaim())
	id.Roles, id.RolesUnknown = c.roles(claims, profile).Here()
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

// authTime is when the person signed in there; zero where the provider does not
// say it in a way that can be.
func (c *Connector) authTime(claims object) time.Time {
	at, found, err := claims.Seconds("auth_time")
	if err != nil || !found || at == 0 || time.Unix(at, 0).After(c.env.Now().Add(skew)) { // nobody signed in in 1970
		return time.Time{}
	}
	return time.Unix(at, 0).UTC()
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

// words are the strings of a list claim, as far as they are sane.
func words(document object, name string) []string {
	list := slices.DeleteFunc(document.Texts(name), func(s string) bool {
		return s == "" || len(s) > maxWord || s != federation.CleanText(s, maxWord)
	})
	return list[:min(len(list), maxWords)]
}
