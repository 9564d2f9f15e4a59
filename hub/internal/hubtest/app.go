package hubtest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
)

// An App is a client with its credentials.
type App struct {
	W *World
	clients.Client
	Secret   string
	Verifier string
}

// App registers a client; change edits it first.
func (w *World) App(change ...func(*clients.Client)) *App {
	w.Helper()
	c := clients.Client{Name: "Payroll", Type: clients.Web, RedirectURIs: []string{Callback}, GrantTypes: []string{clients.GrantRefresh},
		Scopes: []string{"openid", "profile", "email", "roles", "offline_access", "files"}}
	for _, edit := range change {
		edit(&c)
	}
	c, secret, err := w.Hub.AddClient(w.Context(), audit.Named("test"), c)
	if err != nil {
		w.Fatal(err)
	}
	return &App{W: w, Client: c, Secret: secret, Verifier: strings.Repeat("v", 43)}
}

func Challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Request is a valid authorization request; pairs override it, and an empty value
// omits a parameter.
func (a *App) Request(pairs ...string) url.Values {
	v := url.Values{
		"client_id": {a.ID}, "response_type": {"code"}, "redirect_uri": {Callback}, "scope": {"openid profile email"},
		"state": {"the state"}, "nonce": {"the nonce"}, "code_challenge": {Challenge(a.Verifier)}, "code_challenge_method": {"S256"},
	}
	return Edited(v, pairs)
}

func Edited(v url.Values, pairs []string) url.Values {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			v.Del(pairs[i])
		} else {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return v
}

// A Reply is the response of a machine endpoint.
type Reply struct {
	Status int
	Header http.Header
	Body   string
	JSON   map[string]any
}

func (r Reply) Str(name string) string {
	s, _ := r.JSON[name].(string)
	return s
}

// Post calls a machine endpoint with the app's credentials; pairs are the
// form.
func (a *App) Post(path string, pairs ...string) Reply {
	a.W.Helper()
	r, err := a.Try(path, pairs...)
	if err != nil {
		a.W.Error(err)
	}
	return r
}

// Try is Post where the hub may not respond.
func (a *App) Try(path string, pairs ...string) (Reply, error) {
	v := url.Values{}
	if a.Public() {
		v.Set("client_id", a.ID)
	}
	req, err := http.NewRequest(http.MethodPost, a.W.URL+path, strings.NewReader(Edited(v, pairs).Encode()))
	if err != nil {
		return Reply{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if !a.Public() {
		req.SetBasicAuth(url.QueryEscape(a.ID), url.QueryEscape(a.Secret))
	}
	return ask(req)
}

func (w *World) Call(req *http.Request) Reply {
	w.Helper()
	r, err := ask(req)
	if err != nil {
		w.Error(err)
	}
	return r
}

func ask(req *http.Request) (Reply, error) { return AskWith(http.DefaultClient, req) }

func AskWith(client *http.Client, req *http.Request) (Reply, error) {
	resp, err := client.Do(req)
	if err != nil {
		return Reply{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return Reply{}, err
	}
	r := Reply{Status: resp.StatusCode, Header: resp.Header, Body: string(body)}
	if len(body) > 0 && strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(body, &r.JSON); err != nil {
			return r, fmt.Errorf("not JSON: %s", body)
		}
	}
	return r, nil
}

// Redeem redeems a code; pairs override the form.
func (a *App) Redeem(code string, pairs ...string) Reply {
	a.W.Helper()
	return a.Post("/oauth2/token", append([]string{"grant_type", "authorization_code", "code", code, "redirect_uri", Callback, "code_verifier", a.Verifier}, pairs...)...)
}

func (a *App) Refresh(token string, pairs ...string) Reply {
	a.W.Helper()
	return a.Post("/oauth2/token", append([]string{"grant_type", "refresh_token", "refresh_token", token}, pairs...)...)
}

func (a *App) Active(token string) bool {
	a.W.Helper()
	active, _ := a.Post("/oauth2/introspect", "token", token).JSON["active"].(bool)
	return active
}

func (w *World) Userinfo(token string) Reply {
	w.Helper()
	req, err := http.NewRequest(http.MethodGet, w.URL+"/oauth2/userinfo", nil)
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return w.Call(req)
}
