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

// client is the rule for an OAuth Client. Where it is not taken over, the
// record says why. usable says what is wrong with an address to return to.
func client(d Doc, usable func(address string) error) (ClientHere, Record) {
	r := Record{Kind: OAuthClient, Name: d.text("app_name"), ID: d.text("name"), Place: d.At}
	if r.Name == "" {
		r.Name = r.ID
	}
	grant, response := d.text("grant_type"), d.text("response_type")
	switch {
	case granttypes.Named(grant) == clients.GrantImplicit || strings.EqualFold(response, "token"):
		r.refuse("It uses the Implicit grant, which puts tokens into addresses.",
			"Let the app use Authorization Code with PKCE, and add it here by hand.")
	case d.on("is_dynamic_client") || d.text("owner") == "Guest":
		r.skip("It registered itself, so nobody answers for it; it can register itself here too, if the settings let it.")
	case len(words(d.text("redirect_uris"))) == 0:
		r.refuse("It has no Redirect URIs, so it could not be used at the site either.", "Fill them in at the site, or leave the client out.")
	}
	if r.Outcome != "" {
		return ClientHere{}, r
	}
	redirects := redirectsHere(d, usable, &r)
	if len(redirects) == 0 {
		r.refuse("None of its Redirect URIs can be used here.", "Give it https addresses at the site, or add it here by hand.")
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
		r.note("People are asked for consent here: another app on their machine could receive the answer.")
	}
	if c.AllowedRoles = allowedHere(d); !d.lists("allowed_roles") {
		r.note("The export does not say which roles may use it, so everybody may. Older sites have no such rule.")
		r.todo("If the site has Allowed Roles for it, export that child table too, or choose the roles under Applications.")
	}
	for field, at := range map[string]*string{"client_uri": &c.ClientURI, "logo_uri": &c.LogoURI, "tos_uri": &c.TosURI, "policy_uri": &c.PolicyURI} {
		if *at = d.text(field); *at != "" && (!strings.HasPrefix(*at, "https://") || usable(*at) != nil) {
			*at = ""
			r.note("Left out: " + field + ", which is no https address.")
		}
	}
	c.Registration.Contacts = words(d.text("contacts"))
	c.Registration.SoftwareID, c.Registration.SoftwareVersion = d.text("software_id"), d.text("software_version")
	tellClient(c, &r)
	return c, r
}

// words splits what Frappe keeps as one text: by spaces, or by lines.
func words(text string) []string {
	var out []string
	for _, word := range strings.Fields(text) {
		if !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}

// redirectsHere are the addresses that can be used here, as they are written.
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

// kindOfClient is what the client is by where it takes its answers: a Frappe
// site, an app that cannot keep a secret, or a server like any other.
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
	// Sites of version 16 and 17 fill in Client Secret Basic by themselves and read
	// the secret from the body alone, so the two others say nothing of the app.
	// It may use either place here.
	if strings.EqualFold(d.text("token_endpoint_auth_method"), "none") || slices.ContainsFunc(redirects, private) {
		c.Type, c.AuthMethod, c.PKCEOptional = publicType(redirects), clientauth.MethodNone, false
		r.note("It runs where no secret can be kept, so it needs PKCE with S256 here.")
	}
	if c.AuthMethod != clientauth.MethodNone {
		r.note("It is an ordinary app here: its ID tokens are signed with the hub's own key (RS256), PKCE may be left out, and openid stands for profile, email and roles too, as at the site.")
		r.todo("Let the app read its settings from the hub's /.well-known/openid-configuration.")
	}
	tellScopes(all, r)
	return c
}

// scopesHere are the scopes without the one that stands for everything, and
// with those that openid stands for at a Frappe site.
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
		r.note("Left out: the scope all, which has no meaning here. An app that asks for it gets the others.")
	}
}

// logins and oldLogins are how the paths begin at which a Frappe site takes
// answers, today and in versions up to 12.
const (
	logins    = "/api/method/frappe.integrations.oauth2_logins."
	oldLogins = "/api/method/frappe.www.login.login_via_"
)

// siteOf is the origin of the Frappe site that the addresses belong to, and
// the provider of its Social Login Key; empty if they are no site's. The
// default address counts first.
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

// providerOf tells the provider by the end of the address: login_via_frappe,
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

// private reports whether only an app that is installed can take an answer at
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

// defaultRedirect is the site's choice, if it is one of the list.
func defaultRedirect(d Doc, redirects []string, r *Record) string {
	chosen := d.text("default_redirect_uri")
	if chosen == "" || slices.Contains(redirects, chosen) {
		return cmp.Or(chosen, redirects[0])
	}
	r.note(fmt.Sprintf("The Default Redirect URI %.200q is not one that can be used; the first of the Redirect URIs takes its place.", chosen))
	return redirects[0]
}

// clientSecret is the secret, unless the export shows stars in its place.
func clientSecret(d Doc) string {
	secret := d.text("client_secret")
	if masked(secret) {
		return ""
	}
	return secret
}

// masked reports whether a secret was left out of an export: Frappe writes as
// many stars as it has characters.
func masked(secret string) bool { return strings.Trim(secret, "*") == "" }

func tellClient(c ClientHere, r *Record) {
	switch {
	case c.AuthMethod == clientauth.MethodNone:
	case c.Secret == "":
		r.note("The export has no secret of it.")
		r.todo("Make one under Applications, and enter it in the app.")
	case len(c.Secret) < clientauth.WeakSecret:
		r.note(fmt.Sprintf("Its secret has %d characters: whoever sees a token that is signed with it can guess it.", len(c.Secret)))
		r.todo("Rotate the secret when the app works here: make a new one under Applications, enter it in the app, drop the old one.")
	}
	if c.Frappe != nil {
		r.note("It is the Frappe site " + c.Frappe.URL + ", which works as it is: only its Base URL changes.")
		r.todo("In its Social Login Key set the Base URL to this hub's address, unless the hub has taken over the old one.")
	}
}
