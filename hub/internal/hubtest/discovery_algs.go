package hubtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients/clientauth"
)

// keyOf is a relying party's private key for an algorithm, generated once.
func keyOf(alg string) crypto.Signer {
	switch {
	case strings.HasPrefix(alg, "ES"), strings.HasPrefix(alg, "ECDH"):
		return ecKeys[alg[len(alg)-3:]]()
	case alg == "EdDSA":
		return edKey()
	}
	return AKey[0]()
}

var (
	ecKeys = map[string]func() crypto.Signer{
		"256": sync.OnceValue(func() crypto.Signer { return newEC(elliptic.P256()) }),
		"384": sync.OnceValue(func() crypto.Signer { return newEC(elliptic.P384()) }),
		"512": sync.OnceValue(func() crypto.Signer { return newEC(elliptic.P521()) }),
	}
	edKey  = sync.OnceValue(func() crypto.Signer { _, key, _ := ed25519.GenerateKey(rand.Reader); return key })
	encKey = sync.OnceValue(func() crypto.Signer { return newEC(elliptic.P256()) })
)

func newEC(curve elliptic.Curve) crypto.Signer {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

// AllKeys is a JWK set with a key for every signing algorithm and two encryption
// keys.
func AllKeys() map[string]any {
	var keys []jose.JSONWebKey
	for _, alg := range []string{"RS256", "ES256", "ES384", "ES512", "EdDSA"} {
		keys = append(keys, jose.JSONWebKey{Key: keyOf(alg).Public(), KeyID: "sig-" + alg, Use: "sig"})
	}
	keys = append(keys,
		jose.JSONWebKey{Key: AKey[0]().Public(), KeyID: "enc-RSA", Use: "enc"},
		jose.JSONWebKey{Key: encKey().Public(), KeyID: "enc-EC", Use: "enc"})
	return map[string]any{"keys": keys}
}

// kidOf is the kid of the algorithm's key in AllKeys.
func kidOf(alg string) string {
	if strings.HasPrefix(alg, "RS") || strings.HasPrefix(alg, "PS") {
		return "sig-RS256"
	}
	return "sig-" + alg
}

// Sign makes a JWS as the client would: with its secret, or its key in AllKeys.
func (p *Party) Sign(alg, typ string, claims map[string]any) string {
	p.E.Helper()
	if strings.HasPrefix(alg, "HS") {
		return Signed(p.E, jose.SignatureAlgorithm(alg), []byte(p.Secret), "", typ, claims)
	}
	return Signed(p.E, jose.SignatureAlgorithm(alg), keyOf(alg), kidOf(alg), typ, claims)
}

// Object is a request object; the client's keys are those of its exam.
func (p *Party) Object(alg string, claims map[string]any) string {
	p.E.Helper()
	if p.Kid != "" && alg == "RS256" {
		return Signed(p.E, jose.RS256, p.Key, p.Kid, "oauth-authz-req+jwt", claims)
	}
	return p.Sign(alg, "oauth-authz-req+jwt", claims)
}

// Keyed registers a client with AllKeys.
func (e *Exam) Keyed(pairs ...any) *Party {
	e.Helper()
	p := e.Client(append([]any{"jwks", AllKeys()}, pairs...)...)
	p.Kid = ""
	return p
}

// read verifies a JWS for the client with the algorithm.
func (p *Party) read(what, token, alg string) map[string]any {
	p.E.Helper()
	if !strings.HasPrefix(alg, "HS") {
		header, claims := p.E.Verified(what, token)
		Want(p.E, "alg of the "+what, header.Algorithm, alg)
		return claims
	}
	object, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
	if err != nil {
		p.E.Fatal(err)
	}
	payload, err := object.Verify([]byte(p.Secret))
	if err != nil {
		p.E.Fatalf("%s: %v", what, err)
	}
	return decoded(p.E, payload)
}

func decoded(e *Exam, payload []byte) map[string]any {
	e.Helper()
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		e.Fatalf("%v: %s", err, payload)
	}
	return claims
}

// open decrypts a JWE for the client.
func (p *Party) open(what, token, alg, enc string) string {
	p.E.Helper()
	object, err := jose.ParseEncryptedCompact(token, []jose.KeyAlgorithm{jose.KeyAlgorithm(alg)}, []jose.ContentEncryption{jose.ContentEncryption(enc)})
	if err != nil {
		p.E.Fatalf("%s: %v: %.200s", what, err, token)
	}
	var key any = AKey[0]()
	switch {
	case strings.HasPrefix(alg, "ECDH"):
		key = encKey()
	case !strings.HasPrefix(alg, "RSA"):
		// OIDC Core §10.2: the key is derived from the secret.
		sum := sha256.Sum256([]byte(p.Secret))
		key = sum[:]
	}
	payload, err := object.Decrypt(key)
	if err != nil {
		p.E.Fatalf("%s: %v", what, err)
	}
	if kid := object.Header.KeyID; kid == "" && strings.Contains(alg, "-") {
		p.E.Errorf("%s: the JWE has no kid", what)
	}
	return string(payload)
}

// First is the first value of a list in the metadata that needs no shared secret.
func (e *Exam) First(member string) string {
	e.Helper()
	for _, v := range Advertised(e.Site.Meta[member]) {
		if !strings.HasPrefix(v, "HS") && v != "dir" && !strings.HasPrefix(v, "A") {
			return v
		}
	}
	return "A128CBC-HS256"
}

// A Sealed is one kind of JWT that the hub makes for a client.
type Sealed struct {
	Metadata string // prefix of the client's metadata
	Supports string // prefix of the hub's metadata
	Get      func(p *Party) string
}

func (k Sealed) Signed(e *Exam, alg string) {
	auth := clientauth.MethodBasic
	if strings.HasPrefix(alg, "HS") {
		auth = clientauth.MethodSecretJWT
	}
	p := e.Keyed("token_endpoint_auth_method", auth, k.Metadata+"_signed_response_alg", alg)
	p.about(k, p.read(k.Metadata, k.Get(p), alg))
}

func (k Sealed) encrypted(e *Exam, alg, enc string) {
	signing := e.First(k.Supports + "_signing_alg_values_supported")
	auth := clientauth.MethodBasic
	if alg == "dir" || strings.HasPrefix(alg, "A") {
		auth = clientauth.MethodSecretJWT
	}
	p := e.Keyed("token_endpoint_auth_method", auth, k.Metadata+"_signed_response_alg", signing,
		k.Metadata+"_encrypted_response_alg", alg, k.Metadata+"_encrypted_response_enc", enc)
	p.about(k, p.read(k.Metadata, p.open(k.Metadata, k.Get(p), alg, enc), signing))
}

// about checks iss and aud of a token.
func (p *Party) about(k Sealed, claims map[string]any) {
	p.E.Helper()
	Want(p.E, "iss", claims["iss"], any(p.E.Site.URL))
	Want(p.E, "aud", claims["aud"], any(p.ID))
	if k.Metadata == "introspection" {
		inside, _ := claims["token_introspection"].(map[string]any)
		Want(p.E, "active", inside["active"], any(true))
	}
}

func (k Sealed) Alg(e *Exam, alg string) {
	k.encrypted(e, alg, e.First(k.Supports+"_encryption_enc_values_supported"))
}

func (k Sealed) Enc(e *Exam, enc string) {
	k.encrypted(e, e.First(k.Supports+"_encryption_alg_values_supported"), enc)
}

// unwrap returns the parameters in a JWT (JARM §2).
func (p *Party) unwrap(a arrival, alg string) arrival {
	p.E.Helper()
	token := a.Values.Get("response")
	if token == "" || len(a.Values) != 1 {
		p.E.Fatalf("the answer is %v, and should be one response", a.Values)
	}
	claims := p.read("response", token, alg)
	Want(p.E, "iss", claims["iss"], any(p.E.Site.URL))
	Want(p.E, "aud", claims["aud"], any(p.ID))
	if exp, _ := claims["exp"].(float64); exp <= float64(p.E.Site.Clock.Now().Unix()) {
		p.E.Errorf("exp is %v", claims["exp"])
	}
	a.Values = url.Values{}
	for name, value := range claims {
		if name == "aud" || name == "exp" || name == "iat" {
			continue
		}
		if text, ok := value.(string); ok {
			a.Values.Set(name, text)
		} else {
			a.Values.Set(name, strings.TrimSuffix(mustJSON(p.E, value), "\n"))
		}
	}
	return a
}

func mustJSON(e *Exam, v any) string {
	e.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		e.Fatal(err)
	}
	return string(text)
}

// EncryptTo is the hub's key for an algorithm.
func (e *Exam) EncryptTo(alg string) jose.JSONWebKey {
	e.Helper()
	for _, key := range e.Jwks().Keys {
		_, ec := key.Key.(*ecdsa.PublicKey)
		if key.Use == "enc" && ec == strings.HasPrefix(alg, "ECDH") {
			return key
		}
	}
	e.Fatalf("the JWKS has no key to encrypt to with %s", alg)
	return jose.JSONWebKey{}
}

// Proof is a DPoP proof (RFC 9449 §4.2).
func (e *Exam) Proof(alg, method, address, access, nonce string) string {
	e.Helper()
	key := keyOf(alg)
	now := e.Site.Clock.Now()
	claims := map[string]any{"jti": rand.Text(), "htm": method, "htu": address, "iat": now.Unix()}
	if access != "" {
		sum := sha256.Sum256([]byte(access))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		e.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: jose.JSONWebKey{Key: key}},
		(&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt"))
	if err != nil {
		e.Fatal(err)
	}
	object, err := signer.Sign(payload)
	if err != nil {
		e.Fatal(err)
	}
	compact, err := object.CompactSerialize()
	if err != nil {
		e.Fatal(err)
	}
	return compact
}

// AskBound calls userinfo with a token that is bound to the key.
func (e *Exam) AskBound(alg, access string) {
	e.Helper()
	address := e.Site.At(e.T, "userinfo_endpoint")
	ask := func(nonce string) Reply {
		return e.Site.Get(e.T, address, "Authorization", "DPoP "+access, "DPoP", e.Proof(alg, "GET", address, access, nonce))
	}
	r := ask("")
	if nonce := r.Header.Get("DPoP-Nonce"); r.Status == http.StatusUnauthorized && nonce != "" {
		r = ask(nonce)
	}
	Want(e, "userinfo with the key", r.Status, http.StatusOK)
	Want(e, "userinfo without the key", e.Site.Get(e.T, address, "Authorization", "Bearer "+access).Status, http.StatusUnauthorized)
}
