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

// A Claim is what an upstream said about a person in one validated answer.
type Claim struct {
	Key     string // login key the person came by
	Issuer  string // as the upstream names itself
	Subject string // the person, within the issuer

	Email string
	// EmailVerified must be true only if the same answer said so of this very
	// address, as a JSON true.
	EmailVerified bool

	users.Profile          // what it said of them besides
	Roles         []string // the upstream's words
	// RolesUnknown: it may have more of them, and does not say which.
	RolesUnknown bool
}

const maxSubject = 255 // bytes, OIDC Core §2 (sub)

// unusable says why nothing can be built on a claim; empty if something can.
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
	// A profile without an id often decodes to a zero; all such people would
	// be one user.
	case slices.Contains([]string{"0", "null", "undefined", "<nil>"}, c.Subject):
		return texts.New("link.subject.empty", "subject", c.Subject)
	}
	return texts.Text{}
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

// says reports whether the upstream has verified that the person has the
// address of a user.
func (c Claim) says(u users.User) bool {
	key, err := emailaddr.Canonical(c.Email)
	return err == nil && c.EmailVerified && emailaddr.SameMailbox(c.Email) && key == u.EmailKey
}
