// Package oauth2client holds what OAuth 2.0 connectors have in common: the
// secrets of a leg, reading the browser's answer, the token request and its
// answer, and faults.
//
// OAuth 2.0 has no id_token, so no signature says who answered. An answer is
// bound to a sign-in by the state, by a separate callback address for each key
// (RFC 9700 §4.4.2), and by PKCE if the provider supports it.
package oauth2client

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync/atomic"

	"golang.org/x/oauth2"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/secrets"
	"github.com/fedhub/fedhub/internal/upstreamhttp"
)

// A Base is the part of a connector that is the same for all providers.
type Base struct {
	Key    federation.LoginKey
	Env    federation.Dependencies
	Line   *upstreamhttp.Line
	Secret string // in plain text; it must not be logged

	pinned atomic.Bool
}

// New opens the key: it decrypts the secret and prepares the HTTP client.
func New(key federation.LoginKey, env federation.Dependencies) (*Base, error) {
	if env.HTTP == nil {
		return nil, errors.New("there is no HTTP client for providers")
	}
	env = env.WithDefaults()
	b := &Base{Key: key, Env: env, Line: upstreamhttp.New(env.HTTP, env.Patience)}
	if key.Secret != "" {
		secret, err := env.Open(key.Secret, key.SecretContext())
		if err != nil {
			return nil, fmt.Errorf("decrypt the client secret: %w", err)
		}
		b.Secret = secret
	}
	return b, nil
}

// Begin makes the secrets of one sign-in. A sign-in without a page is refused
// before it starts, because these providers always show one.
func (b *Base) Begin(ctx context.Context, leg *federation.AuthState, hints federation.AuthRequestOptions) error {
	if hints.Prompt == "none" {
		return federation.NewRefusal(b.Key.Name, "login_required", "")
	}
	if err := b.pin(ctx); err != nil {
		return err
	}
	*leg = federation.AuthState{
		State:    federation.Random(),
		Verifier: oauth2.GenerateVerifier(),
		Redirect: b.Env.Callback(b.Key.ID),
		Issuer:   b.Key.BaseURL,
		MaxAge:   hints.MaxAge,
	}
	return nil
}

// pin makes the Base URL the permanent issuer of the key's identities.
func (b *Base) pin(ctx context.Context) error {
	if b.pinned.Load() {
		return nil
	}
	if err := b.Env.Pin(ctx, b.Key.ID, b.Key.BaseURL); err != nil {
		return err
	}
	b.pinned.Store(true)
	return nil
}

// Again returns the result of a refresh, unless it is about another user than
// before (OpenID Connect Core §12.2 requires the same for ID tokens).
func (b *Base) Again(before federation.Tokens, id federation.Identity, err error) (federation.Identity, error) {
	if err == nil && id.Subject != before.Subject {
		return federation.Identity{}, b.Faultf(federation.Untrusted, "the refreshed token is about another user")
	}
	return id, err
}

// maxParameter bounds one parameter, in bytes. Codes of a few KB exist.
const maxParameter = 8 << 10

// Code returns the authorization code of an answer that belongs to the leg. It
// reads four parameters of the query; others are untrusted and ignored (FE-05).
// "iss" is not read: without a discovery document there is no issuer to compare
// it with (RFC 9207 §2.4).
func (b *Base) Code(leg federation.AuthState, query url.Values) (string, error) {
	read := map[string]string{}
	for _, name := range []string{"code", "state", "error", "error_description"} {
		values := query[name]
		switch {
		case len(values) > 1: // RFC 6749 §3.1
			return "", b.Faultf(federation.Unexpected, "the answer has %s twice", name)
		case len(values) == 1 && len(values[0]) > maxParameter:
			return "", b.Faultf(federation.Unexpected, "the answer's %s is too long", name)
		case len(values) == 1:
			read[name] = values[0]
		}
	}
	switch {
	case leg.State == "" || leg.Verifier == "":
		return "", b.Faultf(federation.Unexpected, "there is no such sign-in")
	// RFC 9700 §4.7: the answer must belong to the request of this browser.
	case !secrets.Same(read["state"], leg.State):
		return "", b.Faultf(federation.Unexpected, "the state is not the one that was sent")
	case leg.Redirect != b.Env.Callback(b.Key.ID): // FE-04
		return "", b.Faultf(federation.Unexpected, "the sign-in belongs to another provider")
	case leg.Issuer != b.Key.BaseURL: // FE-27
		return "", b.Faultf(federation.Unexpected, "the sign-in began at another address, %q", leg.Issuer)
	case read["error"] != "":
		return "", federation.NewRefusal(b.Key.Name, read["error"], read["error_description"])
	case read["code"] == "":
		return "", b.Faultf(federation.Unexpected, "the answer has neither a code nor an error")
	}
	return read["code"], nil
}

// Answered is Code as a reported step.
func (b *Base) Answered(ctx context.Context, leg federation.AuthState, query url.Values) (code string, err error) {
	err = b.Step(ctx, "answer", func(func(string, string)) error {
		code, err = b.Code(leg, query)
		return err
	})
	return code, err
}

// Step runs one step and reports it, see federation.Observe.
func (b *Base) Step(ctx context.Context, name string, work func(fact func(name, value string)) error) error {
	return federation.Observe(ctx, name, b.Env.Now, work)
}

// Fault gives an error its kind, see federation.AsFault.
func (b *Base) Fault(kind federation.FaultKind, err error) error {
	return federation.AsFault(b.Key.Name, kind, err)
}

// Faultf is Fault for a reason of our own.
func (b *Base) Faultf(kind federation.FaultKind, format string, args ...any) error {
	return b.Fault(kind, fmt.Errorf(format, args...))
}
