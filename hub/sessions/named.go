package sessions

import (
	"cmp"
	"strings"

	"github.com/fedhub/fedhub/internal/emailaddr"
)

// Named reports whether a login_hint (OIDC Core §3.1.2.1) names this user: by the
// address in any spelling, by the user name to sign in with, or, without one, by the
// name that a provider gave them. Everybody can choose a name with an @ in their
// profile, so such a hint is only an address.
func (p Person) Named(hint string) bool {
	hint = strings.TrimSpace(hint)
	if hint == "" {
		return false
	}
	if strings.Contains(hint, "@") {
		key, err := emailaddr.Canonical(hint)
		return err == nil && key == p.User.EmailKey
	}
	return strings.EqualFold(hint, cmp.Or(p.User.SignInName, p.User.Username))
}
