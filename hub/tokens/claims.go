package tokens

import (
	"slices"

	"github.com/fedhub/fedhub/hub/users"
)

// A Scope is a scope the hub itself gives meaning to.
type Scope struct {
	Name   string
	Claims []string // what userinfo then answers
}

// Scopes are those of OIDC Core §5.4 and §11 that the hub can fill, and roles.
func Scopes() []Scope {
	return []Scope{
		{"openid", []string{"sub"}},
		{"profile", []string{"name", "given_name", "family_name", "picture", "locale", "updated_at"}},
		{"email", []string{"email", "email_verified"}},
		{"roles", []string{"roles"}},
		{"offline_access", nil},
	}
}

// UserClaims returns what the scopes release about the user, and the subject.
// A claim without a value is left out, never null (OIDC Core §5.3.2).
func UserClaims(u users.User, scopes []string) map[string]any {
	claims := map[string]any{"sub": u.ID}
	put := func(name, value string) {
		if value != "" {
			claims[name] = value
		}
	}
	if slices.Contains(scopes, "profile") {
		put("name", u.Name)
		put("given_name", u.GivenName)
		put("family_name", u.FamilyName)
		put("picture", u.Picture)
		put("locale", u.Locale)
		if !u.Updated.IsZero() {
			claims["updated_at"] = u.Updated.Unix()
		}
	}
	if slices.Contains(scopes, "email") && u.Email != "" {
		claims["email"] = u.Email
		// Only an address that was proved is called verified; other hubs link
		// accounts on the strength of it.
		claims["email_verified"] = u.EmailVerified
	}
	if slices.Contains(scopes, "roles") {
		claims["roles"] = slices.Concat([]string{}, u.Roles)
	}
	return claims
}
