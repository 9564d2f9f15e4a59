package hubs

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/testkit/clientstest"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
)

func TestDiscoveryReturnsAValidatedClient(t *testing.T) {
	h := newHub(t)
	w := newWorld(t, allowHTTP)
	c, err := w.Discover(t.Context(), h.id)
	if err != nil {
		t.Fatal(err)
	}
	if c.ID != h.id || c.Name != "Branch Office" || c.Type != clients.Web || c.AuthMethod != clientauth.MethodKey || !c.AllowsResponse("code") ||
		!c.HasGrant(clients.GrantRefresh) || c.SkipAuthorization || c.HasGrant(clients.GrantClientCredentials) || c.JWKSURI != h.URL+"/oauth2/jwks" {
		t.Errorf("got %+v", c)
	}
	if got, want := strings.Join(c.Scopes, " "), "openid profile email roles offline_access"; got != want {
		t.Errorf("scopes: got %q, want %q", got, want)
	}
	if got, want := c.DefaultRedirectURI, h.URL+"/signin/from/main"; got != want {
		t.Errorf("default redirect URI: got %q, want %q", got, want)
	}
	if got, want := c.Server.Host, strings.TrimPrefix(h.URL, "http://"); got != want {
		t.Errorf("host: got %q, want %q", got, want)
	}
	published, err := clientauth.ParseKeys([]byte(keytest.JWKS(t, h.keys...)))
	if err != nil || !slices.Equal(c.Server.KeyThumbprints, published.Thumbprints()) || len(c.Server.KeyThumbprints) != 1 {
		t.Errorf("thumbprints: got %q", c.Server.KeyThumbprints)
	}
	if c.Server.State != clients.Pending || c.Usable() || !c.Server.Fetched.Equal(w.Clock.Now()) {
		t.Errorf("server: got %+v", c.Server)
	}
	if c.ClientURI != "" {
		t.Errorf("a plain http link was kept: %q", c.ClientURI)
	}
	if reads, writes := w.Store.Counts(); reads+writes != 0 {
		t.Errorf("discovery touched the store %d times", reads+writes)
	}
}

func TestDiscoveryOverTLSWithInlineKeys(t *testing.T) {
	key := keytest.New(t, "1", jose.ES384)
	var document map[string]any
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/client+json")
		_ = json.NewEncoder(w).Encode(document)
	}))
	defer server.Close()
	id := server.URL + "/client.json"
	document = map[string]any{
		"client_id": id, "token_endpoint_auth_method": clientauth.MethodKey, "redirect_uris": []string{server.URL + "/cb"},
		"jwks": json.RawMessage(keytest.JWKS(t, key)), "client_name": "\u202eevil", "id_token_signed_response_alg": "ES256",
		"logo_uri": server.URL + "/logo.png", "tos_uri": "https://elsewhere.example/tos", "policy_uri": 7,
	}
	w := newWorld(t, func(o *Options) { o.Documents.HTTP = server.Client() })
	if _, err := w.Discover(t.Context(), id); err == nil || !strings.Contains(err.Error(), "policy_uri") {
		t.Errorf("a number as policy_uri: got %v", err)
	}
	delete(document, "policy_uri")
	c, err := w.Discover(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != c.Server.Host || c.LogoURI != server.URL+"/logo.png" || c.TosURI != "" || c.IDTokenAlg != "ES256" || c.JWKS == "" {
		t.Errorf("got %+v", c)
	}
}

func TestADocumentThatCannotBeTrustedIsRefused(t *testing.T) {
	foreign := "https://evil.example/cb"
	for name, edit := range map[string]func(h *hub){
		"another client_id":        func(h *hub) { h.document["client_id"] = h.URL + "/oauth2/client-metadata/" },
		"no client_id":             func(h *hub) { delete(h.document, "client_id") },
		"client_id in capitals":    func(h *hub) { delete(h.document, "client_id"); h.document["CLIENT_ID"] = h.id },
		"no redirect URIs":         func(h *hub) { delete(h.document, "redirect_uris") },
		"a foreign redirect URI":   func(h *hub) { h.document["redirect_uris"] = []string{h.URL + "/cb", foreign} },
		"another port":             func(h *hub) { h.document["redirect_uris"] = []string{"http://127.0.0.1:1/cb"} },
		"a redirect URI of an app": func(h *hub) { h.document["redirect_uris"] = []string{"com.example.app:/cb"} },
		"a bad redirect URI":       func(h *hub) { h.document["redirect_uris"] = []string{h.URL + "/cb/../x"} },
		"one redirect URI as text": func(h *hub) { h.document["redirect_uris"] = h.URL + "/cb" },
		"foreign keys":             func(h *hub) { h.document["jwks_uri"] = foreign },
		"a foreign logout":         func(h *hub) { h.document["backchannel_logout_uri"] = foreign },
		"a foreign way out":        func(h *hub) { h.document["post_logout_redirect_uris"] = []string{foreign} },
		"no keys":                  func(h *hub) { delete(h.document, "jwks_uri") },
		"two places for keys":      func(h *hub) { h.document["jwks"] = json.RawMessage(keytest.JWKS(t, h.keys...)) },
		"an empty key set":         func(h *hub) { h.keys = nil },
		"keys that are not there":  func(h *hub) { h.document["jwks_uri"] = h.URL + "/nowhere" },
		"no method":                func(h *hub) { delete(h.document, "token_endpoint_auth_method") },
		"no proof at all":          func(h *hub) { h.document["token_endpoint_auth_method"] = clientauth.MethodNone },
		"a secret as method":       func(h *hub) { h.document["token_endpoint_auth_method"] = clientauth.MethodPost },
		"a secret":                 func(h *hub) { h.document["client_secret"] = "hush" },
		"a secret that never ends": func(h *hub) { h.document["client_secret_expires_at"] = 0 },
		"implicit only":            func(h *hub) { h.document["grant_types"] = []string{"implicit"} },
		"tokens only":              func(h *hub) { h.document["response_types"] = []string{"token"} },
		"a list":                   func(h *hub) { h.answer = body("application/json", "[]") },
		"null":                     func(h *hub) { h.answer = body("application/json", "null") },
		"two values":               func(h *hub) { h.answer = body("application/json", "{}{}") },
		"a page":                   func(h *hub) { h.answer = body("text/html", "<html>") },
		"JSON called text":         func(h *hub) { h.answer = body("text/plain", h.text()) },
		"JSON called nothing":      func(h *hub) { h.answer = body("", h.text()) },
		"too long":                 func(h *hub) { h.answer = body("application/json", h.text()+strings.Repeat(" ", 64<<10)) },
		"too deep":                 func(h *hub) { h.answer = body("application/json", `{"x":`+strings.Repeat("[", 30000)) },
		"not found":                func(h *hub) { h.answer = http.NotFound },
		"another kind of success":  func(h *hub) { h.answer = status(http.StatusNonAuthoritativeInfo, h.text()) },
		"a redirect to the real one": func(h *hub) {
			text := h.text()
			h.answer = func(w http.ResponseWriter, r *http.Request) {
				if r.URL.RawQuery == "" {
					http.Redirect(w, r, r.URL.Path+"?again", http.StatusFound)
					return
				}
				body("application/json", text)(w, r)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t)
			h.publish(func() { edit(h) })
			w := newWorld(t, allowHTTP)
			c, err := w.Discover(t.Context(), h.id)
			var fault *metadatadoc.Error
			if !errors.As(err, &fault) || len(fault.Problems) == 0 || fault.URL != h.id || c.ID != "" {
				t.Errorf("got %q, %v", c.ID, err)
			}
			if h.readCount() > 1 {
				t.Errorf("%d requests for one document", h.readCount())
			}
		})
	}
}

// text is the document as the hub would send it.
func (h *hub) text() string {
	text, _ := json.Marshal(h.document)
	return string(text)
}

func body(contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = []string{contentType}
		_, _ = w.Write([]byte(text))
	}
}

func status(code int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_, _ = w.Write([]byte(text))
	}
}

func TestNothingIsFetchedForAnAddressThatCannotBeAServer(t *testing.T) {
	h := newHub(t)
	w := newWorld(t) // plain http is not allowed
	if _, err := w.Discover(t.Context(), h.id); err == nil {
		t.Error("a plain http address was accepted")
	}
	own := newWorld(t, allowHTTP, func(o *Options) { o.Documents.Issuer = h.URL })
	if _, err := own.Discover(t.Context(), h.id); err == nil {
		t.Error("the hub became a client of itself")
	}
	if got := h.readCount(); got != 0 {
		t.Errorf("reads: got %d, want 0", got)
	}
}

// An accepted document describes its own origin only.
func FuzzClientMetadataDocument(f *testing.F) {
	const id = "https://hub.example.net/client"
	key := keytest.New(f, "1", jose.ES256)
	valid, err := json.Marshal(map[string]any{
		"client_id": id, "token_endpoint_auth_method": clientauth.MethodKey, "redirect_uris": []string{"https://hub.example.net/cb"},
		"jwks": json.RawMessage(keytest.JWKS(f, key)), "post_logout_redirect_uris": []string{"https://hub.example.net/out"},
	})
	if err != nil {
		f.Fatal(err)
	}
	linked := `{"client_id":"` + id + `","token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://hub.example.net/jwks","redirect_uris":["https://hub.example.net/cb"],`
	for _, seed := range []string{
		string(valid), linked + `"client_name":"Branch","client_uri":"https://hub.example.net/"}`, linked + `"client_secret":""}`, linked + `"CLIENT_ID":"x"}`,
		linked + `"client_id":"https://evil.example/"}`, linked + `"redirect_uris":["https://evil.example/cb"]}`, linked + `"redirect_uris":["https://hub.example.net@evil.example/cb"]}`,
		linked + `"redirect_uris":["https:\/\/hub.example.net\\.evil.example/cb"]}`, linked + `"client_name":"\u202e\u0000"}`, linked + `"jwks":{"keys":[]}}`, linked + `"grant_types":null}`,
		linked + `"logo_uri":"javascript:alert(1)","tos_uri":"https://evil.example/"}`, "null", "[]", "{", `{"client_id":1}`, "\xff\xfe{\x00}\x00", strings.Repeat(`{"a":`, 100),
	} {
		f.Add([]byte(seed))
	}
	base, err := redirecturi.Parse(id)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		read, err := metadatadoc.Parse(id, text)
		var c clients.Client
		if err == nil {
			c, err = parseDocument(read, false)
		}
		if err != nil {
			var fault *metadatadoc.Error
			if !errors.As(err, &fault) || len(fault.Problems) == 0 {
				t.Fatalf("%v is no MetadataError", err)
			}
			return
		}
		if c.ID != id || c.AuthMethod != clientauth.MethodKey || c.Server == nil || c.Server.State != clients.Pending || c.SkipAuthorization || c.HasGrant(clients.GrantClientCredentials) || c.Usable() {
			t.Fatalf("%s became %+v", text, c)
		}
		if problems := c.Validate(false); len(problems) > 0 {
			t.Fatalf("%s became an invalid client: %v", text, problems)
		}
		addresses := slices.Concat(c.RedirectURIs, c.PostLogoutRedirectURIs,
			[]string{c.DefaultRedirectURI, c.JWKSURI, c.BackchannelLogoutURI, c.ClientURI, c.LogoURI, c.TosURI, c.PolicyURI})
		for _, address := range addresses {
			if address != "" && !redirecturi.SameOrigin(base, address) {
				t.Fatalf("%s brought in %q", text, address)
			}
		}
	})
}

func TestTheDocumentOfAHubDecidesThisAndNothingElse(t *testing.T) {
	before := clientstest.Filled(0)
	after := before.Clone()
	applyDocument(&after, clientstest.Others())
	want := []string{"name", "redirect_uris", "default_redirect_uri", "client_uri", "logo_uri", "tos_uri", "policy_uri", "jwks_uri", "jwks",
		"post_logout_redirect_uris", "backchannel_logout_uri", "server"}
	if got := clientstest.Changed(before, after); !slices.Equal(got, want) {
		t.Errorf("changed %q, want %q", got, want)
	}
}
