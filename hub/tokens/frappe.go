package tokens

import (
	"strings"
	"unicode/utf8"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/users"
)

// maxSiteText is what a Frappe site's text fields hold, in characters; more is
// an error there.
const maxSiteText = 140

// forSite makes claims what a Frappe site can live with: it takes the address
// for the name of the account, needs a name, and breaks on one that is too long. Nothing is claimed that is not so: what the scopes did not
// release stays out, and email_verified is as it was.
//
// The address is the account there, few sites look at email_verified, and their
// databases compare without accents. So it is the plain one, and one that nobody
// answers for stays out: it may be somebody else's (FE-18).
func (k *Service) forSite(c clients.Client, u users.User, claims map[string]any) {
	if c.Frappe == nil {
		return
	}
	claims["iss"] = k.Issuer
	// It is shown on pages of the site, which browsers load over https alone.
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
		return // no profile
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

// SiteClaims are the claims about the holder of a token that a Frappe site is
// told beside those of the token.
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
