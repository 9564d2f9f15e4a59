package tokens

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/users"
)

// A Scope is a scope that the hub itself interprets.
type Scope struct {
	Name   string
	Claims []string // the claims that userinfo then returns
}

// Scopes are those of OIDC Core §5.4 and §11, and the hub's own.
func Scopes() []Scope {
	return []Scope{
		{"openid", []string{"sub"}},
		{"profile", []string{"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username",
			"profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at"}},
		{"email", []string{"email", "email_verified"}},
		{"phone", []string{"phone_number", "phone_number_verified"}},
		{"address", []string{"address"}},
		{"roles", []string{"roles"}},
		{"groups", []string{"groups"}},
		{"offline_access", nil},
		{"sessions", nil}, // the hub's API lists where the user is signed in
	}
}

// UserClaims returns the claims that the scopes release about the user, without
// sub, which depends on the client. A claim without a value is left out, never
// null or empty (OIDC Core §5.3.2).
func UserClaims(u users.User, scopes []string) map[string]any {
	claims := map[string]any{}
	for _, scope := range scopes {
		if release := releases[scope]; release != nil {
			release(u, claims)
		}
	}
	return claims
}

// releases adds the claims of each scope (OIDC Core §5.4).
var releases = map[string]func(u users.User, claims map[string]any){
	"profile": profileClaims,
	"email":   emailClaims,
	"phone":   phoneClaims,
	"address": addressClaims,
	"roles": func(u users.User, claims map[string]any) {
		claims["roles"] = append([]string{}, u.AllRoles()...) // no roles give an empty list, not null
	},
	"groups": func(u users.User, claims map[string]any) {
		claims["groups"] = append([]string{}, u.GroupNames()...)
	},
}

func put(claims map[string]any, name, value string) {
	if strings.TrimSpace(value) != "" {
		claims[name] = value
	}
}

func profileClaims(u users.User, claims map[string]any) {
	put(claims, "name", u.Name)
	put(claims, "given_name", u.GivenName)
	put(claims, "family_name", u.FamilyName)
	put(claims, "middle_name", u.MiddleName)
	put(claims, "nickname", u.Nickname)
	put(claims, "preferred_username", u.Username)
	put(claims, "profile", u.ProfileURL)
	put(claims, "picture", u.PictureURL())
	put(claims, "website", u.Website)
	put(claims, "gender", u.Gender)
	put(claims, "birthdate", u.Birthdate)
	put(claims, "zoneinfo", u.Zoneinfo)
	put(claims, "locale", u.Locale)
	if !u.Updated.IsZero() {
		claims["updated_at"] = u.Updated.Unix()
	}
}

func emailClaims(u users.User, claims map[string]any) {
	if u.Email == "" {
		return
	}
	claims["email"] = u.Email
	// Only a verified address is called verified: other hubs link accounts
	// because of it.
	claims["email_verified"] = u.EmailVerified
}

func phoneClaims(u users.User, claims map[string]any) {
	if u.Phone == "" {
		return
	}
	claims["phone_number"] = u.Phone
	claims["phone_number_verified"] = u.PhoneVerified
}

// addressClaims fills the address claim (§5.1.1). Line breaks separate the
// lines of a street address.
func addressClaims(u users.User, claims map[string]any) {
	a := u.Address
	parts := map[string]any{}
	put(parts, "street_address", a.Street)
	put(parts, "locality", a.Locality)
	put(parts, "region", a.Region)
	put(parts, "postal_code", a.PostalCode)
	put(parts, "country", a.Country)
	if len(parts) == 0 {
		return
	}
	put(parts, "formatted", formatted(a))
	claims["address"] = parts
}

func formatted(a users.Address) string {
	town := strings.TrimSpace(a.PostalCode + " " + a.Locality)
	lines := slices.DeleteFunc([]string{a.Street, town, a.Region, a.Country}, func(s string) bool { return s == "" })
	return strings.Join(lines, "\n")
}

// RequestedClaims returns the claims that a claims parameter names (OIDC Core
// §5.5), that the user has, and that match a requested value. It is limited to
// the scopes that the client may request, and leaves sub to the caller.
func RequestedClaims(u users.User, c clients.Client, wishes map[string]oauth.ClaimWish) map[string]any {
	if len(wishes) == 0 {
		return nil
	}
	has := UserClaims(u, c.Scopes)
	claims := map[string]any{}
	for name, wish := range wishes {
		if value, found := has[name]; found && wish.Admits(value) {
			claims[name] = value
		}
	}
	return claims
}
