package linking

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/texts"
)

// A Claim is what a provider said about a person in one validated answer.
type Claim struct {
	Key     string // the login key
	Issuer  string // the issuer as the provider names it
	Subject string // the person's sub at the issuer

	Email string
	// EmailVerified is true only if the same answer said so of this address, as
	// a JSON true.
	EmailVerified bool

	users.Profile          // further profile data from the provider
	Roles         []string // in the provider's names
	// RolesUnknown: it may have more roles, but does not list them.
	RolesUnknown bool
	// GroupsUnknown is the same for the memberships among Roles.
	GroupsUnknown bool
}

const maxSubject = 255 // bytes, OIDC Core §2 (sub)

// unusable returns the reason why a claim cannot be used; empty if it can.
func (c Claim) unusable(p Policy) texts.Text {
	switch {
	case !p.Enabled:
		return texts.New("link.key.off")
	case c.Key == "" || c.Key != p.KeyID || strings.ContainsRune(c.Key, '/'):
		return texts.New("link.key.other")
	case c.Issuer == "" || !plainText(c.Issuer, 2048):
		return texts.New("link.issuer.none")
	case c.Subject == "" || !plainText(c.Subject, maxSubject):
		return texts.New("link.subject.bad")
	// A missing id often decodes to a zero value. All such people would become
	// one user.
	case slices.Contains([]string{"0", "null", "undefined", "<nil>"}, c.Subject):
		return texts.New("link.subject.empty", "subject", c.Subject)
	}
	return texts.Text{}
}

// plainText reports whether s has no surrounding space and no control
// characters.
func plainText(s string, most int) bool {
	return len(s) <= most && utf8.ValidString(s) && strings.TrimSpace(s) == s &&
		!strings.ContainsFunc(s, unicode.IsControl)
}

// address rates a claim's email address under a policy, and returns its
// canonical form if it has one.
func (c Claim) address(p Policy) (address, string) {
	if strings.TrimSpace(c.Email) == "" {
		return addressMissing, ""
	}
	key, err := emailaddr.Canonical(c.Email)
	switch {
	case err != nil:
		return addressMalformed, ""
	case !emailaddr.SameMailbox(c.Email):
		return addressUnproven, key
	case c.EmailVerified && p.authoritative(emailaddr.Domain(key)):
		return addressAuthoritative, key
	case c.EmailVerified && p.TrustEmail:
		return addressProven, key
	}
	return addressUnproven, key
}

// says reports whether the provider verified that the person has the user's
// address.
func (c Claim) says(u users.User) bool {
	key, err := emailaddr.Canonical(c.Email)
	return err == nil && c.EmailVerified && emailaddr.SameMailbox(c.Email) && key == u.EmailKey
}
