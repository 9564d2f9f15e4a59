package frappetest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// An API is a simulated site with the part of its REST API for Social Login Keys.
// The site's login page uses the keys stored there.
type API struct {
	*httptest.Server
	Site *Secondary

	Key, Secret string // key and secret of the API user
	Manager     bool   // the user is a System Manager
	NoKeycloak  bool   // a site from before late 2024
	// Trouble replaces the response: "html" a proxy in front of a site that is
	// down, "page" another product, "huge" an endless body, "moved" a redirect,
	// "silent" no response; and "edited" and "unreadable" for reads only.
	Trouble string

	mu    sync.Mutex
	keys  map[string]map[string]any
	asked []string
}

// NewAPI starts a site with a System Manager who has this key.
func NewAPI(t testing.TB, generation Generation, key, secret string) *API {
	t.Helper()
	a := &API{Site: NewSecondary(t, generation), Key: key, Secret: secret, Manager: true, keys: map[string]map[string]any{}}
	a.Server = httptest.NewServer(http.HandlerFunc(a.serve))
	t.Cleanup(a.Close)
	a.Site.HostName = a.URL
	return a
}

// Calls are the methods and paths of the requests, in order.
func (a *API) Calls() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.asked)
}

func (a *API) serve(w http.ResponseWriter, r *http.Request) {
	path, found := strings.CutPrefix(r.URL.Path, "/api/resource/Social Login Key")
	if !found {
		a.Site.Config.Handler.ServeHTTP(w, r)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, r.Method+" "+r.URL.EscapedPath())
	if a.troubled(w, r) || !a.admits(w, r) {
		return
	}
	record := strings.TrimPrefix(path, "/")
	switch {
	case r.Method == http.MethodPost && record == "":
		a.create(w, r)
	case a.keys[record] == nil:
		thrownAs(w, http.StatusNotFound, "DoesNotExistError", "Social Login Key "+record+" not found")
	case r.Method == http.MethodPut:
		a.write(w, r, record)
	default:
		a.show(w, record)
	}
}

func (a *API) troubled(w http.ResponseWriter, r *http.Request) bool {
	read := r.Method == http.MethodGet
	switch {
	case a.Trouble == "html", a.Trouble == "unreadable" && read:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprint(w, "<html><h1>502 Bad Gateway</h1><hr>nginx</html>")
	case a.Trouble == "page":
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html>Welcome to another kind of site</html>")
	case a.Trouble == "huge":
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"data":{"name":"`)
		for range 600 {
			if _, err := fmt.Fprint(w, strings.Repeat("a", 1024)); err != nil {
				return true
			}
		}
	case a.Trouble == "moved":
		http.Redirect(w, r, "https://www.elsewhere.example/secret/path?token=x", http.StatusMovedPermanently)
	case a.Trouble == "silent":
		panic(http.ErrAbortHandler)
	default:
		return false
	}
	return true
}

// admits checks the permission. Without credentials the caller is a guest, who
// has none here.
func (a *API) admits(w http.ResponseWriter, r *http.Request) bool {
	kind, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(kind, "basic") {
		raw, _ := base64.StdEncoding.DecodeString(value)
		value = string(raw)
	}
	switch {
	case value == "":
		thrownAs(w, http.StatusForbidden, "PermissionError", "User <strong>Guest</strong> does not have doctype access via role permission for document <strong>Social Login Key</strong>")
	case value != a.Key+":"+a.Secret:
		writeJSON(w, http.StatusUnauthorized, map[string]any{"exc_type": "AuthenticationError", "exception": "frappe.exceptions.AuthenticationError"})
	case !a.Manager:
		thrownAs(w, http.StatusForbidden, "PermissionError", "User <strong>clerk@example.com</strong> does not have doctype access via role permission for document <strong>Social Login Key</strong>")
	default:
		return true
	}
	return false
}

func (a *API) create(w http.ResponseWriter, r *http.Request) {
	doc, ok := sentDoc(w, r)
	if !ok || !a.valid(w, doc) {
		return
	}
	record := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(word(doc, "provider_name")))
	if a.keys[record] != nil {
		thrownAs(w, http.StatusConflict, "DuplicateEntryError", "Social Login Key <strong>"+record+"</strong> already exists")
		return
	}
	doc["name"] = record
	a.keep(record, doc)
	a.show(w, record)
}

func (a *API) write(w http.ResponseWriter, r *http.Request, record string) {
	doc, ok := sentDoc(w, r)
	if !ok {
		return
	}
	merged := maps.Clone(a.keys[record])
	for _, once := range []string{"provider_name", "social_login_provider"} {
		if to, sent := doc[once]; sent && to != merged[once] {
			thrownAs(w, http.StatusExpectationFailed, "CannotChangeConstantError", "Value cannot be changed for "+once)
			return
		}
	}
	maps.Copy(merged, doc)
	if a.valid(w, merged) {
		a.keep(record, merged)
		a.show(w, record)
	}
}

func sentDoc(w http.ResponseWriter, r *http.Request) (map[string]any, bool) {
	text, err := io.ReadAll(r.Body)
	var doc map[string]any
	if err != nil || json.Unmarshal(text, &doc) != nil {
		thrownAs(w, http.StatusInternalServerError, "JSONDecodeError", "")
		return nil, false
	}
	return doc, true
}

// valid are the form's validation rules.
func (a *API) valid(w http.ResponseWriter, doc map[string]any) bool {
	providers := []string{"Custom", "Facebook", "Frappe", "GitHub", "Google", "Office 365", "Salesforce", "fairlogin"}
	if !a.NoKeycloak {
		providers = append(providers, "Keycloak")
	}
	if kind := word(doc, "social_login_provider"); !slices.Contains(providers, kind) {
		thrownAs(w, http.StatusExpectationFailed, "ValidationError", fmt.Sprintf("Social Login Provider cannot be \"%s\". It should be one of \"%s\"", kind, strings.Join(providers, `", "`)))
		return false
	}
	for _, rule := range []struct{ field, says string }{
		{"provider_name", "Please enter Provider Name"}, {"base_url", "Please enter Base URL"}, {"authorize_url", "Please enter Authorize URL"},
		{"access_token_url", "Please enter Access Token URL"}, {"redirect_url", "Please enter Redirect URL"},
		{"client_id", "Please enter Client ID before social login is enabled"}, {"client_secret", "Please enter Client Secret before social login is enabled"},
	} {
		if word(doc, rule.field) == "" {
			thrownAs(w, http.StatusExpectationFailed, "ValidationError", rule.says)
			return false
		}
	}
	if data := word(doc, "auth_url_data"); data != "" && !json.Valid([]byte(data)) {
		thrownAs(w, http.StatusExpectationFailed, "ValidationError", "Auth URL data should be valid JSON")
		return false
	}
	return true
}

// keep adds the key to the site's login page.
func (a *API) keep(record string, doc map[string]any) {
	a.keys[record] = doc
	key := SocialLoginKey{
		ProviderName: word(doc, "provider_name"), ClientID: word(doc, "client_id"), ClientSecret: word(doc, "client_secret"), BaseURL: word(doc, "base_url"),
		AuthorizeURL: word(doc, "authorize_url"), AccessTokenURL: word(doc, "access_token_url"), RedirectURL: word(doc, "redirect_url"),
		APIEndpoint: word(doc, "api_endpoint"), UserIDProperty: word(doc, "user_id_property"), SignUps: word(doc, "sign_ups"),
		Disabled: doc["enable_social_login"] != 1.0, NoCustomBaseURL: doc["custom_base_url"] != 1.0,
	}
	var data map[string]string
	if json.Unmarshal([]byte(word(doc, "auth_url_data")), &data) == nil {
		for _, name := range []string{"response_type", "scope"} {
			key.AuthURLData = append(key.AuthURLData, [2]string{name, data[name]})
		}
	}
	a.Site.Use(key)
}

// show answers with the record; the password is masked.
func (a *API) show(w http.ResponseWriter, record string) {
	doc := maps.Clone(a.keys[record])
	doc["client_secret"] = strings.Repeat("*", len(word(doc, "client_secret")))
	if a.Trouble == "edited" {
		doc["base_url"] = word(doc, "base_url") + "/"
	}
	for _, name := range []string{"api_endpoint_args", "user_id_property", "sign_ups", "icon"} {
		if doc[name] == "" {
			doc[name] = nil // as stored
		}
	}
	doc["doctype"], doc["owner"], doc["docstatus"] = "Social Login Key", "Administrator", 0
	writeJSON(w, http.StatusOK, map[string]any{"data": doc})
}

// LoginKey is the stored key, as the site's login page uses it.
func (a *API) LoginKey(record string) SocialLoginKey {
	a.Site.mu.Lock()
	defer a.Site.mu.Unlock()
	return a.Site.keys[record]
}

func word(doc map[string]any, name string) string {
	text, _ := doc[name].(string)
	return text
}

// thrownAs is a Frappe error: the message is JSON in JSON in JSON.
func thrownAs(w http.ResponseWriter, status int, kind, message string) {
	body := map[string]any{"exc_type": kind, "exception": "frappe.exceptions." + kind + ": " + message, "exc": `["Traceback (most recent call last): secret inner workings"]`}
	if message != "" {
		one, _ := json.Marshal(map[string]any{"message": message, "title": "Message", "raise_exception": 1}) //nolint:errchkjson // texts
		all, _ := json.Marshal([]string{string(one)})                                                        //nolint:errchkjson // texts
		body["_server_messages"] = string(all)
	}
	writeJSON(w, status, body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
