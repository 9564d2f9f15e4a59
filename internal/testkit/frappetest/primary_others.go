package frappetest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// nothing is the empty object.
var nothing = map[string]any{}

// revoke has two quirks: it finds a refresh token only with token_type_hint, and
// without client_id only access tokens.
func (v *visit) revoke() {
	token := v.form.Get("token")
	if v.r.Method != http.MethodPost || token == "" {
		v.json(http.StatusBadRequest, nothing)
		return
	}
	hint, client := v.form.Get("token_type_hint"), v.form.Get("client_id")
	if v.g >= G4 {
		if _, ok := v.authenticated(v.form); !ok {
			return
		}
	}
	at := slices.IndexFunc(v.Tokens, func(t Token) bool {
		if hint == "refresh_token" {
			return t.Refresh == token
		}
		return t.Access == token
	})
	switch {
	case v.g < G4 && client == "" && (at < 0 || hint == "refresh_token"):
		v.missing("OAuth Client", "None")
		return
	case v.g < G4 && client != "" && v.Clients[client].ID == "":
		v.missing("OAuth Client", client)
		return
	case at >= 0:
		v.Tokens[at].Revoked = true
	}
	v.json(http.StatusOK, nothing)
}

// discovery takes all addresses from the issuer, which may be another site.
func (v *visit) discovery() map[string]any {
	at := v.issuer()
	return map[string]any{
		"issuer":                                at,
		"authorization_endpoint":                at + "/api/method/frappe.integrations.oauth2.authorize",
		"token_endpoint":                        at + "/api/method/frappe.integrations.oauth2.get_token",
		"userinfo_endpoint":                     at + "/api/method/frappe.integrations.oauth2.openid_profile",
		"revocation_endpoint":                   at + "/api/method/frappe.integrations.oauth2.revoke_token",
		"introspection_endpoint":                at + "/api/method/frappe.integrations.oauth2.introspect_token",
		"response_types_supported":              append([]string{"code", "token"}, hybrid...),
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{"HS256"},
	}
}

// metadata describes the address of the request. Its
// token_endpoint_auth_methods_supported is wrong.
func (v *visit) metadata() map[string]any {
	at := v.origin + "/api/method/frappe.integrations.oauth2."
	methods := []string{"none", "client_secret_basic"}
	if v.g >= G4 {
		methods = append(methods, "client_secret_post")
	}
	return map[string]any{
		"issuer": v.origin, "authorization_endpoint": at + "authorize", "token_endpoint": at + "get_token", "userinfo_endpoint": at + "openid_profile",
		"revocation_endpoint": at + "revoke_token", "introspection_endpoint": at + "introspect_token", "registration_endpoint": at + "register_client",
		"response_types_supported": []string{"code"}, "response_modes_supported": []string{"query"},
		"grant_types_supported":                      []string{"authorization_code", "refresh_token"},
		"token_endpoint_auth_methods_supported":      methods,
		"revocation_endpoint_auth_methods_supported": []string{"client_secret_basic"},
		"code_challenge_methods_supported":           []string{"S256"},
		"service_documentation":                      "https://docs.example.org",
	}
}

func (v *visit) wellKnown(path string) {
	if v.g >= G2a {
		v.cors()
	}
	switch {
	case v.g == G1 && path == "/.well-known/openid-configuration":
		v.w.Header().Set("Cache-Control", "no-store, no-cache, must-revalidate")
		v.redirect(http.StatusMovedPermanently, "/api/method/frappe.integrations.oauth2.openid_configuration")
	case path == "/.well-known/openid-configuration":
		v.indented(http.StatusOK, v.discovery())
	case v.g >= G2a && strings.HasPrefix(path, "/.well-known/oauth-authorization-server"):
		v.indented(http.StatusOK, v.metadata())
	case v.g >= G2a && strings.HasPrefix(path, "/.well-known/oauth-protected-resource"):
		v.indented(http.StatusOK, map[string]any{
			"resource": v.origin, "authorization_servers": []string{v.origin}, "bearer_methods_supported": []string{"header"},
			"resource_name": "Frappe Framework Application", "resource_documentation": "https://docs.example.org",
		})
	default:
		v.page(http.StatusNotFound, "Not Found", "")
	}
}

func (v *visit) cors() {
	if origin := v.r.Header.Get("Origin"); origin != "" {
		h := v.w.Header()
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Credentials", "true")
		h.Set("Vary", "Origin")
	}
}

// preflight allows every origin for the well-known documents only.
func (v *visit) preflight() {
	if v.g >= G2a && strings.HasPrefix(v.r.URL.Path, "/.well-known/") {
		v.cors()
		v.w.Header().Set("Access-Control-Allow-Methods", http.MethodGet)
		v.w.Header().Set("Access-Control-Max-Age", "86400")
	}
	v.head(http.StatusOK, "text/plain; charset=utf-8")
}

// register registers a client without authentication (RFC 7591). With several
// redirect URIs none works: they are stored with line breaks and read with spaces
// between them.
func (v *visit) register() {
	var asked struct {
		Name      string   `json:"client_name"`
		Redirects []string `json:"redirect_uris"`
		Scope     string   `json:"scope"`
		Method    string   `json:"token_endpoint_auth_method"`
	}
	problem := ""
	switch err := json.NewDecoder(v.r.Body).Decode(&asked); {
	case err != nil || len(asked.Redirects) == 0:
		problem = "redirect_uris\n  Field required"
	case asked.Name == "":
		problem = "client_name\n  Field required"
	case slices.ContainsFunc(asked.Redirects, func(to string) bool {
		return !strings.HasPrefix(to, "https://") && (v.g < G4 || !strings.HasPrefix(to, "http://127."))
	}):
		problem = "redirect_uris must be https"
	}
	if problem != "" {
		v.indented(http.StatusBadRequest, map[string]string{"error": "invalid_client_metadata", "error_description": problem})
		return
	}
	if asked.Scope == "" {
		asked.Scope = "all"
	}
	c := Client{ID: drawn(idLetters, 10), Name: asked.Name, Secret: drawn("0123456789abcdef", 10), RedirectURIs: strings.Join(asked.Redirects, "\n"), Default: asked.Redirects[0], Scopes: asked.Scope}
	answer := map[string]any{
		"client_id": c.ID, "client_name": c.Name, "client_id_issued_at": v.now().Add(india).Unix(), "client_secret_expires_at": 0,
		"grant_types": []string{"authorization_code"}, "response_types": []string{"code"}, "redirect_uris": asked.Redirects, "scope": c.Scopes,
	}
	switch asked.Method {
	case "none":
		c.AuthMethod = None
	case "client_secret_post":
		c.AuthMethod = Post
	}
	if c.AuthMethod != None {
		answer["client_secret"] = c.Secret
	}
	v.Clients[c.ID] = c
	v.indented(http.StatusCreated, answer)
}

// record is GET /api/resource/User/{name}: the complete document, also if the
// request selects fields.
func (v *visit) record(name string) {
	key, found := strings.CutPrefix(v.r.Header.Get("Authorization"), "token ")
	u, known := v.People[name]
	switch {
	case found && (v.APIKey == "" || key != v.APIKey):
		v.frappeError(http.StatusUnauthorized, "AuthenticationError", "")
	case !found, v.APIBlind:
		v.frappeError(http.StatusForbidden, "PermissionError", "")
	case !known:
		v.frappeError(http.StatusNotFound, "DoesNotExistError", "User "+name+" not found")
	default:
		enabled := 1
		if u.Disabled {
			enabled = 0
		}
		v.json(http.StatusOK, map[string]any{"data": map[string]any{
			"name": u.Email, "doctype": "User", "email": u.Email, "first_name": u.First, "enabled": enabled, "user_type": "System User"}})
	}
}
