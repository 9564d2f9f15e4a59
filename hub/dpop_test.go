package hub_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
)

// A proofKey makes DPoP proofs.
type proofKey struct {
	w   *world
	key *ecdsa.PrivateKey
}

func (w *world) proofKey() proofKey {
	w.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.Fatal(err)
	}
	return proofKey{w, key}
}

// thumbprint is the jkt of the key.
func (k proofKey) thumbprint() string {
	k.w.Helper()
	sum, err := (&jose.JSONWebKey{Key: k.key.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		k.w.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}

// proof is for a request to the hub; change overrides claims, and nil leaves
// them out.
func (k proofKey) proof(method, path string, change map[string]any) string {
	k.w.Helper()
	claims := map[string]any{"htm": method, "htu": k.w.URL + path, "iat": k.w.clock.now().Unix(), "jti": rand.Text()}
	maps.Copy(claims, change)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return k.w.sign(jose.ES256, k.key, map[string]any{"typ": "dpop+jwt", "jwk": jose.JSONWebKey{Key: k.key.Public()}}, claims)
}

// sign makes a JWT.
func (w *world) sign(alg jose.SignatureAlgorithm, key any, header, claims map[string]any) string {
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

// nonce is what the hub hands out now.
func (w *world) nonce() string {
	w.Helper()
	return w.userinfo("none").Header.Get("DPoP-Nonce")
}

// proven posts with a header for each proof.
func (a *app) proven(path string, proofs []string, pairs ...string) reply {
	a.w.Helper()
	v := url.Values{}
	if a.Public() {
		v.Set("client_id", a.ID)
	}
	req, err := http.NewRequest(http.MethodPost, a.w.URL+path, strings.NewReader(edited(v, pairs).Encode()))
	if err != nil {
		a.w.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header["Dpop"] = proofs
	if !a.Public() {
		req.SetBasicAuth(url.QueryEscape(a.ID), url.QueryEscape(a.Secret))
	}
	return a.w.call(req)
}

// resource gets userinfo by a scheme and proofs.
func (w *world) resource(scheme, token string, proofs ...string) reply {
	w.Helper()
	req, err := http.NewRequest(http.MethodGet, w.URL+"/oauth2/userinfo", nil)
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Authorization", scheme+" "+token)
	req.Header["Dpop"] = proofs
	return w.call(req)
}

func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func spa(c *clients.Client)       { c.Type, c.AuthMethod = clients.SPA, clients.MethodNone }
func dpopBound(c *clients.Client) { c.DPoPBound = true }
func codeForm(a *app, code string) []string {
	return []string{"grant_type", "authorization_code", "code", code, "redirect_uri", callback, "code_verifier", a.verifier}
}

func TestATokenIsBoundToTheDPoPKey(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	k := w.proofKey()
	code := w.browser().signInTo(a, "ada@example.org").Get("code")
	got := a.proven("/oauth2/token", []string{k.proof("POST", "/oauth2/token", nil)}, codeForm(a, code)...)
	want(t, "token_type", got.str("token_type"), "DPoP")
	token := got.str("access_token")
	cnf, _ := claimsOf(t, token)["cnf"].(map[string]any)
	want[any](t, "cnf.jkt", cnf["jkt"], k.thumbprint())

	good := k.proof("GET", "/oauth2/userinfo", map[string]any{"ath": hashed(token)})
	want(t, "userinfo with a proof", w.resource("DPoP", token, good).Status, 200)
	want(t, "access-token-type-header-case-sensitivity", w.resource("dPoP", token, k.proof("GET", "/oauth2/userinfo", map[string]any{"ath": hashed(token)})).Status, 200)
	other := w.proofKey()
	for name, row := range map[string]struct {
		scheme string
		proofs []string
		code   string
	}{
		"as Bearer":             {"Bearer", nil, "invalid_token"},
		"as Bearer and a proof": {"Bearer", []string{k.proof("GET", "/oauth2/userinfo", map[string]any{"ath": hashed(token)})}, "invalid_token"},
		"no proof":              {"DPoP", nil, "invalid_dpop_proof"},
		"two proofs":            {"DPoP", []string{good, good}, "invalid_dpop_proof"},
		"the same proof again":  {"DPoP", []string{good}, "invalid_dpop_proof"},
		"no ath":                {"DPoP", []string{k.proof("GET", "/oauth2/userinfo", nil)}, "invalid_dpop_proof"},
		"ath of another token":  {"DPoP", []string{k.proof("GET", "/oauth2/userinfo", map[string]any{"ath": hashed("x")})}, "invalid_dpop_proof"},
		"htm of another method": {"DPoP", []string{k.proof("POST", "/oauth2/userinfo", map[string]any{"ath": hashed(token)})}, "invalid_dpop_proof"},
		"htu of another place":  {"DPoP", []string{k.proof("GET", "/oauth2/token", map[string]any{"ath": hashed(token)})}, "invalid_dpop_proof"},
		"another key":           {"DPoP", []string{other.proof("GET", "/oauth2/userinfo", map[string]any{"ath": hashed(token)})}, "invalid_token"},
		"a made-up nonce":       {"DPoP", []string{k.proof("GET", "/oauth2/userinfo", map[string]any{"ath": hashed(token), "nonce": "x"})}, "use_dpop_nonce"},
	} {
		r := w.resource(row.scheme, token, row.proofs...)
		refused(t, name, r, 401, row.code)
		challenge := r.Header.Get("WWW-Authenticate")
		if !strings.HasPrefix(challenge, `DPoP error="`+row.code+`"`) || !strings.Contains(challenge, `algs="ES256 `) {
			t.Errorf("%s: the challenge is %q", name, challenge)
		}
	}

	introspected := a.post("/oauth2/introspect", "token", token)
	want(t, "introspection's token_type", introspected.str("token_type"), "DPoP")
	cnf, _ = introspected.JSON["cnf"].(map[string]any)
	want[any](t, "introspection's cnf.jkt", cnf["jkt"], k.thumbprint())

	// A client that proves itself may refresh with another key (RFC 9449 §5).
	next := a.proven("/oauth2/token", []string{other.proof("POST", "/oauth2/token", nil)}, "grant_type", "refresh_token", "refresh_token", got.str("refresh_token"))
	cnf, _ = claimsOf(t, next.str("access_token"))["cnf"].(map[string]any)
	want[any](t, "cnf.jkt after a refresh with another key", cnf["jkt"], other.thumbprint())
}

func TestATokenThatIsNotBoundIsNoDPoPToken(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	token := a.redeem(w.browser().signInTo(a, "ada@example.org").Get("code")).str("access_token")
	refused(t, "as DPoP", w.resource("DPoP", token, w.proofKey().proof("GET", "/oauth2/userinfo", map[string]any{"ath": hashed(token)})), 401, "invalid_token")
	want(t, "as Bearer", w.resource("Bearer", token).Status, 200)
	bare, err := http.NewRequest(http.MethodGet, w.URL+"/oauth2/userinfo", nil)
	if err != nil {
		t.Fatal(err)
	}
	challenge := w.call(bare).Header.Get("WWW-Authenticate")
	if !strings.HasPrefix(challenge, "Bearer realm=") || !strings.Contains(challenge, "DPoP realm=") || strings.Contains(challenge, "error") {
		t.Errorf("who sends nothing is told %q", challenge)
	}
}

// dpop-negative-tests, at the token endpoint.
func TestProofsThatTheTokenEndpointRefuses(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	a := w.app(dpopBound, func(c *clients.Client) { c.ClientCredentials = true })
	k := w.proofKey()
	ask := func(proofs ...string) reply {
		return a.proven("/oauth2/token", proofs, "grant_type", "client_credentials", "scope", "files")
	}
	one := k.proof("POST", "/oauth2/token", nil)
	want(t, "a good proof", ask(one).Status, 200)
	for name, proofs := range map[string][]string{
		"ensure-holder-of-key-required": nil,
		"two proofs":                    {k.proof("POST", "/oauth2/token", nil), k.proof("POST", "/oauth2/token", nil)},
		"an empty proof":                {""},
		"the same proof again":          {one},
		"htm":                           {k.proof("GET", "/oauth2/token", nil)},
		"htu":                           {k.proof("POST", "/oauth2/introspect", nil)},
		"iat of an hour ago":            {k.proof("POST", "/oauth2/token", map[string]any{"iat": time.Now().Add(-time.Hour).Unix()})},
	} {
		refused(t, name, ask(proofs...), 400, "invalid_dpop_proof")
	}
	for name, change := range map[string]map[string]any{
		"ensure-dpopproof-with-iat-10seconds-before-succeeds": {"iat": w.clock.now().Unix() - 10},
		"ensure-dpopproof-with-iat-10seconds-after-succeeds":  {"iat": w.clock.now().Unix() + 10},
		"a nonce where none is needed":                        {"nonce": w.nonce()},
	} {
		want(t, name, ask(k.proof("POST", "/oauth2/token", change)).Status, 200)
	}
	r := ask(k.proof("POST", "/oauth2/token", map[string]any{"nonce": "of yesterday"}))
	refused(t, "a wrong nonce", r, 400, "use_dpop_nonce")
	want(t, "with the nonce it was given", ask(k.proof("POST", "/oauth2/token", map[string]any{"nonce": r.Header.Get("DPoP-Nonce")})).Status, 200)
}

func TestAPublicClientsRefreshTokenIsBoundToItsKey(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app(spa)
	k, thief := w.proofKey(), w.proofKey()
	code := w.browser().signInTo(a, "ada@example.org").Get("code")
	asked := a.proven("/oauth2/token", []string{k.proof("POST", "/oauth2/token", nil)}, codeForm(a, code)...)
	refused(t, "a public client without a nonce", asked, 400, "use_dpop_nonce")
	with := func(key proofKey) []string {
		return []string{key.proof("POST", "/oauth2/token", map[string]any{"nonce": w.nonce()})}
	}
	got := a.proven("/oauth2/token", with(k), codeForm(a, code)...)
	want(t, "the same code with the nonce", got.Status, 200)
	old := got.str("refresh_token")
	form := func(token string) []string { return []string{"grant_type", "refresh_token", "refresh_token", token} }
	refused(t, "refresh with another key", a.proven("/oauth2/token", with(thief), form(old)...), 400, "invalid_grant")
	refused(t, "refresh without a key", a.proven("/oauth2/token", nil, form(old)...), 400, "invalid_grant")
	next := a.proven("/oauth2/token", with(k), form(old)...)
	want(t, "refresh with the key: nothing was rotated before", next.Status, 200)
	refused(t, "an old token with another key", a.proven("/oauth2/token", with(thief), form(old)...), 400, "invalid_grant")
	want(t, "which ends nothing", a.proven("/oauth2/token", with(k), form(next.str("refresh_token"))...).Status, 200)
}
