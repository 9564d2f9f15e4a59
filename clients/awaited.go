package clients

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Await notes until when an administrator waits for the first sign-in of a
// site; zero ends it.
func (r *Registry) Await(ctx context.Context, id string, until time.Time) error {
	err := r.Change(ctx, id, func(c *Client) error {
		if c.Frappe == nil || c.Frappe.Awaited.Equal(until) {
			return ErrUnchanged
		}
		c.Frappe.Awaited = until
		return nil
	})
	if err != nil {
		return fmt.Errorf("await site: %w", err)
	}
	return nil
}

// Awaited says whether somebody waits for the first sign-in of this client. For
// all but sites it costs no more than a look at what is remembered.
func (r *Registry) Awaited(ctx context.Context, id string) bool {
	if id == "" {
		return false
	}
	site, hit := r.cache.site(id, r.now())
	if !hit {
		c, err := r.Known(ctx, id)
		if err != nil {
			return false
		}
		site = c.Frappe
	}
	return site.awaited(r.now())
}

func (s *FrappeSite) awaited(now time.Time) bool { return s != nil && now.Before(s.Awaited) }

// SiteProvider is the provider of the site's Social Login Key. Where it was not
// noted it shows in the addresses that the site takes answers at.
func (c Client) SiteProvider() string {
	if c.Frappe == nil {
		return ""
	}
	if c.Frappe.Provider != "" {
		return c.Frappe.Provider
	}
	for _, address := range c.RedirectURIs {
		if _, name, found := strings.Cut(address, "oauth2_logins.custom/"); found {
			return name
		}
		if strings.HasSuffix(address, "/keycloak") {
			return KeycloakProvider
		}
	}
	return FrappeProvider
}
