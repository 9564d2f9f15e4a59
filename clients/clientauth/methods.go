package clientauth

import (
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// The client authentication methods, by their names in OpenID Connect Core §9
// and RFC 8705 §2.
const (
	MethodNone      = "none"
	MethodBasic     = "client_secret_basic"
	MethodPost      = "client_secret_post"
	MethodSecretJWT = "client_secret_jwt"
	MethodKey       = "private_key_jwt"
	MethodTLS       = "tls_client_auth"
	MethodOwnTLS    = "self_signed_tls_client_auth"
)

// AllMethods lists all of them; the last is none.
func AllMethods() []string {
	return []string{MethodBasic, MethodPost, MethodSecretJWT, MethodKey, MethodTLS, MethodOwnTLS, MethodNone}
}

// Methods are the methods that clients can use here, given the configuration.
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

// KeyAlgs are the signing algorithms for a client's own key.
func KeyAlgs() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.ES256, jose.ES384, jose.RS256, jose.PS256, jose.EdDSA}
}

// sharedAlgs are the signing algorithms for a shared secret.
func sharedAlgs() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.HS256, jose.HS384, jose.HS512}
}

func algsOf(method string) []jose.SignatureAlgorithm {
	if method == MethodSecretJWT {
		return sharedAlgs()
	}
	return KeyAlgs()
}

// AssertionAlgs returns the names of the assertion algorithms of these methods,
// for metadata.
func AssertionAlgs(methods ...string) []string {
	var names []string
	for _, method := range []string{MethodKey, MethodSecretJWT} {
		if slices.Contains(methods, method) {
			names = append(names, Names(algsOf(method))...)
		}
	}
	return names
}

// Names returns the algorithm names for metadata.
func Names(algs []jose.SignatureAlgorithm) []string {
	var names []string
	for _, alg := range algs {
		names = append(names, string(alg))
	}
	return names
}

// ProfileAlgs are the only signing algorithms of FAPI 2.0, for both sides (FAPI
// 2.0 Security Profile §5.4.1).
func ProfileAlgs() []string { return []string{"ES256", "PS256", "EdDSA"} }

// EncryptionAlgs encrypt a content key to a client's public key (RFC 7518 §4).
// RSA1_5 is excluded (RFC 8725 §3.2).
func EncryptionAlgs() []string {
	return []string{"RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"}
}

// SigningAlgs are the algorithms that the hub can sign with for a client, by
// their names in RFC 7518 and RFC 8037. RS256, the default, is first (OIDC
// Registration §2).
func SigningAlgs() []string {
	return []string{"RS256", "PS256", "ES256", "ES384", "EdDSA", HS256}
}

// EncryptionEncs encrypt the content (RFC 7518 §5). The first is the default
// (OIDC Registration §2).
func EncryptionEncs() []string {
	return []string{"A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"}
}
