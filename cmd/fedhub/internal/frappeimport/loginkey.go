package frappeimport

import (
	"net/url"
	"strings"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/addresses"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/place"
)

// A KeyHere is the sign-in provider that a Social Login Key becomes: switched off,
// until an administrator has tried it.
type KeyHere struct {
	federation.LoginKey
	Secret string
}

// loginKey is the rule for a Social Login Key. hub is this hub's URL.
func loginKey(d Doc, o Options, hub string) (KeyHere, Record) {
	r := Record{Kind: SocialLoginKey, Name: d.text("provider_name"), Place: d.At}
	provider := d.text("social_login_provider")
	if provider == "" {
		provider = "Custom"
	}
	if r.Name == "" {
		r.Name = provider
	}
	base := addresses.Tidy(d.text("base_url"))
	if provider == "Frappe" && base != "" && (place.Same(base, hub) || o.Site != "" && place.Same(base, o.Site)) {
		r.skip("It only sets the site's own issuer. The issuer here is the hub's URL.")
		return KeyHere{}, r
	}
	start, found := starts[provider]
	if !found {
		start = customKey
	}
	k, ok := start(d, base, &r)
	if !ok {
		r.refuse("The export does not say enough about this provider.", "Add it by hand under Sign-in providers.")
		return KeyHere{}, r
	}
	k.ID, k.Name = addresses.Slug(d.text("name")), r.Name
	k.ClientID, k.Enabled = d.text("client_id"), false
	k.SignUps = federation.Deny
	if d.text("sign_ups") == "Allow" {
		k.SignUps = federation.Allow
	}
	r.ID = k.ID
	return withSecret(d, k, hub, &r), r
}

func withSecret(d Doc, k federation.LoginKey, hub string, r *Record) KeyHere {
	here := KeyHere{LoginKey: k}
	if secret := d.text("client_secret"); !masked(secret) {
		here.Secret = secret
	} else {
		r.todo("Enter its client secret. No export contains it.")
	}
	r.todo("Register the callback URL " + hubaddress.Hub(hub).Callback(k.ID) + " at the provider, then try the sign-in provider here and switch it on.")
	return here
}

// starts create the sign-in provider for each of the site's providers. They return
// false if the export does not say enough.
var starts = map[string]func(d Doc, base string, r *Record) (federation.LoginKey, bool){
	"Google":   fromCatalog("google"),
	"GitHub":   fromCatalog("github"),
	"Facebook": fromCatalog("facebook"),
	"Salesforce": func(_ Doc, base string, _ *Record) (federation.LoginKey, bool) {
		return preset("salesforce", map[string]string{"site": base})
	},
	"Frappe": func(_ Doc, base string, r *Record) (federation.LoginKey, bool) {
		r.note("Users of that site are linked again at their first sign-in through it.")
		k, ok := preset("frappe", nil)
		k.BaseURL = base
		return k, ok && base != ""
	},
	"Office 365": microsoftKey,
	"Keycloak":   keycloakKey,
	"fairlogin":  keycloakKey,
	"Custom":     customKey,
}

func preset(name string, answers map[string]string) (federation.LoginKey, bool) {
	entry, found := catalog.Get(name)
	if !found {
		return federation.LoginKey{}, false
	}
	return entry.Start(answers), true
}

func fromCatalog(name string) func(Doc, string, *Record) (federation.LoginKey, bool) {
	return func(Doc, string, *Record) (federation.LoginKey, bool) { return preset(name, nil) }
}

// microsoftKey finds the tenant: in the field of newer versions, or in the
// authorization endpoint.
func microsoftKey(d Doc, _ string, r *Record) (federation.LoginKey, bool) {
	tenant := d.text("tenant_id")
	if u, err := url.Parse(d.text("authorize_url")); tenant == "" && err == nil {
		tenant, _, _ = strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	}
	if tenant == "" || tenant == "common" {
		tenant = "organizations"
		r.note("The site admits accounts of any tenant. Here all work and school accounts are admitted until you enter your tenant.")
		r.todo("Enter your tenant ID, so that only users of your organization can sign in.")
	}
	r.note("Users are linked again at their first sign-in through it, because the site uses another ID for them.")
	return preset("microsoft", map[string]string{"tenant": tenant})
}

// keycloakKey finds the realm at the end of the address.
func keycloakKey(d Doc, base string, r *Record) (federation.LoginKey, bool) {
	server, realm, found := strings.Cut(base, "/realms/")
	if !found || server == "" || realm == "" || strings.Contains(realm, "/") {
		return customKey(d, base, r)
	}
	r.note("Users are linked again at their first sign-in through it, because the site may use a name that can change.")
	return preset("keycloak", map[string]string{"server": server, "realm": realm})
}

// customKey describes a provider by its three endpoints.
func customKey(d Doc, base string, r *Record) (federation.LoginKey, bool) {
	if at, realm := strings.CutSuffix(base+d.text("authorize_url"), "/protocol/openid-connect/auth"); realm && strings.Contains(at, "/realms/") {
		return keycloakKeyAt(at)
	}
	k, ok := preset("oauth2", nil)
	k.BaseURL = base
	k.Endpoints = federation.Endpoints{
		Authorize: address(d, base, "authorize_url"), Token: address(d, base, "access_token_url"), Userinfo: address(d, base, "api_endpoint"),
	}
	k.Claims.Subject = "sub"
	if property := d.text("user_id_property"); property != "" {
		k.Claims.Subject = property
	}
	k.Scopes = scopesOf(d.text("auth_url_data"))
	r.note("It is configured by its endpoints here. If the provider has a discovery document, the kind \"Any OpenID provider\" is safer.")
	return k, ok && base != ""
}

func keycloakKeyAt(at string) (federation.LoginKey, bool) {
	server, realm, _ := strings.Cut(at, "/realms/")
	return preset("keycloak", map[string]string{"server": server, "realm": realm})
}

// address joins the base URL and a path as the site does. An absolute URL stays as
// it is.
func address(d Doc, base, field string) string {
	path := d.text(field)
	switch {
	case path == "", strings.Contains(path, "://"):
		return path
	case !strings.HasPrefix(path, "/"):
		path = "/" + path
	}
	return base + path
}

// scopesOf reads the scope of Auth URL Data, a JSON object.
func scopesOf(data string) []string {
	var parameters map[string]any
	if jsonx.Unmarshal([]byte(data), &parameters) != nil {
		return nil
	}
	scope, _ := parameters["scope"].(string)
	return strings.Fields(scope)
}
