package clients

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
)

// TidySite makes of what a person typed, or pasted from the address bar, the
// origin of a Frappe site: no spaces, path, query or default port, the scheme
// and host in lower case. Where no scheme was typed it is https, or http on
// this very machine.
func (r *Registry) TidySite(typed string) (string, error) {
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
		rest = rest[:at] // a site is all of its host, so /login and /app are pages of it
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
	return r.siteOf(typed, scheme, redirecturi.WithoutDefaultPort(host, map[string]string{"https": ":443", "http": ":80"}[scheme]))
}

func (r *Registry) siteOf(typed, scheme, host string) (string, error) {
	site := scheme + "://" + host
	u, err := redirecturi.Parse(site)
	switch {
	case scheme != "https" && scheme != "http":
		return "", forms.New("site", "site.address.scheme")
	case err != nil:
		return "", forms.New("site", "site.address.bad", "address", typed, "cause", err)
	case !strings.Contains(u.Host, ".") && !strings.HasPrefix(u.Host, "[") && !u.Loopback():
		return "", forms.New("site", "site.address.short", "address", typed)
	case scheme == "http" && !u.Loopback() && !r.allowHTTP:
		return "", forms.New("site", "site.address.plain")
	}
	return site, nil
}

// CheckProvider says what is wrong with the Provider Name of a custom key: the
// last part of an address is made of it.
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
	case slices.Contains(builtIn, FrappeRecord(name)):
		return forms.New("provider_name", "site.provider.taken", "name", name)
	}
	return nil
}

// builtIn are the names of records that a site makes for its own providers.
var builtIn = []string{"custom", "facebook", "frappe", "github", "google", "office_365", "salesforce", "fairlogin", "keycloak"}

// SiteAt returns the client that the Frappe site at an origin is; fs.ErrNotExist
// if there is none.
func (r *Registry) SiteAt(ctx context.Context, site string) (Client, error) {
	for c, err := range r.store.EachWhere(ctx, "frappe.url", site) {
		if err != nil {
			return Client{}, fmt.Errorf("look for site %q: %w", site, err)
		}
		return c, nil
	}
	return Client{}, fmt.Errorf("site %q: %w", site, fs.ErrNotExist)
}

// adding is how long the right to add a site is one caller's: longer than a
// request takes.
const adding = 15 * time.Second

// AddSite is Add for a Frappe site that is not here yet; one that is, is
// returned with fs.ErrExist. Of several that add the same at once one does; the
// others may be told so before there is a client to return.
func (r *Registry) AddSite(ctx context.Context, c Client) (Client, error) {
	known, err := r.SiteAt(ctx, c.Frappe.URL)
	if err == nil {
		return known, fmt.Errorf("site %q: %w", c.Frappe.URL, fs.ErrExist)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return Client{}, err
	}
	if r.auth.Replay != nil {
		if err := r.auth.Replay(ctx, "site "+c.Frappe.URL, r.now().Add(adding)); err != nil {
			return Client{}, fmt.Errorf("site %q: %w", c.Frappe.URL, err)
		}
	}
	return r.Add(ctx, c)
}

// Await notes until when an administrator waits for the first sign-in of a
// site; zero ends it.
func (r *Registry) Await(ctx context.Context, id string, until time.Time) error {
	err := r.change(ctx, id, func(c *Client) error {
		if c.Frappe == nil || c.Frappe.Awaited.Equal(until) {
			return errUnchanged
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
		c, err := r.cached(ctx, id)
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

// DropUnused ends the secrets of a client that are older than this one of its
// secrets and that nobody ever showed, and returns how many.
func (r *Registry) DropUnused(ctx context.Context, id, secret string) (int, error) {
	dropped := 0
	err := r.change(ctx, id, func(c *Client) error {
		kept, found := clientauth.Match(c.Secrets, secret, r.now())
		if !found {
			return errUnchanged
		}
		before := len(c.Secrets)
		c.Secrets = slices.DeleteFunc(c.Secrets, func(s clientauth.Secret) bool {
			return s.ID != kept.ID && s.LastUsed.IsZero() && !s.Created.After(kept.Created)
		})
		if dropped = before - len(c.Secrets); dropped == 0 {
			return errUnchanged
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("drop unused secrets: %w", err)
	}
	return dropped, nil
}

// TakeBack ends a secret that reached nobody, by its value.
func (r *Registry) TakeBack(ctx context.Context, id, secret string) error {
	err := r.change(ctx, id, func(c *Client) error {
		gone, found := clientauth.Match(c.Secrets, secret, r.now())
		if !found {
			return errUnchanged
		}
		c.Secrets = slices.DeleteFunc(c.Secrets, func(s clientauth.Secret) bool { return s.ID == gone.ID })
		return nil
	})
	if err != nil {
		return fmt.Errorf("take back a secret: %w", err)
	}
	return nil
}

// RegistrableRedirect says whether an address can be one of a client's redirect
// URIs here.
func (r *Registry) RegistrableRedirect(uri string) bool {
	return redirecturi.Validate(uri, r.allowHTTP) == nil
}
