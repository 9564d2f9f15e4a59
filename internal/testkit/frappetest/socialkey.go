package frappetest

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A SocialLoginKey is a site's record of a provider, with the names of its
// fields.
type SocialLoginKey struct {
	ProviderName           string
	ClientID, ClientSecret string
	BaseURL                string
	AuthorizeURL           string
	AccessTokenURL         string
	RedirectURL            string
	APIEndpoint            string
	AuthURLData            [][2]string // in the site's order
	UserIDProperty         string
	SignUps                string // "Allow", "Deny", or empty for the site's default
	NoCustomBaseURL        bool   // the addresses are absolute
	Disabled               bool   // no button; its callback still works
	TrustUnverifiedEmail   bool   // G4
}

// FrappeKey is a key of the built-in provider "Frappe", for which an
// administrator enters three values.
func FrappeKey(baseURL, id, secret string) SocialLoginKey {
	const oauth = "/api/method/frappe.integrations.oauth2."
	return SocialLoginKey{
		ProviderName: "Frappe", ClientID: id, ClientSecret: secret, BaseURL: baseURL,
		AuthorizeURL: oauth + "authorize", AccessTokenURL: oauth + "get_token", APIEndpoint: oauth + "openid_profile",
		RedirectURL: "/api/method/" + logins + "login_via_frappe",
		AuthURLData: [][2]string{{"response_type", "code"}, {"scope", "openid"}}, SignUps: "Allow",
	}
}

// KeycloakKey is a key of the built-in provider "Keycloak". Its Base URL may have
// a path.
func KeycloakKey(baseURL, id, secret string) SocialLoginKey {
	const connect = "/protocol/openid-connect/"
	return SocialLoginKey{
		ProviderName: "Keycloak", ClientID: id, ClientSecret: secret, BaseURL: baseURL,
		AuthorizeURL: connect + "auth", AccessTokenURL: connect + "token", APIEndpoint: connect + "userinfo",
		RedirectURL: "/api/method/" + logins + "login_via_keycloak/keycloak",
		AuthURLData: [][2]string{{"response_type", "code"}, {"scope", "openid"}}, SignUps: "Allow",
	}
}

// CustomKey is a key with all values entered by hand.
func CustomKey(name, baseURL, id, secret string) SocialLoginKey {
	key := SocialLoginKey{
		ProviderName: name, ClientID: id, ClientSecret: secret, BaseURL: baseURL,
		AuthorizeURL: "/oauth2/authorize", AccessTokenURL: "/oauth2/token", APIEndpoint: baseURL + "/oauth2/userinfo",
		AuthURLData: [][2]string{{"response_type", "code"}, {"scope", "openid profile email"}}, UserIDProperty: "sub", SignUps: "Allow",
	}
	key.RedirectURL = "/api/method/" + logins + "custom/" + key.Record()
	return key
}

// Record is the name of the site's record of the key.
func (k SocialLoginKey) Record() string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(k.ProviderName))
}

// address concatenates texts: a double slash stays.
func (k SocialLoginKey) address(path string) string {
	if k.NoCustomBaseURL {
		return path
	}
	return k.BaseURL + path
}

// userinfo is resolved as a URL, so a path in the Base URL is lost; only the
// Keycloak key is concatenated like the other two addresses.
func (k SocialLoginKey) userinfo() (string, error) {
	if k.Record() == "keycloak" {
		return k.BaseURL + k.APIEndpoint, nil
	}
	base, err := url.Parse(k.BaseURL)
	if err != nil {
		return "", err
	}
	to, err := base.Parse(k.APIEndpoint)
	if err != nil {
		return "", err
	}
	return to.String(), nil
}

// redirectURI is the site's redirect URI.
func (s *Secondary) redirectURI(k SocialLoginKey) string { return s.site() + k.RedirectURL }

// Link is the address of the key's button, with a new state.
func (s *Secondary) Link(k SocialLoginKey, redirectTo string) string {
	pairs := [][2]string{{"redirect_uri", s.redirectURI(k)}, {"state", s.newState(redirectTo)}}
	pairs = append(append(pairs, k.AuthURLData...), [2]string{"client_id", k.ClientID})
	return k.address(k.AuthorizeURL) + "?" + encode(pairs)
}

// encode writes a form in the order given, spaces as plus signs.
func encode(pairs [][2]string) string {
	var out []string
	for _, p := range pairs {
		out = append(out, url.QueryEscape(p[0])+"="+url.QueryEscape(p[1]))
	}
	return strings.Join(out, "&")
}

var loginPage = template.Must(template.New("login").Parse(`<!doctype html><title>Login</title>
{{range .}}<a class="btn-login-option" href="{{.Link}}">Login with {{.Name}}</a>
{{end}}`))

// loginPage has a button for each enabled and complete key.
func (s *Secondary) loginPage(w http.ResponseWriter, r *http.Request) {
	type button struct{ Name, Link string }
	var buttons []button
	s.mu.Lock()
	keys := make([]SocialLoginKey, 0, len(s.keys))
	for _, k := range s.keys {
		keys = append(keys, k)
	}
	s.mu.Unlock()
	slices.SortFunc(keys, func(a, b SocialLoginKey) int { return strings.Compare(a.Record(), b.Record()) })
	for _, k := range keys {
		if k.Disabled || k.ClientID == "" || k.ClientSecret == "" || k.BaseURL == "" {
			continue
		}
		buttons = append(buttons, button{k.ProviderName, s.Link(k, s.local(r.URL.Query().Get("redirect-to")))})
	}
	s.cookies(w, r, "", Account{FirstName: "Guest"})
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := loginPage.Execute(w, buttons); err != nil {
		panic(fmt.Sprintf("the login page: %v", err)) // the fixture is wrong
	}
}

// local drops an address with another host.
func (s *Secondary) local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Host != "" && u.Scheme+"://"+u.Host != s.site() {
		return ""
	}
	return to
}
