package frappetest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// A ConnectedApp is how a site uses the API of another server on behalf of its
// users, with the names of its fields. It is not used for sign-in.
type ConnectedApp struct {
	Name                                    string
	ClientID, ClientSecret                  string
	Scopes                                  []string
	QueryParameters                         [][2]string
	AuthorizationURI, TokenURI, UserinfoURI string
	RevocationURI, IntrospectionURI         string

	site  *Secondary
	state string
	cache Cached
}

// Cached are the tokens that the site stores for a user, or for itself.
type Cached struct {
	AccessToken, RefreshToken, TokenType string
	ExpiresIn                            int
	Scopes                               []string
}

// Connect adds a Connected App to the site.
func (s *Secondary) Connect(a ConnectedApp) *ConnectedApp {
	a.site = s
	return &a
}

// RedirectURI is the redirect URI of the app.
func (a *ConnectedApp) RedirectURI() string {
	return a.site.site() + "/api/method/frappe.integrations.doctype.connected_app.connected_app.callback/" + a.Name
}

// Discover is the button "Get OpenID Configuration". A page of the site sends the
// request from the administrator's browser, so the response needs CORS headers
// for every origin.
func (a *ConnectedApp) Discover(issuer string) error {
	req, err := http.NewRequest(http.MethodGet, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Origin", a.site.site())
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("the browser was sent elsewhere") }}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if allowed := resp.Header.Get("Access-Control-Allow-Origin"); resp.StatusCode != 200 || allowed != "*" && allowed != a.site.site() {
		return fmt.Errorf("the browser keeps the answer from the page: %d, for %q", resp.StatusCode, allowed)
	}
	var found struct {
		Authorization string `json:"authorization_endpoint"`
		Token         string `json:"token_endpoint"`
		Userinfo      string `json:"userinfo_endpoint"`
		Introspection string `json:"introspection_endpoint"`
		Revocation    string `json:"revocation_endpoint"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&found); err != nil {
		return err
	}
	a.AuthorizationURI, a.TokenURI, a.UserinfoURI = found.Authorization, found.Token, found.Userinfo
	a.IntrospectionURI, a.RevocationURI = found.Introspection, found.Revocation
	for _, address := range []string{a.AuthorizationURI, a.TokenURI, a.UserinfoURI, a.IntrospectionURI, a.RevocationURI} {
		if address == "" {
			return fmt.Errorf("an address is missing in %+v", found)
		}
	}
	return nil
}

// Link is the authorization request.
func (a *ConnectedApp) Link() string {
	a.state = random(30)
	pairs := [][2]string{{"response_type", "code"}, {"client_id", a.ClientID}, {"redirect_uri", a.RedirectURI()},
		{"scope", strings.Join(a.Scopes, " ")}, {"state", a.state}}
	return a.AuthorizationURI + "?" + encode(append(pairs, a.QueryParameters...))
}

// Arrive is the callback: it redeems the code, with the Query Parameters once
// more in the body.
func (a *ConnectedApp) Arrive(callback string) error {
	u, err := url.Parse(callback)
	if err != nil {
		return err
	}
	code := u.Query().Get("code")
	switch {
	case u.Query().Get("state") != a.state:
		return errors.New("invalid token state")
	case code == "":
		return errors.New("the site fails: no code came")
	}
	pairs := [][2]string{{"grant_type", "authorization_code"}, {"client_id", a.ClientID}, {"client_secret", a.ClientSecret}, {"code", code}, {"redirect_uri", a.RedirectURI()}}
	return a.fetch(append(pairs, a.QueryParameters...), "")
}

// Refresh sends a redirect_uri, which a refresh request does not have.
func (a *ConnectedApp) Refresh() error {
	return a.fetch([][2]string{{"grant_type", "refresh_token"}, {"redirect_uri", a.RedirectURI()}, {"refresh_token", a.cache.RefreshToken},
		{"scope", strings.Join(a.Scopes, " ")}, {"client_id", a.ClientID}, {"client_secret", a.ClientSecret}}, "")
}

// Backend gets a token for the site itself. The credentials in the header are not
// form-encoded.
func (a *ConnectedApp) Backend() error {
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(a.ClientID+":"+a.ClientSecret))
	pairs := [][2]string{{"grant_type", "client_credentials"}}
	if len(a.Scopes) > 0 {
		pairs = append(pairs, [2]string{"scope", strings.Join(a.Scopes, " ")})
	}
	return a.fetch(pairs, basic)
}

// Cached is what the site stored.
func (a *ConnectedApp) Cached() Cached { return a.cache }

func (a *ConnectedApp) fetch(pairs [][2]string, credential string) error {
	got, err := a.site.ask(request{
		method: http.MethodPost, url: a.TokenURI, accept: "application/json", kind: "application/x-www-form-urlencoded;charset=UTF-8",
		credential: credential, body: encode(pairs),
	})
	if err != nil {
		return err
	}
	var token struct {
		Error        string  `json:"error"`
		AccessToken  string  `json:"access_token"`
		RefreshToken *string `json:"refresh_token"`
		TokenType    string  `json:"token_type"`
		ExpiresIn    *int    `json:"expires_in"`
		Scope        any     `json:"scope"`
	}
	if err := json.Unmarshal(got.body, &token); err != nil {
		return fmt.Errorf("no JSON: %s", got.body)
	}
	kind := strings.ToLower(token.TokenType)
	switch {
	case token.Error != "":
		return errors.New(token.Error)
	case token.AccessToken == "":
		return fmt.Errorf("missing token: %s", got.body)
	case kind != "bearer" && kind != "mac":
		return fmt.Errorf("received an invalid token type: %s", token.TokenType)
	case token.ExpiresIn == nil:
		return fmt.Errorf("nothing says how long: %s", got.body)
	}
	a.cache.AccessToken, a.cache.TokenType, a.cache.ExpiresIn = token.AccessToken, token.TokenType, *token.ExpiresIn
	if token.RefreshToken != nil {
		a.cache.RefreshToken = *token.RefreshToken
	}
	if scope, text := token.Scope.(string); text {
		a.cache.Scopes = strings.Fields(scope)
	}
	return nil
}

// Profile calls userinfo.
func (a *ConnectedApp) Profile() (map[string]any, error) {
	got, err := a.site.ask(request{method: http.MethodGet, url: a.UserinfoURI, credential: "Bearer " + a.cache.AccessToken})
	if err != nil {
		return nil, err
	}
	var info map[string]any
	return info, json.Unmarshal(got.body, &info)
}
