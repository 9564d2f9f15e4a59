package clients

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
)

// A FrappeSite is what a client has more when it is a Frappe or ERPNext site
// that is used as it is. Such a site sends its secret in the body or, where it
// is newer, in the header; asks for openid alone and expects a whole profile;
// knows no PKCE; and breaks on an error that is sent back to it, so errors are
// shown to the person here.
type FrappeSite struct {
	URL string `bson:"url"` // its origin, as people open it

	// Provider is that of the site's Social Login Key: FrappeProvider,
	// KeycloakProvider, or the Provider Name of a custom one.
	Provider string `bson:"provider,omitempty"`
	// SendErrors is for a site that was changed to cope with ?error=: errors go
	// to it, as the RFC has it, and not to a page here.
	SendErrors bool `bson:"send_errors,omitempty"`
	// Awaited is until when an administrator waits for its first sign-in. Only
	// so long is it noted how far it comes.
	Awaited time.Time `bson:"awaited,omitempty"`
}

// Providers of a Frappe site's Social Login Key under which this hub can be
// entered there. Any other name is that of a custom one.
const (
	FrappeProvider   = "Frappe"
	KeycloakProvider = "Keycloak"
)

// FrappeRedirects are the addresses at which a site takes answers when its
// Social Login Key is of this provider: today's and, where there is one, that
// of versions up to 12.
func FrappeRedirects(site, provider string) []string {
	const logins = "/api/method/frappe.integrations.oauth2_logins."
	switch provider {
	case FrappeProvider:
		return []string{site + logins + "login_via_frappe", site + "/api/method/frappe.www.login.login_via_frappe"}
	case KeycloakProvider:
		return []string{site + logins + "login_via_keycloak/keycloak", site + logins + "login_via_keycloak"}
	}
	return []string{site + logins + "custom/" + FrappeRecord(provider)}
}

// FrappeRecord is the name of the record that a site makes of a provider's
// name.
func FrappeRecord(provider string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(provider))
}

// NewFrappeSite is the client that a site is, before its secret is made.
func NewFrappeSite(site, provider string) Client {
	site = strings.TrimSuffix(strings.TrimSpace(site), "/")
	c := Client{
		Type: Web, AuthMethod: clientauth.MethodPost, RedirectURIs: FrappeRedirects(site, provider), GrantTypes: []string{GrantCode, GrantRefresh}, PKCEOptional: true,
		Scopes: frappeScopes(), IDTokenAlg: "HS256", IDTokenClaims: true, Frappe: &FrappeSite{URL: site, Provider: provider},
	}
	c.DefaultRedirectURI = c.RedirectURIs[0]
	if u, err := url.Parse(site); err == nil {
		c.Name = u.Host
	}
	return c
}

// frappeScopes are what openid stands for at a Frappe provider.
func frappeScopes() []string { return []string{"openid", "profile", "email", "roles"} }

// EffectiveScopes are the scopes that a request of this client asks for. A Frappe site
// asks for openid and means all that its own kind of provider would release;
// people see and agree to all of it.
func (c Client) EffectiveScopes(scopes []string) []string {
	if c.Frappe == nil || !slices.Contains(scopes, "openid") {
		return scopes
	}
	meant := slices.Clone(scopes)
	for _, scope := range frappeScopes() {
		if slices.Contains(c.Scopes, scope) && !slices.Contains(meant, scope) {
			meant = append(meant, scope)
		}
	}
	return meant
}

func checkFrappe(c Client, allowHTTP bool) forms.Problems {
	if c.Frappe == nil {
		return nil
	}
	u, err := redirecturi.Parse(c.Frappe.URL)
	switch {
	case err != nil || !u.Web() || redirecturi.OriginOf(c.Frappe.URL) != c.Frappe.URL:
		return forms.New("frappe", "site.address.path")
	case u.Scheme == "http" && !u.Loopback() && !allowHTTP:
		return forms.New("frappe", "site.address.http")
	case c.Type != Web || c.Secure():
		return forms.New("frappe", "site.client.bad")
	}
	return nil
}
