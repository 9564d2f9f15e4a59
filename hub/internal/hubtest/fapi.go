package hubtest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/fapi"
)

// A bank is a client with the FAPI profile, and its keys.
type bank struct {
	*App
	Assert ProofKey        // signs client assertions
	Rsa    *rsa.PrivateKey // also published, for RS256
	Bind   ProofKey        // tokens are bound to it
}

func (w *World) Bank(change ...func(*clients.Client)) *bank {
	w.Helper()
	old, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		w.Fatal(err)
	}
	b := &bank{Assert: w.ProofKey(), Bind: w.ProofKey(), Rsa: old}
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: b.Assert.Key.Public(), KeyID: "ec"}, {Key: old.Public(), KeyID: "rsa"}}})
	if err != nil {
		w.Fatal(err)
	}
	high := func(c *clients.Client) {
		c.AuthMethod, c.JWKS, c.HighSecurity = clientauth.MethodKey, string(text), fapi.Security
		c.SetGrant(clients.GrantClientCredentials, true)
	}
	b.App = w.App(append([]func(*clients.Client){high}, change...)...)
	return b
}

// Claims of a valid client assertion; change overrides, and nil omits.
func (b *bank) Claims(change map[string]any) map[string]any {
	now := b.W.Clock.Now()
	c := map[string]any{"iss": b.ID, "sub": b.ID, "aud": b.W.URL, "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}
	maps.Copy(c, change)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// Ask posts a form with this assertion and these proofs.
func (b *bank) Ask(path, assertion string, proofs []string, pairs ...string) Reply {
	b.W.Helper()
	req := FormFor(b.W, b.W.URL+path, Edited(url.Values{
		"client_id": {b.ID}, "client_assertion": {assertion}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	}, pairs))
	req.Header["Dpop"] = proofs
	return b.W.Call(req)
}

// With is Ask with a valid request, except for the changes to the assertion.
func (b *bank) With(path string, change map[string]any, pairs ...string) Reply {
	b.W.Helper()
	return b.Ask(path, b.W.Sign(jose.ES256, b.Assert.Key, map[string]any{"kid": "ec"}, b.Claims(change)), b.Proofs(b.Bind, path), pairs...)
}

func (b *bank) Proofs(key ProofKey, path string) []string {
	b.W.Helper()
	return []string{key.Proof("POST", path, map[string]any{"nonce": b.W.Nonce()})}
}

const TokenPath, ParPath = "/oauth2/token", "/oauth2/par"

// Pushable is a valid authorization request.
func (b *bank) Pushable(pairs ...string) []string {
	var all []string
	for name, values := range b.Request(pairs...) {
		all = append(all, name, values[0])
	}
	return all
}

// Code pushes a request and completes it up to a code.
func (b *bank) Code(proofs []string, pairs ...string) string {
	b.W.Helper()
	assertion := b.W.Sign(jose.ES256, b.Assert.Key, map[string]any{"kid": "ec"}, b.Claims(nil))
	pushed := b.Ask(ParPath, assertion, proofs, b.Pushable(pairs...)...)
	if pushed.Status != 201 {
		b.W.Fatalf("pushing: got %d %s", pushed.Status, pushed.Body)
	}
	ada := b.W.Browser()
	p := ada.Authorize(url.Values{"client_id": {b.ID}, "request_uri": {pushed.Str("request_uri")}})
	p = ada.SignIn(p, "ada@example.org")
	if strings.Contains(p.Body, `action="/consent"`) {
		p = ada.Submit(p, "/consent", "decision", "allow")
	}
	return ada.Answer(p).Get("code")
}
