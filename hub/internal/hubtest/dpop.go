package hubtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
)

// A ProofKey makes DPoP proofs.
type ProofKey struct {
	w   *World
	Key *ecdsa.PrivateKey
}

func (w *World) ProofKey() ProofKey {
	w.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.Fatal(err)
	}
	return ProofKey{w, key}
}

// Thumbprint is the jkt of the key.
func (k ProofKey) Thumbprint() string {
	k.w.Helper()
	sum, err := (&jose.JSONWebKey{Key: k.Key.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		k.w.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}

// Proof is a proof for a request to the hub; change overrides claims, and nil
// omits them.
func (k ProofKey) Proof(method, path string, change map[string]any) string {
	k.w.Helper()
	claims := map[string]any{"htm": method, "htu": k.w.URL + path, "iat": k.w.Clock.Now().Unix(), "jti": rand.Text()}
	maps.Copy(claims, change)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return k.w.Sign(jose.ES256, k.Key, map[string]any{"typ": "dpop+jwt", "jwk": jose.JSONWebKey{Key: k.Key.Public()}}, claims)
}

// Sign makes a JWT.
func (w *World) Sign(alg jose.SignatureAlgorithm, key any, header, claims map[string]any) string {
	w.Helper()
	o := &jose.SignerOptions{}
	for name, value := range header {
		o.WithHeader(jose.HeaderKey(name), value)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, o)
	if err != nil {
		w.Fatal(err)
	}
	body, err := json.Marshal(claims)
	if err != nil {
		w.Fatal(err)
	}
	jws, err := signer.Sign(body)
	if err != nil {
		w.Fatal(err)
	}
	text, err := jws.CompactSerialize()
	if err != nil {
		w.Fatal(err)
	}
	return text
}

// Nonce is the hub's current nonce.
func (w *World) Nonce() string {
	w.Helper()
	return w.Userinfo("none").Header.Get("DPoP-Nonce")
}

// Proven posts with one DPoP header for each proof.
func (a *App) Proven(path string, proofs []string, pairs ...string) Reply {
	a.W.Helper()
	v := url.Values{}
	if a.Public() {
		v.Set("client_id", a.ID)
	}
	req, err := http.NewRequest(http.MethodPost, a.W.URL+path, strings.NewReader(Edited(v, pairs).Encode()))
	if err != nil {
		a.W.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header["Dpop"] = proofs
	if !a.Public() {
		req.SetBasicAuth(url.QueryEscape(a.ID), url.QueryEscape(a.Secret))
	}
	return a.W.Call(req)
}

// Resource calls userinfo with a scheme and proofs.
func (w *World) Resource(scheme, token string, proofs ...string) Reply {
	w.Helper()
	req, err := http.NewRequest(http.MethodGet, w.URL+"/oauth2/userinfo", nil)
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Authorization", scheme+" "+token)
	req.Header["Dpop"] = proofs
	return w.Call(req)
}

func Spa(c *clients.Client) { c.Type, c.AuthMethod = clients.SPA, clientauth.MethodNone }

func DpopBound(c *clients.Client) { c.DPoPBound = true }

func CodeForm(a *App, code string) []string {
	return []string{"grant_type", "authorization_code", "code", code, "redirect_uri", Callback, "code_verifier", a.Verifier}
}
