package registration

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/hubs"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
	"github.com/fedhub/fedhub/internal/testkit/memstore"
	"github.com/go-jose/go-jose/v4"
)

// Any document leads to an error or to a client that is safe to serve without
// approval.
func FuzzDescribedClient(f *testing.F) {
	const id = "https://app.example.net/client.json"
	begin := `{"client_id":"` + id + `",`
	for _, seed := range []string{
		begin + `"redirect_uris":["https://app.example.net/cb","http://127.0.0.1/cb"]}`, begin + `"redirect_uris":["com.example.app:/cb"],"application_type":"native"}`,
		begin + `"redirect_uris":["https://evil.example/cb"]}`, begin + `"redirect_uris":["https://app.example.net@evil.example/cb"]}`, begin + `"client_secret":null}`,
		begin + `"redirect_uris":["http://127.0.0.1/cb"],"grant_types":["authorization_code","client_credentials","implicit"],"response_types":["token","code"]}`,
		begin + `"redirect_uris":["https://app.example.net/cb"],"token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://app.example.net/jwks","scope":"openid files"}`,
		begin + `"redirect_uris":["https://app.example.net/cb"],"token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://evil.example/jwks"}`,
		begin + `"grant_types":["urn:ietf:params:oauth:grant-type:device_code"]}`, begin + `"redirect_uris":["https://app.example.net/cb"],"client_name":"\u202e"}`,
		"null", "[]", "{", `{"client_id":1}`, "\xff\xfe", strings.Repeat(`{"a":`, 100),
	} {
		f.Add([]byte(seed))
	}
	base, err := redirecturi.Parse(id)
	if err != nil {
		f.Fatal(err)
	}
	limits := Limits{Scopes: []string{"openid", "email"}, Usual: []string{"openid"}}
	f.Fuzz(func(t *testing.T, text []byte) {
		read, err := metadatadoc.Parse(id, text)
		var c clients.Client
		if err == nil {
			c, err = describe(read, limits, time.Unix(1, 0), false)
		}
		if err != nil {
			var fault *metadatadoc.Error
			if !errors.As(err, &fault) || len(fault.Problems) == 0 {
				t.Fatalf("%v is no MetadataError", err)
			}
			return
		}
		if c.ID != id || c.Server != nil || c.Document == nil || c.Host() != base.HostPort() || c.SkipAuthorization || c.PKCEOptional || !c.SelfDeclared() ||
			c.AuthMethod != clientauth.MethodNone && c.AuthMethod != clientauth.MethodKey || len(c.Exchange.From)+len(c.AllowedRoles) > 0 {
			t.Fatalf("%s became %+v", text, c)
		}
		for _, grant := range []string{clients.GrantClientCredentials, clients.GrantImplicit, clients.GrantExchange, clients.GrantJWT, clients.GrantCIBA} {
			if c.AllowsGrant(grant) {
				t.Fatalf("%s got %s", text, grant)
			}
		}
		if slices.ContainsFunc(c.Scopes, func(s string) bool { return s != "openid" && s != "email" }) {
			t.Fatalf("%s got %q", text, c.Scopes)
		}
		for _, address := range slices.Concat(c.RedirectURIs, c.PostLogoutRedirectURIs, []string{c.DefaultRedirectURI}) {
			if address != "" && !redirecturi.SameOrigin(base, address) && !redirecturi.Local(address) {
				t.Fatalf("%s brought in %q", text, address)
			}
		}
	})
}

// A hub that was an ordinary application before its connection request becomes a
// connected hub, and stays disabled if an administrator disabled it.
func TestAClientKnownByItsDocumentBecomesAServer(t *testing.T) {
	document := map[string]any{
		"client_name": "Branch Office", "token_endpoint_auth_method": clientauth.MethodKey, "grant_types": []string{"authorization_code", "refresh_token"},
	}
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/jwks" {
			_, _ = w.Write([]byte(keytest.JWKS(t, keytest.New(t, "1", jose.ES256))))
			return
		}
		_ = json.NewEncoder(w).Encode(document)
	}))
	defer hub.Close()
	id := hub.URL + "/oauth2/client-metadata"
	document["client_id"], document["jwks_uri"], document["redirect_uris"] = id, hub.URL+"/jwks", []string{hub.URL + "/signin/from/main"}
	w := newWorld(t, allowHTTP)
	connected := hubs.New(hubs.Options{Clients: w.Registry, Auth: w.Auth, Documents: w.documents, AllowHTTP: true, Now: w.Clock.Now, Log: slog.New(slog.DiscardHandler)})
	defer connected.Close()
	policy := DocumentPolicy{Admits: func(string) bool { return true }, Limits: Limits{Scopes: []string{"openid"}, Usual: []string{"openid"}}}
	allow := func() error { return nil }
	added, err := w.Meet(t.Context(), id, policy, allow)
	if c, lookup := w.Lookup(t.Context(), id); err != nil || lookup != nil || !added || c.Document == nil || c.Server != nil {
		t.Fatalf("got %+v, %v, %v, %v", c, added, err, lookup)
	}
	if err := w.Update(t.Context(), id, func(c *clients.Client) error { c.Disabled = true; return nil }); err != nil {
		t.Fatal(err)
	}
	c, err := connected.RequestConnection(t.Context(), id, clients.ViaDomain)
	if err != nil || c.Server == nil || c.Document != nil || !c.Disabled {
		t.Fatalf("got %+v, %v", c, err)
	}
	if added, err = w.Meet(t.Context(), id, policy, allow); added || err != nil {
		t.Errorf("a server is met as a server: %v, %v", added, err)
	}
	if !slices.Contains(w.Forgotten.IDs, id) {
		t.Error("the hub has what people allowed the app that it was")
	}
	// A hub that disconnects itself stays disabled if an administrator disabled
	// it.
	if _, removed, err := connected.Leave(t.Context(), id); removed || err != nil || !w.Kept(id).Disabled {
		t.Errorf("it left: %v, %v", removed, err)
	}
}

func TestClientsKnownByTheirDocumentsDoNotFillTheDatabase(t *testing.T) {
	w := newWorld(t)
	read := func(host string, i int) clients.Client {
		id := "https://" + host + "/" + strings.Repeat("a", i+1)
		body, err := json.Marshal(map[string]any{"client_id": id, "redirect_uris": []string{"http://127.0.0.1/cb"}})
		if err != nil {
			t.Fatal(err)
		}
		c, err := describe(parsed(t, id, []byte(body)), Limits{Usual: []string{"openid"}}, w.Stamp(), false)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for i := range maxDocumentsPerHost {
		if _, err := w.keepDocument(t.Context(), read("app.example.org", i)); err != nil {
			t.Fatal(err)
		}
	}
	one := read("app.example.org", 0).ID
	if err := w.Update(t.Context(), one, func(c *clients.Client) error { c.AllowedRoles = []string{"staff"}; return nil }); err != nil {
		t.Fatal(err)
	}
	var fault *metadatadoc.Error
	if _, err := w.keepDocument(t.Context(), read("app.example.org", maxDocumentsPerHost)); !errors.As(err, &fault) {
		t.Errorf("one too many: got %v", err)
	}
	if added, err := w.keepDocument(t.Context(), read("other.example.org", 0)); !added || err != nil {
		t.Errorf("another host: got %v, %v", added, err)
	}
	w.Clock.Forward(documentIdle)
	if added, err := w.keepDocument(t.Context(), read("app.example.org", maxDocumentsPerHost)); !added || err != nil {
		t.Errorf("when the others have been away: got %v, %v", added, err)
	}
	if second := read("app.example.org", 1).ID; !slices.Contains(w.Forgotten.IDs, second) {
		t.Errorf("what people allowed the app that made room stays: only %q are forgotten", w.Forgotten.IDs)
	}
	if _, err := w.Lookup(t.Context(), one); err != nil {
		t.Errorf("what an administrator decided is forgotten: %v", err)
	}
	all, err := memstore.Listed(w.All(t.Context()))
	if err != nil || len(all) != maxDocumentsPerHost+1 {
		t.Errorf("%d are kept, %v", len(all), err)
	}
}

// parsed is a document as it would be read.
func parsed(t *testing.T, id string, body []byte) metadatadoc.Document {
	t.Helper()
	doc, err := metadatadoc.Parse(id, body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
