package users

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Claim is what an upstream said about a person in one validated answer.
type Claim struct {
	Key     string // login key the person came by
	Issuer  string // as the upstream names itself
	Subject string // the person, within the issuer

	Email string
	// EmailVerified must be true only if the same answer said so of this very
	// address, as a JSON true.
	EmailVerified bool

	Name, GivenName, FamilyName, Picture, Locale string
	Roles                                        []string // the upstream's words
}

// Values of Policy.Linking and Policy.SignUps. Anything else means the
// stricter side: never, deny.
const (
	LinkNever   = "never"
	LinkConfirm = "confirm"
	LinkAuto    = "auto"
	SignUpAllow = "allow"
	SignUpDeny  = "deny"

	// KindPeer is a login key whose upstream is another hub.
	KindPeer = "peer"
)

// A Policy is how far the administrator trusts one login key.
type Policy struct {
	KeyID   string
	Kind    string
	Enabled bool
	Linking string // LinkNever, LinkConfirm, LinkAuto
	SignUps string // SignUpAllow, SignUpDeny

	// TrustEmail: what this upstream calls verified counts for any domain.
	TrustEmail bool
	// AuthoritativeDomains: it counts for these, compared whole, and here the
	// upstream runs the mailboxes itself.
	AuthoritativeDomains []string

	// RoleMap turns the upstream's roles into roles here; what is not in it
	// is dropped, so AdminRole has to be named to be given.
	RoleMap map[string]string
}

// authoritative reports whether the upstream runs the mailboxes of a domain.
func (p Policy) authoritative(domain string) bool {
	for _, d := range p.AuthoritativeDomains {
		if c, err := canonicalDomain(strings.TrimSpace(d)); err == nil && c == domain {
			return true
		}
	}
	return false
}

// roles are the roles here that a claim's roles stand for.
func (p Policy) roles(claimed []string) []string {
	var mapped []string
	for _, role := range claimed {
		if to := p.RoleMap[role]; to != "" {
			mapped = append(mapped, to)
		}
	}
	clean, problem := cleanRoles(mapped)
	if problem != "" {
		return nil // a map nobody could have meant gives nothing
	}
	return clean
}

const maxSubject = 255 // bytes, OIDC Core §2 (sub)

// unusable says why nothing can be built on a claim; empty if something can.
func (c Claim) unusable(p Policy) string {
	switch {
	case !p.Enabled:
		return "The login key is switched off."
	case c.Key == "" || c.Key != p.KeyID || strings.ContainsRune(c.Key, '/'):
		return "The answer came by another login key than it was asked for."
	case c.Issuer == "" || !plainText(c.Issuer, 2048):
		return "The upstream did not say who it is."
	case c.Subject == "" || !plainText(c.Subject, maxSubject):
		return "The upstream did not name the person by a usable subject."
	// A profile without an id often decodes to a zero; all such people would
	// be one user.
	case slices.Contains([]string{"0", "null", "undefined", "<nil>"}, c.Subject):
		return "The upstream named the person by an empty subject (" + c.Subject + ")."
	}
	return ""
}

// plainText reports whether s is text without surrounding space and controls.
func plainText(s string, most int) bool {
	return len(s) <= most && utf8.ValidString(s) && strings.TrimSpace(s) == s &&
		!strings.ContainsFunc(s, unicode.IsControl)
}

// address says what a claim's e-mail address is worth under a policy, and
// returns its canonical form if it has one.
func (c Claim) address(p Policy) (address, string) {
	if strings.TrimSpace(c.Email) == "" {
		return addressMissing, ""
	}
	key, err := CanonicalEmail(c.Email)
	switch {
	case err != nil:
		return addressMalformed, ""
	case c.EmailVerified && p.authoritative(domainOf(key)):
		return addressAuthoritative, key
	case c.EmailVerified && p.TrustEmail:
		return addressProven, key
	}
	return addressUnproven, key
}
