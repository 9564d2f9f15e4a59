package tokens

import (
	"strings"
	"unicode/utf8"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/users"
)

// maxSiteText is the length of a Frappe site's text fields, in characters. A
// longer value is an error there.
const maxSiteText = 140

// forSite adapts claims to what a Frappe site accepts: it uses the email
// address as the account name, needs a name, and fails on values that are too
// long. No claim becomes untrue: what the scopes did not release stays out, and
// email_verified is unchanged.
//
// The address is the account name at the site, few sites check email_verified,
// and their databases ignore accents when they compare. So the claim is the
// address in its plain form, and an unverified address is left out: it may
// belong to another user (FE-18).
func (k *Service) forSite(c clients.Client, u users.User, claims map[string]any) {
	if c.Frappe == nil {
		return
	}
	claims["iss"] = k.Issuer
	// The site shows the picture on its pages, and browsers load it over https
	// only.
	if picture, _ := claims["picture"].(string); !strings.HasPrefix(picture, "https://") {
		delete(claims, "picture")
	}
	_, released := claims["email"]
	email := u.PlainEmail()
	hasEmail := released && email != ""
	if hasEmail {
		claims["email"] = email
	} else {
		delete(claims, "email")
		delete(claims, "email_verified")
	}
	if _, released = claims["updated_at"]; !released {
		return // profile was not released
	}
	if name, _ := claims["name"].(string); name == "" && hasEmail {
		claims["name"], _, _ = strings.Cut(email, "@")
	}
	if first, _ := claims["given_name"].(string); first == "" {
		if name, _ := claims["name"].(string); name != "" {
			claims["given_name"] = name
		}
	}
	if username, _ := claims["preferred_username"].(string); username == "" && hasEmail {
		claims["preferred_username"] = email
	}
	for _, name := range []string{"name", "given_name", "family_name", "preferred_username", "gender"} {
		if text, found := claims[name].(string); found {
			claims[name] = cut(text, maxSiteText)
		}
	}
}

// SiteClaims are claims about the token's user that a Frappe site gets in
// addition to those of the token.
func (k *Service) SiteClaims(c clients.Client, h TokenInfo) map[string]any {
	claims := UserClaims(h.User, h.Scopes())
	k.forSite(c, h.User, claims)
	return claims
}

func cut(s string, characters int) string {
	if utf8.RuneCountInString(s) <= characters {
		return s
	}
	return string([]rune(s)[:characters])
}
