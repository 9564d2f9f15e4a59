package hubs

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
)

// A hub is another hub that federates to us: it publishes a metadata document
// and its keys, and signs.
type hub struct {
	*httptest.Server
	t  *testing.T
	id string // its metadata URL

	mu       sync.Mutex
	keys     []jose.JSONWebKey
	document map[string]any
	answer   http.HandlerFunc // instead of the document
	reads    int              // of the document
}

func newHub(t *testing.T) *hub {
	h := &hub{t: t, keys: []jose.JSONWebKey{keytest.New(t, "1", jose.ES256)}}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	h.id = h.URL + "/oauth2/client-metadata"
	h.document = h.metadata(h.id)
	return h
}

// metadata is what a well-behaved hub publishes.
func (h *hub) metadata(id string) map[string]any {
	return map[string]any{
		"client_id": id, "client_name": "Branch Office", "token_endpoint_auth_method": clientauth.MethodKey,
		"redirect_uris": []string{h.URL + "/signin/from/main"}, "jwks_uri": h.URL + "/oauth2/jwks",
		"backchannel_logout_uri":    h.URL + "/oauth2/backchannel/main",
		"post_logout_redirect_uris": []string{h.URL + "/signout"},
		"grant_types":               []string{"authorization_code", "refresh_token"}, "response_types": []string{"code"},
		"client_uri": h.URL + "/", "some_extension": map[string]any{"x": 1},
	}
}

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case r.URL.Path == "/oauth2/jwks":
		_, _ = w.Write([]byte(keytest.JWKS(h.t, h.keys...)))
	case strings.HasPrefix(r.URL.Path, "/oauth2/client-metadata"):
		h.reads++
		if h.answer != nil {
			h.answer(w, r)
			return
		}
		document := maps.Clone(h.document)
		if document["client_id"] == h.id {
			document["client_id"] = h.URL + r.URL.Path // one hub per path, where a test needs many
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(document)
	default:
		http.NotFound(w, r)
	}
}

// publish changes what the hub says of itself.
func (h *hub) publish(change func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change()
}

func (h *hub) readCount() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.reads
}

// sign makes the credentials with which the hub proves itself, with one of its keys.
func (h *hub) sign(w *world, key int) clientauth.Credentials {
	h.mu.Lock()
	defer h.mu.Unlock()
	return byKey(h.id, keytest.Sign(h.t, h.keys[key], keytest.Assertion(h.id, issuer, w.Clock.Now()), nil))
}
