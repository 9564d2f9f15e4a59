package clients

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/jwt"
)

// Authenticate returns the client whose credentials these are. audience is
// what an assertion must be addressed to; empty means our issuer. A client
// that does not prove itself is *AuthError; any other error is ours.
//
// What is said to a client with a wrong secret, the wrong method, no
// registration or a disabled one is the same, and so is the work done, up to
// the verification of an assertion: ids are no secret (every authorization
// request shows one), but nobody needs to be handed a list.
func (r *Registry) Authenticate(ctx context.Context, cred Credentials, audience string) (Client, error) {
	client, err := r.Get(ctx, cred.ID)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Client{}, fmt.Errorf("authenticate client: %w", err)
	}
	if err != nil {
		match(nil, cred.Secret, r.now())
		return Client{}, refused(cred, errors.New("no such client, or it is disabled or not approved"))
	}
	if cred.Method == MethodNone && client.usesCertificate() && len(cred.Certificates) > 0 {
		cred.Method = client.AuthMethod // RFC 8705 §2: the client_id says whose certificate it is
	}
	// Exactly the registered method: a client that signs must not be reachable
	// with less (OIDC Core §9).
	if cred.Method != client.AuthMethod && !client.eitherSecret(cred.Method) {
		match(client.Secrets, cred.Secret, r.now())
		return Client{}, refused(cred, fmt.Errorf("it used %s and is registered with %s", cred.Method, client.AuthMethod))
	}
	switch cred.Method {
	case MethodNone:
		// A public client only says who it is (RFC 6749 §2.3); PKCE and the
		// redirect URI bind what it gets.
	case MethodBasic, MethodPost:
		if err := r.checkSecret(ctx, client, cred.Secret); err != nil {
			return Client{}, refused(cred, err)
		}
	case MethodKey, MethodSecretJWT:
		find := func(t *jwt.Token) (keys, error) { return r.verifiers(ctx, client, t) }
		if err := r.checkAssertion(ctx, cred, find, r.audiences(client, audience)); err != nil {
			return Client{}, err
		}
		if cred.Method == MethodSecretJWT {
			r.noteSecret(ctx, client, cred.Assertion)
		}
	case MethodTLS:
		if err := r.checkCertificate(client, cred.Certificates); err != nil {
			return Client{}, refused(cred, err)
		}
	case MethodOwnTLS:
		if err := r.checkOwnCertificate(ctx, client, cred.Certificates[0]); err != nil {
			return Client{}, refused(cred, err)
		}
	default:
		return Client{}, refused(cred, fmt.Errorf("its method %q is unknown", cred.Method))
	}
	return client, nil
}

// verifiers are what an assertion of the client may be verified with, if it is
// signed as the client must sign.
func (r *Registry) verifiers(ctx context.Context, c Client, t *jwt.Token) (keys, error) {
	switch {
	case c.Algs.Assertion != "" && c.Algs.Assertion != t.Algorithm:
		return nil, flaw("this client is registered to sign with " + c.Algs.Assertion) // OIDC Registration §2
	case c.Secure() && !profileAlg(t.Algorithm):
		return nil, flaw("this client is registered for high security, so it must sign with one of " + strings.Join(ProfileAlgs(), " ") + " (" + fapiCrypto + ")")
	case c.AuthMethod == MethodKey:
		return r.keysFor(ctx, c, t)
	}
	shared, err := r.SharedKeys(ctx, c)
	var all keys
	for _, key := range shared {
		all = append(all, jose.JSONWebKey{Key: key, KeyID: t.KeyID}) // a secret has no name of its own
	}
	if errors.Is(err, ErrNoSharedKey) {
		err = flaw("the client has no active secret that can serve as a key")
	}
	return all, err
}

// noteSecret notes which secret signed an assertion that was accepted.
func (r *Registry) noteSecret(ctx context.Context, c Client, raw string) {
	t, err := assertionPolicy(MethodSecretJWT).Parse(raw)
	if err != nil {
		return
	}
	shared, _ := r.SharedKeys(ctx, c) //nolint:errcheck // it gave the keys a moment ago
	for _, key := range shared {
		if _, err := t.Verify(key); err != nil {
			continue
		}
		if secret, ok := match(c.Secrets, string(key), r.now()); ok {
			r.updateLastUsed(ctx, c.ID, secret)
			c.use(secret.ID, r.stamp())
		}
	}
}

// Methods are the ways in which a client can prove itself here, as far as this
// hub is set up for them.
func (r *Registry) Methods() []string {
	methods := []string{MethodBasic, MethodPost, MethodKey}
	if r.open != nil {
		methods = append(methods, MethodSecretJWT)
	}
	if r.certificates && r.clientCAs != nil {
		methods = append(methods, MethodTLS)
	}
	if r.certificates {
		methods = append(methods, MethodOwnTLS)
	}
	return methods
}

// refused is the one answer for everything that must not be told apart.
func refused(cred Credentials, cause error) *AuthError {
	return &AuthError{
		Code:        InvalidClient,
		Description: "the client is unknown, its credentials are wrong, or it may not authenticate this way",
		Basic:       cred.Method == MethodBasic,
		cause:       cause,
	}
}
