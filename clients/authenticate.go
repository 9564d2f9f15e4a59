package clients

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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
	// Exactly the registered method: a client that signs must not be reachable
	// with less (OIDC Core §9).
	if cred.Method != client.AuthMethod {
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
	case MethodKey:
		keys := func(a assertion) (keys, error) { return r.keysFor(ctx, client, a) }
		if err := r.checkAssertion(ctx, cred, keys, audience); err != nil {
			return Client{}, err
		}
	default:
		return Client{}, refused(cred, fmt.Errorf("its method %q is unknown", cred.Method))
	}
	return client, nil
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
