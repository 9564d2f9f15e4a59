package clientauth

import (
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// The ways a client proves itself at the token endpoint, by the names of
// OpenID Connect Core §9 and RFC 8705 §2.
const (
	MethodNone      = "none"
	MethodBasic     = "client_secret_basic"
	MethodPost      = "client_secret_post"
	MethodSecretJWT = "client_secret_jwt"
	MethodKey       = "private_key_jwt"
	MethodTLS       = "tls_client_auth"
	MethodOwnTLS    = "self_signed_tls_client_auth"
)

// AllMethods are all there are; the last is none.
func AllMethods() []string {
	return []string{MethodBasic, MethodPost, MethodSecretJWT, MethodKey, MethodTLS, MethodOwnTLS, MethodNone}
}

// Methods are the ways in which a client can prove itself here, as far as this
// hub is set up for them.
func (v *Verifier) Methods() []string {
	methods := []string{MethodBasic, MethodPost, MethodKey}
	if v.Open != nil {
		methods = append(methods, MethodSecretJWT)
	}
	if v.Certificates && v.ClientCAs != nil {
		methods = append(methods, MethodTLS)
	}
	if v.Certificates {
		methods = append(methods, MethodOwnTLS)
	}
	return methods
}

// HS256 makes an HMAC with the client's secret (RFC 7518 §3.2).
const HS256 = "HS256"

// KeyAlgs are the algorithms that a client may sign with by a key of its own.
func KeyAlgs() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.ES256, jose.ES384, jose.RS256, jose.PS256, jose.EdDSA}
}

// sharedAlgs are those of a shared secret.
func sharedAlgs() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.HS256, jose.HS384, jose.HS512}
}

func algsOf(method string) []jose.SignatureAlgorithm {
	if method == MethodSecretJWT {
		return sharedAlgs()
	}
	return KeyAlgs()
}

// AssertionAlgs returns the names of the algorithms that clients may sign
// assertions with by these methods, for metadata.
func AssertionAlgs(methods ...string) []string {
	var names []string
	for _, method := range []string{MethodKey, MethodSecretJWT} {
		if slices.Contains(methods, method) {
			names = append(names, Names(algsOf(method))...)
		}
	}
	return names
}

// Names are algorithms as metadata names them.
func Names(algs []jose.SignatureAlgorithm) []string {
	var names []string
	for _, alg := range algs {
		names = append(names, string(alg))
	}
	return names
}

// ProfileAlgs are the only algorithms that either side of a high security
// client signs with (FAPI 2.0 Security Profile §5.4.1).
func ProfileAlgs() []string { return []string{"ES256", "PS256", "EdDSA"} }

// EncryptionAlgs are how the hub encrypts a content key for a client, by the
// client's public key (RFC 7518 §4). RSA1_5 is not among them (RFC 8725 §3.2).
func EncryptionAlgs() []string {
	return []string{"RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"}
}

// SigningAlgs are the algorithms that the hub signs with for a client, by
// their names in RFC 7518 and RFC 8037. RS256 comes first: it is what a client
// gets that says nothing (OIDC Registration §2).
func SigningAlgs() []string {
	return []string{"RS256", "PS256", "ES256", "ES384", "EdDSA", HS256}
}

// EncryptionEncs are how the hub then encrypts the content (RFC 7518 §5). The first
// is what a client gets that names none (OIDC Registration §2).
func EncryptionEncs() []string {
	return []string{"A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"}
}
