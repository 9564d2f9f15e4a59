package frappeimport

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/clients/granttypes"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
)

// A ClientHere is what an OAuth Client becomes here.
type ClientHere struct {
	clients.Client
	Secret string
}

// client is the rule for an OAuth Client. If it is not imported, the record says
// why. usable checks a redirect URI.
func client(d Doc, usable func(address string) error) (ClientHere, Record) {
	r := Record{Kind: OAuthClient, Name: d.text("app_name"), ID: d.text("name"), Place: d.At}
	if r.Name == "" {
		r.Name = r.ID
	}
	grant, response := d.text("grant_type"), d.text("response_type")
	switch {
	case granttypes.Named(grant) == clients.GrantImplicit || strings.EqualFold(response, "token"):
		r.refuse("It uses the implicit grant, which puts tokens into URLs.",
			"Change the application to the authorization code grant with PKCE, and add it here by hand.")
	case d.on("is_dynamic_client") || d.text("owner") == "Guest":
		r.skip("It registered itself, so no administrator has approved it. It can register itself here too, if the settings allow it.")
	case len(words(d.text("redirect_uris"))) == 0:
		r.refuse("It has no Redirect URIs, so it does not work on the site either.", "Enter them on the site and export it again, or leave the application out.")
	}
	if r.Outcome != "" {
		return ClientHere{}, r
	}
	redirects := redirectsHere(d, usable, &r)
	if len(redirects) == 0 {
		r.refuse("None of its Redirect URIs can be used here.", "Enter https URLs on the site and export it again, or add the application here by hand.")
		return ClientHere{}, r
	}
	c := ClientHere{Client: kindOfClient(d, redirects, &r), Secret: clientSecret(d)}
	if c.AuthMethod == clientauth.MethodNone {
		c.Secret = ""
	}
	c.ID, c.Name = r.ID, r.Name
	c.DefaultRedirectURI = defaultRedirect(d, c.RedirectURIs, &r)
	c.SkipAuthorization = d.on("skip_authorization")
	if c.SkipAuthorization && c.Type == clients.Native { // RFC 8252 §8.6
		c.SkipAuthorization = false
		r.note("Users are asked for consent here, because another application on their device could receive the response.")
	}
	if c.AllowedRoles = allowedHere(d); !d.lists("allowed_roles") {
		r.note("The export has no Allowed Roles for it, so all users may use it. Older sites have no such rule.")
		r.todo("If the site has Allowed Roles for it, export that child table too, or choose the roles here under Applications.")
	}
	for field, at := range map[string]*string{"client_uri": &c.ClientURI, "logo_uri": &c.LogoURI, "tos_uri": &c.TosURI, "policy_uri": &c.PolicyURI} {
		if *at = d.text(field); *at != "" && (!strings.HasPrefix(*at, "https://") || usable(*at) != nil) {
			*at = ""
			r.note("Left out: " + field + ", because it is not an https URL.")
		}
	}
	c.Registration.Contacts = words(d.text("contacts"))
	c.Registration.SoftwareID, c.Registration.SoftwareVersion = d.text("software_id"), d.text("software_version")
	tellClient(c, &r)
	return c, r
}

// words splits a text at spaces and line breaks.
func words(text string) []string {
	var out []string
	for _, word := range strings.Fields(text) {
		if !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}

// redirectsHere are the redirect URIs that can be used here, unchanged.
func redirectsHere(d Doc, usable func(string) error, r *Record) []string {
	var redirects []string
	for _, address := range words(d.text("redirect_uris")) {
		if err := usable(address); err != nil {
			r.note("Left out, because the address " + texts.Of(err).In(templates.Sentence, "") + ".")
			continue
		}
		redirects = append(redirects, address)
	}
	return redirects
}

// kindOfClient chooses the type by the redirect URIs: a Frappe site, an application
// that cannot keep a secret, or a web server.
func kindOfClient(d Doc, redirects []string, r *Record) clients.Client {
	scopes, all := scopesHere(d)
	if site, provider := siteOf(redirects, d.text("default_redirect_uri")); site != "" {
		c := frappe.NewClient(site, provider)
		c.RedirectURIs = redirects
		for _, scope := range scopes {
			if !slices.Contains(c.Scopes, scope) {
				c.Scopes = append(c.Scopes, scope)
			}
		}
		tellScopes(all, r)
		return c
	}
	c := clients.Client{
		Type: clients.Web, AuthMethod: clientauth.MethodPost, RedirectURIs: redirects,
		GrantTypes: []string{clients.GrantCode, clients.GrantRefresh}, ResponseTypes: []string{"code"}, PKCEOptional: true, Scopes: scopes, OpenIDMeansProfile: true,
	}
	// Sites of version 16 and 17 set Client Secret Basic by default and read the
	// secret only from the body, so the other two values say nothing about the
	// application. It may use both methods here.
	if strings.EqualFold(d.text("token_endpoint_auth_method"), "none") || slices.ContainsFunc(redirects, private) {
		c.Type, c.AuthMethod, c.PKCEOptional = publicType(redirects), clientauth.MethodNone, false
		r.note("It runs on the user's device and cannot keep a secret, so it needs PKCE with S256 here.")
	}
	if c.AuthMethod != clientauth.MethodNone {
		r.note("It is an ordinary application here: the hub signs its ID tokens with its own key (RS256), PKCE is optional, and the scope openid also means profile, email and roles, as on the site.")
		r.todo("Configure the application with the hub's /.well-known/openid-configuration.")
	}
	tellScopes(all, r)
	return c
}

// scopesHere are the scopes without "all", and with the scopes that openid means on
// a Frappe site.
func scopesHere(d Doc) (scopes []string, all bool) {
	for _, scope := range words(d.text("scopes")) {
		if scope == "all" {
			all = true
			continue
		}
		scopes = append(scopes, scope)
	}
	if slices.Contains(scopes, "openid") || len(scopes) == 0 {
		for _, meant := range []string{"openid", "profile", "email", "roles"} {
			if !slices.Contains(scopes, meant) {
				scopes = append(scopes, meant)
			}
		}
	}
	return scopes, all
}

func tellScopes(all bool, r *Record) {
	if all {
		r.note("Left out: the scope all, which does not exist here. An application that requests it gets its other scopes.")
	}
}

// logins and oldLogins are the prefixes of a Frappe site's callback paths, today and
// up to version 12.
const (
	logins    = "/api/method/frappe.integrations.oauth2_logins."
	oldLogins = "/api/method/frappe.www.login.login_via_"
)

// siteOf is the origin of the Frappe site that the redirect URIs belong to, and the
// provider of its Social Login Key; empty if they belong to no site. The default
// redirect URI is checked first.
func siteOf(redirects []string, first string) (site, provider string) {
	if slices.Contains(redirects, first) {
		redirects = append([]string{first}, redirects...)
	}
	for _, address := range redirects {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			continue
		}
		if login, found := strings.CutPrefix(u.Path, logins); found {
			return redirecturi.OriginOf(address), providerOf(login)
		}
		if strings.HasPrefix(u.Path, oldLogins) {
			return redirecturi.OriginOf(address), clients.FrappeProvider
		}
	}
	return "", ""
}

// providerOf finds the provider at the end of the address: login_via_frappe,
// login_via_keycloak/keycloak, custom/hub.
func providerOf(login string) string {
	if name, custom := strings.CutPrefix(login, "custom/"); custom && name != "" {
		return name
	}
	if strings.HasPrefix(login, "login_via_keycloak") {
		return clients.KeycloakProvider
	}
	return clients.FrappeProvider
}

// private reports whether only an installed application can receive a response at
// this address.
func private(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme != "" && u.Scheme != "https" && u.Scheme != "http"
}

func publicType(redirects []string) clients.Type {
	local := func(address string) bool {
		u, err := url.Parse(address)
		return err == nil && (private(address) || u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
	}
	if slices.ContainsFunc(redirects, local) {
		return clients.Native
	}
	return clients.SPA
}

// defaultRedirect is the site's default redirect URI if it is in the list, else the
// first of the list.
func defaultRedirect(d Doc, redirects []string, r *Record) string {
	chosen := d.text("default_redirect_uri")
	if chosen == "" || slices.Contains(redirects, chosen) {
		return cmp.Or(chosen, redirects[0])
	}
	r.note(fmt.Sprintf("The Default Redirect URI %.200q cannot be used. The first Redirect URI is the default instead.", chosen))
	return redirects[0]
}

// clientSecret is the secret, empty if the export shows asterisks instead.
func clientSecret(d Doc) string {
	secret := d.text("client_secret")
	if masked(secret) {
		return ""
	}
	return secret
}

// masked reports whether a secret is missing from an export: Frappe writes one
// asterisk for each character.
func masked(secret string) bool { return strings.Trim(secret, "*") == "" }

func tellClient(c ClientHere, r *Record) {
	switch {
	case c.AuthMethod == clientauth.MethodNone:
	case c.Secret == "":
		r.note("The export does not contain its secret.")
		r.todo("Create a new secret under Applications, and enter it in the application.")
	case len(c.Secret) < clientauth.WeakSecret:
		r.note(fmt.Sprintf("Its secret has only %d characters. An attacker with a token that is signed with it can guess it.", len(c.Secret)))
		r.todo("When the application works here, replace the secret: create a new one under Applications, enter it in the application, then delete the old one.")
	}
	if c.Frappe != nil {
		r.note("It is the Frappe site " + c.Frappe.URL + ". Only its Base URL must change.")
		r.todo("Set the Base URL of its Social Login Key to this hub's URL, unless this hub uses the old URL.")
	}
}
