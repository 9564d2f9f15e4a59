package hub_test

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

	"github.com/fedhub/fedhub/clients"
)

// keyOf is a relying party's private key for an algorithm, made once.
func keyOf(alg string) crypto.Signer {
	switch {
	case strings.HasPrefix(alg, "ES"), strings.HasPrefix(alg, "ECDH"):
		return ecKeys[alg[len(alg)-3:]]()
	case alg == "EdDSA":
		return edKey()
	}
	return aKey[0]()
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

// allKeys is a JWK set with a key for every signing algorithm and two to
// encrypt to.
func allKeys() map[string]any {
	var keys []jose.JSONWebKey
	for _, alg := range []string{"RS256", "ES256", "ES384", "ES512", "EdDSA"} {
		keys = append(keys, jose.JSONWebKey{Key: keyOf(alg).Public(), KeyID: "sig-" + alg, Use: "sig"})
	}
	keys = append(keys,
		jose.JSONWebKey{Key: aKey[0]().Public(), KeyID: "enc-RSA", Use: "enc"},
		jose.JSONWebKey{Key: encKey().Public(), KeyID: "enc-EC", Use: "enc"})
	return map[string]any{"keys": keys}
}

// kidOf is what the key for the algorithm is called in allKeys.
func kidOf(alg string) string {
	if strings.HasPrefix(alg, "RS") || strings.HasPrefix(alg, "PS") {
		return "sig-RS256"
	}
	return "sig-" + alg
}

// sign makes a JWS as the client would: with its secret, or its key in
// allKeys.
func (p *party) sign(alg, typ string, claims map[string]any) string {
	p.e.Helper()
	if strings.HasPrefix(alg, "HS") {
		return signed(p.e, jose.SignatureAlgorithm(alg), []byte(p.Secret), "", typ, claims)
	}
	return signed(p.e, jose.SignatureAlgorithm(alg), keyOf(alg), kidOf(alg), typ, claims)
}

// object is a request object; the client's keys are those of its exam.
func (p *party) object(alg string, claims map[string]any) string {
	p.e.Helper()
	if p.kid != "" && alg == "RS256" {
		return signed(p.e, jose.RS256, p.key, p.kid, "oauth-authz-req+jwt", claims)
	}
	return p.sign(alg, "oauth-authz-req+jwt", claims)
}

// keyed registers a client with allKeys.
func (e *exam) keyed(pairs ...any) *party {
	e.Helper()
	p := e.client(append([]any{"jwks", allKeys()}, pairs...)...)
	p.kid = ""
	return p
}

// read verifies a JWS made for the client with the algorithm.
func (p *party) read(what, token, alg string) map[string]any {
	p.e.Helper()
	if !strings.HasPrefix(alg, "HS") {
		header, claims := p.e.verified(what, token)
		want(p.e, "alg of the "+what, header.Algorithm, alg)
		return claims
	}
	object, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
	if err != nil {
		p.e.Fatal(err)
	}
	payload, err := object.Verify([]byte(p.Secret))
	if err != nil {
		p.e.Fatalf("%s: %v", what, err)
	}
	return decoded(p.e, payload)
}

func decoded(e *exam, payload []byte) map[string]any {
	e.Helper()
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		e.Fatalf("%v: %s", err, payload)
	}
	return claims
}

// open decrypts what was encrypted to the client.
func (p *party) open(what, token, alg, enc string) string {
	p.e.Helper()
	object, err := jose.ParseEncryptedCompact(token, []jose.KeyAlgorithm{jose.KeyAlgorithm(alg)}, []jose.ContentEncryption{jose.ContentEncryption(enc)})
	if err != nil {
		p.e.Fatalf("%s: %v: %.200s", what, err, token)
	}
	var key any = aKey[0]()
	switch {
	case strings.HasPrefix(alg, "ECDH"):
		key = encKey()
	case !strings.HasPrefix(alg, "RSA"):
		// OIDC Core §10.2: a key from the secret.
		sum := sha256.Sum256([]byte(p.Secret))
		key = sum[:]
	}
	payload, err := object.Decrypt(key)
	if err != nil {
		p.e.Fatalf("%s: %v", what, err)
	}
	if kid := object.Header.KeyID; kid == "" && strings.Contains(alg, "-") {
		p.e.Errorf("%s: the JWE has no kid", what)
	}
	return string(payload)
}

// first is the first value of a list in the metadata that is not one of those
// that need a shared secret.
func (e *exam) first(member string) string {
	e.Helper()
	for _, v := range advertised(e.site.meta[member]) {
		if !strings.HasPrefix(v, "HS") && v != "dir" && !strings.HasPrefix(v, "A") {
			return v
		}
	}
	return "A128CBC-HS256"
}

// A sealed is one kind of JWT that the hub makes for a client.
type sealed struct {
	metadata string // prefix of the client's metadata
	supports string // prefix of the hub's metadata
	get      func(p *party) string
}

// idTokens, infos, answers and reports are all kinds.
var (
	idTokens = sealed{"id_token", "id_token", func(p *party) string {
		a := p.e.browser().visit(p.request())
		r := p.redeem(a.values.Get("code"))
		if r.Status != http.StatusOK {
			p.e.Fatalf("token endpoint: got %d %s", r.Status, r.Body)
		}
		return r.str("id_token")
	}}
	infos = sealed{"userinfo", "userinfo", func(p *party) string {
		a := p.e.browser().visit(p.request())
		access := p.redeem(a.values.Get("code")).str("access_token")
		r := p.e.site.get(p.e.T, p.e.site.at(p.e.T, "userinfo_endpoint"), "Authorization", "Bearer "+access)
		if kind := r.Header.Get("Content-Type"); r.Status != http.StatusOK || !strings.HasPrefix(kind, "application/jwt") {
			p.e.Fatalf("userinfo: got %d %s %s", r.Status, kind, r.Body)
		}
		return r.Body
	}}
	answers = sealed{"authorization", "authorization", func(p *party) string {
		return p.e.browser().visit(p.request("response_mode", "jwt")).values.Get("response")
	}}
	reports = sealed{"introspection", "introspection", func(p *party) string {
		a := p.e.browser().visit(p.request())
		access := p.redeem(a.values.Get("code")).str("access_token")
		r := p.callAccepting("application/token-introspection+jwt", "introspection_endpoint", "token", access)
		if kind := r.Header.Get("Content-Type"); r.Status != http.StatusOK || !strings.HasPrefix(kind, "application/token-introspection+jwt") {
			p.e.Fatalf("introspection: got %d %s %s", r.Status, kind, r.Body)
		}
		return r.Body
	}}
)

func (k sealed) signed(e *exam, alg string) {
	auth := clients.MethodBasic
	if strings.HasPrefix(alg, "HS") {
		auth = clients.MethodSecretJWT
	}
	p := e.keyed("token_endpoint_auth_method", auth, k.metadata+"_signed_response_alg", alg)
	p.about(k, p.read(k.metadata, k.get(p), alg))
}

func (k sealed) encrypted(e *exam, alg, enc string) {
	signing := e.first(k.supports + "_signing_alg_values_supported")
	auth := clients.MethodBasic
	if alg == "dir" || strings.HasPrefix(alg, "A") {
		auth = clients.MethodSecretJWT
	}
	p := e.keyed("token_endpoint_auth_method", auth, k.metadata+"_signed_response_alg", signing,
		k.metadata+"_encrypted_response_alg", alg, k.metadata+"_encrypted_response_enc", enc)
	p.about(k, p.read(k.metadata, p.open(k.metadata, k.get(p), alg, enc), signing))
}

// about checks who made a token and for whom.
func (p *party) about(k sealed, claims map[string]any) {
	p.e.Helper()
	want(p.e, "iss", claims["iss"], any(p.e.site.URL))
	want(p.e, "aud", claims["aud"], any(p.ID))
	if k.metadata == "introspection" {
		inside, _ := claims["token_introspection"].(map[string]any)
		want(p.e, "active", inside["active"], any(true))
	}
}

func (k sealed) alg(e *exam, alg string) {
	k.encrypted(e, alg, e.first(k.supports+"_encryption_enc_values_supported"))
}

func (k sealed) enc(e *exam, enc string) {
	k.encrypted(e, e.first(k.supports+"_encryption_alg_values_supported"), enc)
}

func exerciseIDTokenAlg(e *exam, alg string)    { idTokens.signed(e, alg) }
func exerciseIDTokenEncAlg(e *exam, alg string) { idTokens.alg(e, alg) }
func exerciseIDTokenEncEnc(e *exam, enc string) { idTokens.enc(e, enc) }

func exerciseUserinfoAlg(e *exam, alg string)    { infos.signed(e, alg) }
func exerciseUserinfoEncAlg(e *exam, alg string) { infos.alg(e, alg) }
func exerciseUserinfoEncEnc(e *exam, enc string) { infos.enc(e, enc) }

func exerciseAnswerAlg(e *exam, alg string)    { answers.signed(e, alg) }
func exerciseAnswerEncAlg(e *exam, alg string) { answers.alg(e, alg) }
func exerciseAnswerEncEnc(e *exam, enc string) { answers.enc(e, enc) }

func exerciseIntrospectionAlg(e *exam, alg string)    { reports.signed(e, alg) }
func exerciseIntrospectionEncAlg(e *exam, alg string) { reports.alg(e, alg) }
func exerciseIntrospectionEncEnc(e *exam, enc string) { reports.enc(e, enc) }

// unwrap takes the answer out of a JWT (JARM §2).
func (p *party) unwrap(a arrival, alg string) arrival {
	p.e.Helper()
	token := a.values.Get("response")
	if token == "" || len(a.values) != 1 {
		p.e.Fatalf("the answer is %v, and should be one response", a.values)
	}
	claims := p.read("response", token, alg)
	want(p.e, "iss", claims["iss"], any(p.e.site.URL))
	want(p.e, "aud", claims["aud"], any(p.ID))
	if exp, _ := claims["exp"].(float64); exp <= float64(p.e.site.clock.now().Unix()) {
		p.e.Errorf("exp is %v", claims["exp"])
	}
	a.values = url.Values{}
	for name, value := range claims {
		if name == "aud" || name == "exp" || name == "iat" {
			continue
		}
		if text, ok := value.(string); ok {
			a.values.Set(name, text)
		} else {
			a.values.Set(name, strings.TrimSuffix(mustJSON(p.e, value), "\n"))
		}
	}
	return a
}

func mustJSON(e *exam, v any) string {
	e.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		e.Fatal(err)
	}
	return string(text)
}

func exerciseRequestAlg(e *exam, alg string) {
	auth := clients.MethodBasic
	if strings.HasPrefix(alg, "HS") {
		auth = clients.MethodSecretJWT
	}
	p := e.keyed("token_endpoint_auth_method", auth, "request_object_signing_alg", alg)
	request, claims := p.inside()
	object := ""
	if alg == "none" {
		object = unsigned(e, claims)
	} else {
		object = p.sign(alg, "oauth-authz-req+jwt", claims)
	}
	p.complete(e.browser().visit(outside(request, "request", object)), request)
}

func exerciseRequestEncAlg(e *exam, alg string) {
	exerciseRequestEnc(e, alg, e.first("request_object_encryption_enc_values_supported"))
}

func exerciseRequestEncEnc(e *exam, enc string) {
	exerciseRequestEnc(e, e.first("request_object_encryption_alg_values_supported"), enc)
}

// exerciseRequestEnc encrypts a signed request object to a key of the hub.
func exerciseRequestEnc(e *exam, alg, enc string) {
	p := e.keyed("request_object_signing_alg", "ES256", "request_object_encryption_alg", alg, "request_object_encryption_enc", enc)
	request, claims := p.inside()
	to := e.encryptTo(alg)
	encrypter, err := jose.NewEncrypter(jose.ContentEncryption(enc), jose.Recipient{Algorithm: jose.KeyAlgorithm(alg), Key: to.Key, KeyID: to.KeyID},
		(&jose.EncrypterOptions{}).WithContentType("JWT"))
	if err != nil {
		e.Fatal(err)
	}
	object, err := encrypter.Encrypt([]byte(p.sign("ES256", "oauth-authz-req+jwt", claims)))
	if err != nil {
		e.Fatal(err)
	}
	compact, err := object.CompactSerialize()
	if err != nil {
		e.Fatal(err)
	}
	p.complete(e.browser().visit(outside(request, "request", compact)), request)
}

// encryptTo is the hub's key for an algorithm.
func (e *exam) encryptTo(alg string) jose.JSONWebKey {
	e.Helper()
	for _, key := range e.jwks().Keys {
		_, ec := key.Key.(*ecdsa.PublicKey)
		if key.Use == "enc" && ec == strings.HasPrefix(alg, "ECDH") {
			return key
		}
	}
	e.Fatalf("the JWKS has no key to encrypt to with %s", alg)
	return jose.JSONWebKey{}
}

// proof is a DPoP proof (RFC 9449 §4.2).
func (e *exam) proof(alg, method, address, access, nonce string) string {
	e.Helper()
	key := keyOf(alg)
	now := e.site.clock.now()
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

func exerciseDPoPAlg(e *exam, alg string) {
	p := e.client()
	a := e.browser().visit(p.request())
	endpoint := e.site.at(e.T, "token_endpoint")
	form := url.Values{"grant_type": {"authorization_code"}, "code": {a.values.Get("code")}, "redirect_uri": {p.redirect}}
	redeem := func(nonce string) reply {
		return e.site.post(e.T, endpoint, form, "Authorization", basic(p.ID, p.Secret), "DPoP", e.proof(alg, "POST", endpoint, "", nonce))
	}
	r := redeem("")
	if r.str("error") == "use_dpop_nonce" {
		r = redeem(r.Header.Get("DPoP-Nonce"))
	}
	want(e, "status", r.Status, http.StatusOK)
	want(e, "token_type", r.str("token_type"), "DPoP")
	e.askBound(alg, r.str("access_token"))
}

// askBound asks userinfo with a token that is bound to the key.
func (e *exam) askBound(alg, access string) {
	e.Helper()
	address := e.site.at(e.T, "userinfo_endpoint")
	ask := func(nonce string) reply {
		return e.site.get(e.T, address, "Authorization", "DPoP "+access, "DPoP", e.proof(alg, "GET", address, access, nonce))
	}
	r := ask("")
	if nonce := r.Header.Get("DPoP-Nonce"); r.Status == http.StatusUnauthorized && nonce != "" {
		r = ask(nonce)
	}
	want(e, "userinfo with the key", r.Status, http.StatusOK)
	want(e, "userinfo without the key", e.site.get(e.T, address, "Authorization", "Bearer "+access).Status, http.StatusUnauthorized)
}
