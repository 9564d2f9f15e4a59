package sessions

import (
	"strings"

	"github.com/fedhub/fedhub/internal/emailaddr"
)

// Named reports whether a login_hint (OIDC Core §3.1.2.1) names this user: by the
// address in any spelling, or by the name that a provider gave them.
func (p Person) Named(hint string) bool {
	hint = strings.TrimSpace(hint)
	if hint == "" {
		return false
	}
	if key, err := emailaddr.Canonical(hint); err == nil && key == p.User.EmailKey {
		return true
	}
	return strings.EqualFold(hint, p.User.Email) || strings.EqualFold(hint, p.User.Username)
}
