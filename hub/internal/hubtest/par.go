package hubtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/url"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
)

// Push pushes an authorization request.
func (a *App) Push(v url.Values, pairs ...string) Reply {
	a.W.Helper()
	v = Edited(v, pairs)
	var flat []string
	for name := range v {
		flat = append(flat, name, v.Get(name))
	}
	return a.Post("/oauth2/par", flat...)
}

// Pushed are the browser's parameters after that.
func (a *App) Pushed(r Reply) url.Values {
	a.W.Helper()
	Want(a.W, "status of a push", r.Status, 201)
	return url.Values{"client_id": {a.ID}, "request_uri": {r.Str("request_uri")}}
}

// A Signer is a client that signs its request objects.
type Signer struct {
	*App
	Key *ecdsa.PrivateKey
}

func (w *World) Signer(change ...func(*clients.Client)) Signer {
	w.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.Fatal(err)
	}
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Use: "sig", Algorithm: "ES256"}}})
	if err != nil {
		w.Fatal(err)
	}
	return Signer{w.App(append([]func(*clients.Client){func(c *clients.Client) { c.JWKS = string(set) }}, change...)...), key}
}

// Object is a valid request object; change overrides claims, nil omits.
func (s Signer) Object(header, change map[string]any) string {
	s.W.Helper()
	now := s.W.Clock.Now().Unix()
	claims := map[string]any{"iss": s.ID, "aud": s.W.URL, "exp": now + 60, "nbf": now}
	for name, values := range s.Request("state", "inside") {
		claims[name] = values[0]
	}
	maps.Copy(claims, change)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	h := map[string]any{"kid": "k", "typ": "oauth-authz-req+jwt"}
	maps.Copy(h, header)
	return s.W.Sign(jose.ES256, s.Key, h, claims)
}

func UnsignedObject(t *testing.T, claims map[string]any) string {
	t.Helper()
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(text) + "."
}
