package federationtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// A signer is a private key with a name and an algorithm.
type signer struct {
	key jose.JSONWebKey
}

func newSigner(kid string) signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // no random numbers
	}
	return signer{jose.JSONWebKey{Key: key, KeyID: kid, Algorithm: "ES256", Use: "sig"}}
}

func newRSASigner(kid string, bits int) signer {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return signer{jose.JSONWebKey{Key: key, KeyID: kid, Algorithm: "RS256", Use: "sig"}}
}

func (s signer) public() jose.JSONWebKey { return s.key.Public() }

// sign returns a compact JWS over any payload, with extra header members.
func (s signer) sign(payload []byte, header map[string]any) string {
	options := &jose.SignerOptions{}
	for name, value := range header {
		options.WithHeader(jose.HeaderKey(name), value)
	}
	jwsSigner, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(s.key.Algorithm), Key: s.key}, options)
	if err != nil {
		panic(err)
	}
	jws, err := jwsSigner.Sign(payload)
	if err != nil {
		panic(err)
	}
	compact, err := jws.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return compact
}

func (u *Upstream) signer() signer {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.keys[len(u.keys)-1]
}

// SignClaims signs with the provider's current key.
func (u *Upstream) SignClaims(claims, header map[string]any) string {
	return u.SignPayload(encode(claims), header)
}

// SignPayload signs any bytes with the provider's current key.
func (u *Upstream) SignPayload(payload []byte, header map[string]any) string {
	return u.signer().sign(payload, header)
}

// TakeOver adds the keys of another provider, as when a provider moves to another
// address.
func (u *Upstream) TakeOver(from *Upstream) {
	from.mu.Lock()
	keys := slices.Clone(from.keys)
	from.mu.Unlock()
	u.mu.Lock()
	defer u.mu.Unlock()
	u.keys = keys
}

// Rotate replaces the signing key by a new one; the old one is withdrawn.
func (u *Upstream) Rotate(kid string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.keys = []signer{newSigner(kid)}
}

// UseRSA adds an RSA key, which signs from now on.
func (u *Upstream) UseRSA(bits int) {
	s := newRSASigner("rsa", bits)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.keys = append(u.keys, s)
}

func (u *Upstream) published() jose.JSONWebKeySet {
	u.mu.Lock()
	defer u.mu.Unlock()
	var set jose.JSONWebKeySet
	for _, s := range u.keys {
		set.Keys = append(set.Keys, s.public())
	}
	return set
}

// Thumbprint is the RFC 7638 thumbprint of the current key.
func (u *Upstream) Thumbprint() string {
	public := u.signer().public()
	encoded := map[string]string{}
	if err := json.Unmarshal(encode(public), &encoded); err != nil {
		panic(err)
	}
	// §3.2: only the required members, in lexicographic order.
	sum := sha256.Sum256([]byte(`{"crv":"` + encoded["crv"] + `","kty":"EC","x":"` + encoded["x"] + `","y":"` + encoded["y"] + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Unsigned is a token with "alg":"none".
func Unsigned(claims map[string]any) string {
	return segment([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + segment(encode(claims)) + "."
}

// HMAC is a token signed with HS256 and any key.
func HMAC(claims map[string]any, key []byte) string {
	signed := segment([]byte(`{"alg":"HS256","typ":"JWT","kid":"first"}`)) + "." + segment(encode(claims))
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(signed))
	return signed + "." + segment(mac.Sum(nil))
}

// PublicPEM is the provider's public key, which an attacker uses as an HMAC key.
func (u *Upstream) PublicPEM() []byte {
	der, err := x509.MarshalPKIXPublicKey(u.signer().public().Key)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// Forged is signed with an attacker's key under the provider's kid.
func (u *Upstream) Forged(claims, header map[string]any) string {
	return newSigner(u.signer().key.KeyID).sign(encode(claims), header)
}

func segment(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // the caller passed a value that JSON cannot express
	}
	return b
}
