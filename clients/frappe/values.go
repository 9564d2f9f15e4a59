// Package frappe handles Frappe and ERPNext sites as clients of a hub: the
// values for a site's Social Login Key and how to write them through the site's
// REST API, the client for a site, and the import of clients from a site.
package frappe

import (
	"encoding/json"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// A Field is one field of the Social Login Key form.
type Field struct {
	Name  string // in the site's records
	Label string // as on its form
	Value any    // text, or 1 for a ticked box

	Set    bool // the site fills it in when the provider is chosen
	Choice bool // chosen or ticked, not typed
	Secret bool
}

// Text is the value as a user enters it.
func (f Field) Text() string {
	if text, ok := f.Value.(string); ok {
		return text
	}
	return "ticked"
}

// A Key is the input for a Social Login Key.
type Key struct {
	Hub      string // its URL
	Provider string // clients.FrappeProvider, clients.KeycloakProvider, or a custom name
	ClientID string
	Secret   string // empty where it is not known any more
	SignUps  string // Allow, Deny, or empty: the site's Website Settings decide
}

// The choices of SignUps.
const (
	Allow = "Allow"
	Deny  = "Deny"
)

// Record is the name of the site's record.
func (k Key) Record() string { return RecordName(k.Provider) }

// custom reports whether the site has no built-in settings for it.
func (k Key) custom() bool {
	return k.Provider != clients.FrappeProvider && k.Provider != clients.KeycloakProvider
}

// Fields are the values to enter, in the order of the site's form.
func (k Key) Fields() []Field {
	kind := k.Provider
	if k.custom() {
		kind = "Custom"
	}
	at := k.addresses()
	return []Field{
		{Name: "enable_social_login", Label: "Enable Social Login", Value: 1, Choice: true},
		{Name: "social_login_provider", Label: "Social Login Provider", Value: kind, Choice: true},
		{Name: "client_id", Label: "Client ID", Value: k.ClientID},
		{Name: "provider_name", Label: "Provider Name", Value: k.Provider, Set: !k.custom()},
		{Name: "client_secret", Label: "Client Secret", Value: k.Secret, Secret: true},
		{Name: "base_url", Label: "Base URL", Value: k.Hub},
		{Name: "custom_base_url", Label: "Custom Base URL", Value: 1, Set: true, Choice: true},
		{Name: "authorize_url", Label: "Authorize URL", Value: at.authorize, Set: !k.custom()},
		{Name: "access_token_url", Label: "Access Token URL", Value: at.token, Set: !k.custom()},
		{Name: "redirect_url", Label: "Redirect URL", Value: at.redirect, Set: !k.custom()},
		{Name: "api_endpoint", Label: "API Endpoint", Value: at.userinfo, Set: !k.custom()},
		{Name: "auth_url_data", Label: "Auth URL Data", Value: `{"response_type": "code", "scope": "` + at.scope + `"}`, Set: !k.custom()},
		{Name: "user_id_property", Label: "User ID Property", Value: at.id, Set: !k.custom()},
		{Name: "sign_ups", Label: "Sign ups", Value: k.SignUps, Choice: true},
	}
}

// Typed are the fields to enter by hand.
func (k Key) Typed() []Field {
	var typed []Field
	for _, f := range k.Fields() {
		if !f.Set {
			typed = append(typed, f)
		}
	}
	return typed
}

// addresses are the hub's endpoints as the built-in providers have them. The
// site appends each to the Base URL, except an absolute API Endpoint.
type addresses struct{ authorize, token, userinfo, redirect, scope, id string }

func (k Key) addresses() addresses {
	const oauth, keycloak = "/api/method/frappe.integrations.oauth2.", "/protocol/openid-connect/"
	a := addresses{scope: "openid", redirect: Redirects("", k.Provider)[0]}
	switch k.Provider {
	case clients.FrappeProvider:
		a.authorize, a.token, a.userinfo = oauth+"authorize", oauth+"get_token", oauth+"openid_profile"
	case clients.KeycloakProvider:
		a.authorize, a.token, a.userinfo = keycloak+"auth", keycloak+"token", keycloak+"userinfo"
	default:
		a.authorize, a.token, a.userinfo = "/oauth2/authorize", "/oauth2/token", k.Hub+"/oauth2/userinfo"
		a.scope, a.id = "openid profile email", "sub"
	}
	return a
}

// same compares a stored value with the one sent: texts without surrounding
// spaces, JSON by content, boxes as numbers.
func same(sent, kept any) bool {
	if n, ok := sent.(int); ok {
		switch kept := kept.(type) {
		case float64:
			return kept == float64(n)
		case bool:
			return kept == (n != 0)
		}
		return false
	}
	text, _ := sent.(string)
	other, _ := kept.(string)
	if text = strings.TrimSpace(text); text == strings.TrimSpace(other) {
		return true
	}
	if !strings.HasPrefix(text, "{") {
		return false
	}
	return canonical(text) != "" && canonical(text) == canonical(other)
}

// canonical is JSON in one form; empty if the text is not JSON.
func canonical(text string) string {
	var value any
	if jsonx.Unmarshal([]byte(text), &value) != nil {
		return ""
	}
	out, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(out)
}
