package clients

import (
	"context"
	"slices"
	"time"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
)

// A FrappeSite is the extra data of a client that is an unmodified Frappe or
// ERPNext site. Such a site sends its secret in the body or, in newer versions,
// in the header; it asks for openid alone and expects a whole profile; it does
// not use PKCE; and it fails when an error is sent back to it, so the hub shows
// errors to the user.
type FrappeSite struct {
	URL string `bson:"url"` // its origin, as users open it

	// Provider is that of the site's Social Login Key: FrappeProvider,
	// KeycloakProvider, or the Provider Name of a custom one.
	Provider string `bson:"provider,omitempty"`
	// SendErrors is for a site that was changed to handle ?error=: errors go to
	// it, as the RFC says, and not to a page here.
	SendErrors bool `bson:"send_errors,omitempty"`
	// Awaited is until when an administrator waits for its first sign-in. Its
	// progress is noted until then.
	Awaited time.Time `bson:"awaited,omitempty"`
}

// Providers of a Frappe site's Social Login Key that can be used for this hub.
// Any other name is that of a custom one.
const (
	FrappeProvider   = "Frappe"
	KeycloakProvider = "Keycloak"
)

// FrappeScopes are the scopes that openid means at a Frappe provider.
func FrappeScopes() []string { return []string{"openid", "profile", "email", "roles"} }

// EffectiveScopes are the scopes of a request of this client. A Frappe site,
// and an app of one, asks for openid and means everything that a Frappe
// provider would release. Users see and agree to all of it.
func (c Client) EffectiveScopes(scopes []string) []string {
	if c.Frappe == nil && !c.OpenIDMeansProfile || !slices.Contains(scopes, "openid") {
		return scopes
	}
	meant := slices.Clone(scopes)
	for _, scope := range FrappeScopes() {
		if slices.Contains(c.Scopes, scope) && !slices.Contains(meant, scope) {
			meant = append(meant, scope)
		}
	}
	return meant
}

// site is the part of the site data that an import sets.
func (c Client) site() FrappeSite {
	if c.Frappe == nil {
		return FrappeSite{}
	}
	return FrappeSite{URL: c.Frappe.URL, Provider: c.Frappe.Provider}
}

// takeSite keeps the site settings that were chosen here.
func (c *Client) takeSite(from Client) {
	if c.Frappe == nil || from.Frappe == nil {
		c.Frappe = from.Frappe
		return
	}
	c.Frappe.URL, c.Frappe.Provider = from.Frappe.URL, from.Frappe.Provider
}

// Awaited reports whether an administrator waits for the first sign-in of this
// client. For clients that are not sites it only reads the cache.
func (r *Registry) Awaited(ctx context.Context, id string) bool {
	client, err := r.remembered(ctx, id)
	return err == nil && client.Frappe != nil && r.now().Before(client.Frappe.Awaited)
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
