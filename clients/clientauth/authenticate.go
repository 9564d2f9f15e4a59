package clientauth

import (
	"context"
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/fedhub/fedhub/internal/texts"
)

// A Verifier authenticates clients. It is safe for concurrent use.
type Verifier struct {
	Issuer string // ours; the audience of an assertion

	// TokenEndpoints are the audiences that ordinary clients may use instead:
	// the token endpoint at each of its addresses. Empty: none.
	TokenEndpoints []string

	// Replay remembers an id until a time; a repeated one is fs.ErrExist. All
	// processes must share it. Without it no assertion is accepted.
	Replay func(ctx context.Context, id string, until time.Time) error

	// Seal and Open encrypt and decrypt secrets that the hub must be able to
	// read; each value is bound to its context. Without them no client can
	// share a key with the hub.
	Seal func(plain []byte, context string) string
	Open func(sealed, context string) ([]byte, error)

	// SecretKey is the HMAC key for secrets that were made elsewhere.
	SecretKey []byte

	// Certificates says that clients can present a TLS certificate here.
	// ClientCAs issue certificates that name a client; nil for none.
	Certificates bool
	ClientCAs    *x509.CertPool

	Keys *Keyring
	Now  func() time.Time
}

// Registered is how a client registered to authenticate.
type Registered struct {
	Publisher
	Method       string   // one of the Method constants
	Secrets      []Secret //
	TLS          TLSName  // the name in a MethodTLS certificate
	Alg          string   // the only algorithm of its assertions; empty: any of its method
	HighSecurity bool     // it has a FAPI 2.0 profile
	Off          bool     // it exists but is disabled: only administrators learn the difference
}

// takes reports whether the client may use this method: exactly the registered
// one, so that a client that signs cannot be impersonated with less (OIDC Core
// §9). One exception keeps that rule: a client that sends its secret in the
// header may send it in the body and the reverse, because the secret and its
// strength are the same and many programs support only one (RFC 6749 §2.3.1).
// Clients with a security profile have no secret.
func (r Registered) takes(method string) bool {
	secret := []string{MethodBasic, MethodPost}
	return method == r.Method || !r.HighSecurity && slices.Contains(secret, r.Method) && slices.Contains(secret, method)
}

// Authenticate checks credentials against what the named client registered; nil
// if there is none. audience is the audience of an assertion; empty means our
// issuer. also are further audiences for ordinary clients. A client that fails
// to authenticate is *AuthError; any other error is ours. It returns the secret
// that was used, if any.
//
// A wrong secret, a wrong method and an unknown client get the same answer and
// cost the same work, up to the verification of an assertion. Client ids are
// not secret (every authorization request shows one), but the hub does not help
// to list them.
func (v *Verifier) Authenticate(ctx context.Context, cred Credentials, r *Registered, audience string, also ...string) (Secret, error) {
	if r == nil || r.Off {
		v.Match(nil, cred.Secret)
		why := texts.New("client.refused.unknown")
		if r != nil {
			why = texts.New("client.refused.off")
		}
		return Secret{}, refused(cred, why)
	}
	if cred.Method == MethodNone && (r.Method == MethodTLS || r.Method == MethodOwnTLS) && len(cred.Certificates) > 0 {
		cred.Method = r.Method // RFC 8705 §2: the client_id says who presents the certificate
	}
	if !r.takes(cred.Method) {
		v.Match(r.Secrets, cred.Secret)
		return Secret{}, refused(cred, texts.New("client.refused.method", "used", cred.Method, "registered", r.Method))
	}
	var used Secret
	var err error
	switch cred.Method {
	case MethodNone:
		// A public client only names itself (RFC 6749 §2.3); PKCE and the
		// redirect URI bind what it gets.
	case MethodBasic, MethodPost:
		var ok bool
		if used, ok = v.Match(r.Secrets, cred.Secret); !ok {
			err, used = refused(cred, v.wrongSecret(r.Secrets, used)), Secret{}
		}
	case MethodKey, MethodSecretJWT:
		find := func(t *jwt.Token) (Keys, error) { return v.keysOf(ctx, *r, t) }
		var by jose.JSONWebKey
		by, err = v.Assertion(ctx, cred, find, v.audiences(*r, audience, also))
		if key, shared := by.Key.([]byte); shared {
			used, _ = v.Match(r.Secrets, string(key))
		}
	case MethodTLS:
		err = refusedFor(cred, v.checkCertificate(r.TLS, cred.Certificates))
	case MethodOwnTLS:
		err = refusedFor(cred, v.checkOwnCertificate(ctx, r.Publisher, cred.Certificates[0]))
	default:
		err = refused(cred, texts.New("client.refused.method", "used", cred.Method, "registered", r.Method))
	}
	return used, err
}

// keysOf returns the keys that can verify an assertion of the client, if it is
// signed with an allowed algorithm.
func (v *Verifier) keysOf(ctx context.Context, r Registered, t *jwt.Token) (Keys, error) {
	switch {
	case r.Alg != "" && r.Alg != t.Algorithm:
		return nil, jwt.Flaw("jwt.alg.client", "alg", r.Alg) // OIDC Registration §2
	case r.HighSecurity && !slices.Contains(ProfileAlgs(), t.Algorithm):
		return nil, jwt.Flaw("jwt.alg.profile", "algs", ProfileAlgs())
	case r.Method == MethodKey:
		return v.Keys.For(ctx, r.Publisher, t)
	}
	shared, err := v.SharedKeys(r.ID, r.Secrets)
	var all Keys
	for _, key := range shared {
		all = append(all, jose.JSONWebKey{Key: key, KeyID: t.KeyID}) // a secret has no key id
	}
	if errors.Is(err, ErrNoSharedKey) {
		err = jwt.Flaw("jwt.secret")
	}
	return all, err
}

// refused is the single answer for everything that must look the same. why is
// for administrators.
func refused(cred Credentials, why texts.Text) *AuthError {
	return &AuthError{
		Code:   InvalidClient,
		Why:    texts.New("oauth.client.refused"),
		Basic:  cred.Method == MethodBasic,
		reason: why,
	}
}

func refusedFor(cred Credentials, cause error) error {
	if cause == nil {
		return nil
	}
	refusal := refused(cred, texts.New("client.refused.certificate", "cause", cause))
	refusal.cause = cause
	return refusal
}
