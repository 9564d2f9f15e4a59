package clients

import (
	"context"
	"slices"
	"time"

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

// FrappeScopes are what openid stands for at a Frappe provider.
func FrappeScopes() []string { return []string{"openid", "profile", "email", "roles"} }

// EffectiveScopes are the scopes that a request of this client asks for. A Frappe
// site, and an app of one, asks for openid and means all that a Frappe provider
// would release; people see and agree to all of it.
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

// site is what an import says of the site that a client is.
func (c Client) site() FrappeSite {
	if c.Frappe == nil {
		return FrappeSite{}
	}
	return FrappeSite{URL: c.Frappe.URL, Provider: c.Frappe.Provider}
}

// takeSite leaves alone what was chosen here about a site.
func (c *Client) takeSite(from Client) {
	if c.Frappe == nil || from.Frappe == nil {
		c.Frappe = from.Frappe
		return
	}
	c.Frappe.URL, c.Frappe.Provider = from.Frappe.URL, from.Frappe.Provider
}

// Awaited says whether somebody waits for the first sign-in of this client. For
// all but sites it costs no more than a look at what is remembered.
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
