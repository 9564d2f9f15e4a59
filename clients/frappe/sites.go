package frappe

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
)

// TidySite turns a typed or pasted address into the origin of a Frappe site:
// without spaces, path, query or default port, with scheme and host in lower
// case. The default scheme is https, or http on this machine.
func (s *Service) TidySite(typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return "", forms.New("site", "site.address.missing")
	}
	scheme, rest, found := strings.Cut(typed, "://")
	if !found {
		scheme, rest = "", strings.TrimPrefix(typed, "//")
	}
	scheme = strings.ToLower(scheme)
	if at := strings.IndexAny(rest, `/\?#`); at >= 0 {
		rest = rest[:at] // a site is a whole host, so /login and /app are pages of it
	}
	if strings.Contains(rest, "@") {
		return "", forms.New("site", "site.address.user")
	}
	host := redirecturi.ASCIIHost(rest)
	if scheme == "" {
		scheme = "https"
		if u, err := redirecturi.Parse("http://" + host); err == nil && u.Loopback() {
			scheme = "http"
		}
	}
	return s.siteOf(typed, scheme, redirecturi.WithoutDefaultPort(host, map[string]string{"https": ":443", "http": ":80"}[scheme]))
}

func (s *Service) siteOf(typed, scheme, host string) (string, error) {
	site := scheme + "://" + host
	u, err := redirecturi.Parse(site)
	switch {
	case scheme != "https" && scheme != "http":
		return "", forms.New("site", "site.address.scheme")
	case err != nil:
		return "", forms.New("site", "site.address.bad", "address", typed, "cause", err)
	case !strings.Contains(u.Host, ".") && !strings.HasPrefix(u.Host, "[") && !u.Loopback():
		return "", forms.New("site", "site.address.short", "address", typed)
	case scheme == "http" && !u.Loopback() && !s.allowHTTP:
		return "", forms.New("site", "site.address.plain")
	}
	return redirecturi.OriginOf(site), nil
}

// CheckProvider reports what is wrong with the Provider Name of a custom key.
// The callback address ends with a name made from it.
func CheckProvider(name string) error {
	const most = 60
	wrong := func(c rune) bool {
		return c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != ' ' && c != '-' && c != '_'
	}
	switch {
	case name == "":
		return forms.New("provider_name", "site.provider.missing")
	case len(name) > most || strings.ContainsFunc(name, wrong):
		return forms.New("provider_name", "site.provider.bad", "max", most)
	case slices.Contains(builtIn, RecordName(name)):
		return forms.New("provider_name", "site.provider.taken", "name", name)
	}
	return nil
}

// builtIn are the record names of the site's own providers.
var builtIn = []string{"custom", "facebook", "frappe", "github", "google", "office_365", "salesforce", "fairlogin", "keycloak"}

// SiteAt returns the client of the Frappe site at an origin; fs.ErrNotExist if
// there is none.
func (s *Service) SiteAt(ctx context.Context, site string) (clients.Client, error) {
	for c, err := range s.clients.BySite(ctx, site) {
		if err != nil {
			return clients.Client{}, fmt.Errorf("find site %q: %w", site, err)
		}
		return c, nil
	}
	return clients.Client{}, fmt.Errorf("site %q: %w", site, fs.ErrNotExist)
}

// adding is how long one caller has the right to add a site: longer than a
// request takes.
const adding = 15 * time.Second

// AddSite adds a Frappe site. An existing one is returned with fs.ErrExist. Of
// several concurrent calls one adds it; the others may get fs.ErrExist before
// there is a client to return.
func (s *Service) AddSite(ctx context.Context, c clients.Client) (clients.Client, error) {
	known, err := s.SiteAt(ctx, c.Frappe.URL)
	if err == nil {
		return known, fmt.Errorf("site %q: %w", c.Frappe.URL, fs.ErrExist)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return clients.Client{}, err
	}
	if s.once != nil {
		if err := s.once(ctx, "site "+c.Frappe.URL, s.now().Add(adding)); err != nil {
			return clients.Client{}, fmt.Errorf("site %q: %w", c.Frappe.URL, err)
		}
	}
	return s.clients.Add(ctx, c)
}

// Redirects are the redirect URIs of a site with a Social Login Key of this
// provider: the current one and, if it differs, that of versions up to 12.
func Redirects(site, provider string) []string {
	const logins = "/api/method/frappe.integrations.oauth2_logins."
	switch provider {
	case clients.FrappeProvider:
		return []string{site + logins + "login_via_frappe", site + "/api/method/frappe.www.login.login_via_frappe"}
	case clients.KeycloakProvider:
		return []string{site + logins + "login_via_keycloak/keycloak", site + logins + "login_via_keycloak"}
	}
	return []string{site + logins + "custom/" + RecordName(provider)}
}

// RecordName is the name of the record that a site makes for a provider name.
func RecordName(provider string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(provider))
}

// NewClient is the client for a site, without a secret.
func NewClient(site, provider string) clients.Client {
	site = strings.TrimSuffix(strings.TrimSpace(site), "/")
	c := clients.Client{
		Type: clients.Web, AuthMethod: clientauth.MethodPost, RedirectURIs: Redirects(site, provider), GrantTypes: []string{clients.GrantCode, clients.GrantRefresh}, PKCEOptional: true,
		Scopes: clients.FrappeScopes(), IDTokenAlg: "HS256", IDTokenClaims: true, Frappe: &clients.FrappeSite{URL: site, Provider: provider},
	}
	c.DefaultRedirectURI = c.RedirectURIs[0]
	if u, err := url.Parse(site); err == nil {
		c.Name = u.Host
	}
	return c
}

// Await sets until when an administrator waits for the first sign-in of a site;
// zero ends it.
func (s *Service) Await(ctx context.Context, id string, until time.Time) error {
	err := s.clients.Change(ctx, id, func(c *clients.Client) error {
		if c.Frappe == nil || c.Frappe.Awaited.Equal(until) {
			return clients.ErrUnchanged
		}
		c.Frappe.Awaited = until
		return nil
	})
	if err != nil {
		return fmt.Errorf("await site: %w", err)
	}
	return nil
}

// ProviderOf is the provider of the site's Social Login Key. If it was not
// stored, the redirect URIs show it.
func ProviderOf(c clients.Client) string {
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
			return clients.KeycloakProvider
		}
	}
	return clients.FrappeProvider
}
