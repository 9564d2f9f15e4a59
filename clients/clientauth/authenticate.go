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

// A Verifier checks how clients prove who they are. It is safe for concurrent
// use.
type Verifier struct {
	Issuer string // ours; the audience that an assertion should name

	// TokenEndpoints are the audiences that ordinary clients may name instead:
	// the token endpoint by each of its addresses. Empty: none may.
	TokenEndpoints []string

	// Replay remembers an id until a time; one that is already there is
	// fs.ErrExist. It must be shared by all processes. Without it no
	// assertion is accepted.
	Replay func(ctx context.Context, id string, until time.Time) error

	// Seal and Open encrypt secrets that must be readable again, and decrypt
	// them; each value is bound to its context. Without them no client can
	// share a key with the hub.
	Seal func(plain []byte, context string) string
	Open func(sealed, context string) ([]byte, error)

	// SecretKey is what secrets are kept under that were made elsewhere.
	SecretKey []byte

	// Certificates says that clients can show a TLS certificate here, and
	// ClientCAs who issues those that name a client; nil for nobody.
	Certificates bool
	ClientCAs    *x509.CertPool

	Keys *Keyring
	Now  func() time.Time
}

// Registered is what a client registered about how it proves itself.
type Registered struct {
	Publisher
	Method       string   // one of the Method constants
	Secrets      []Secret //
	TLS          TLSName  // whom a MethodTLS certificate names
	Alg          string   // the one algorithm of its assertions; empty: any of its method
	HighSecurity bool     // it is held to a FAPI 2.0 profile
	Off          bool     // it is known and may not ask: only an administrator is told
}

// takes reports whether the client may prove itself by this method: exactly the
// registered one, so that a client that signs is not reached with less (OIDC
// Core §9). The one exception keeps that rule, for it is the same secret with
// the same strength: who may send it in the header or the body may do the
// other, as many programs can do only one and do not ask (RFC 6749 §2.3.1). The
// profiles of high security know no such client.
func (r Registered) takes(method string) bool {
	secret := []string{MethodBasic, MethodPost}
	return method == r.Method || !r.HighSecurity && slices.Contains(secret, r.Method) && slices.Contains(secret, method)
}

// Authenticate holds credentials against what the client that they name
// registered; nil if there is none. audience is what an assertion must be
// addressed to; empty means our issuer. also are more addresses that one of an
// ordinary client may name. A client that does not prove itself is
// *AuthError; any other error is ours. It returns the secret that was used, if
// one was.
//
// What is said to a client with a wrong secret, the wrong method or no
// registration is the same, and so is the work done, up to the verification of
// an assertion: ids are no secret (every authorization request shows one), but
// nobody needs to be handed a list.
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
		cred.Method = r.Method // RFC 8705 §2: the client_id says whose certificate it is
	}
	if !r.takes(cred.Method) {
		v.Match(r.Secrets, cred.Secret)
		return Secret{}, refused(cred, texts.New("client.refused.method", "used", cred.Method, "registered", r.Method))
	}
	var used Secret
	var err error
	switch cred.Method {
	case MethodNone:
		// A public client only says who it is (RFC 6749 §2.3); PKCE and the
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

// keysOf are what an assertion of the client may be verified with, if it is
// signed as the client must sign.
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
		all = append(all, jose.JSONWebKey{Key: key, KeyID: t.KeyID}) // a secret has no name of its own
	}
	if errors.Is(err, ErrNoSharedKey) {
		err = jwt.Flaw("jwt.secret")
	}
	return all, err
}

// refused is the one answer for everything that must not be told apart. why is
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
