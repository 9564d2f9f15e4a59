// Package oauth2client is what connectors have in common that speak OAuth 2.0:
// the secrets of a leg, the reading of the browser's answer, the request for
// tokens and the reading of what comes back, the names of faults.
//
// OAuth 2.0 has no id_token, so nothing signed says who answered. What binds
// an answer to a sign-in here is the state, a callback address of each key's
// own (RFC 9700 §4.4.2), and PKCE where the provider checks it.
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

// A Base is the part of a connector that does not depend on the provider.
type Base struct {
	Key    federation.LoginKey
	Env    federation.Dependencies
	Line   *upstreamhttp.Line
	Secret string // in plain; it must not be printed

	pinned atomic.Bool
}

// New opens the key: it has its secret and a line to the provider.
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
// before it starts: these providers always show one.
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

// pin makes the Base URL the issuer of the key's identities for good.
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

// Again passes on what a refresh brought, unless it is about another person
// than the tokens were (OpenID Connect Core
// §12.2 wants the same where there is an ID token).
func (b *Base) Again(before federation.Tokens, id federation.Identity, err error) (federation.Identity, error) {
	if err == nil && id.Subject != before.Subject {
		return federation.Identity{}, b.Faultf(federation.Untrusted, "the refreshed token is about another person")
	}
	return id, err
}

// maxParameter bounds one parameter, in bytes. Codes of a few KB exist.
const maxParameter = 8 << 10

// Code returns the authorization code of an answer that belongs to the leg.
// Of the query it reads four parameters; whatever else is in there was put
// there by somebody (FE-05). "iss" is not among them: without a document that
// names the issuer there is nothing to compare it with (RFC 9207 §2.4).
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
		return "", b.Faultf(federation.Unexpected, "there is no such leg")
	// RFC 9700 §4.7: the answer must be to the question that this browser was
	// sent with.
	case !secrets.Same(read["state"], leg.State):
		return "", b.Faultf(federation.Unexpected, "the state is not the one that was sent")
	case leg.Redirect != b.Env.Callback(b.Key.ID): // FE-04
		return "", b.Faultf(federation.Unexpected, "the leg belongs to another login key")
	case leg.Issuer != b.Key.BaseURL: // FE-27
		return "", b.Faultf(federation.Unexpected, "the leg was begun at another address, %q", leg.Issuer)
	case read["error"] != "":
		return "", federation.NewRefusal(b.Key.Name, read["error"], read["error_description"])
	case read["code"] == "":
		return "", b.Faultf(federation.Unexpected, "the answer has neither a code nor an error")
	}
	return read["code"], nil
}

// Answered is Code as a step of its own.
func (b *Base) Answered(ctx context.Context, leg federation.AuthState, query url.Values) (code string, err error) {
	err = b.Step(ctx, "answer", func(func(string, string)) error {
		code, err = b.Code(leg, query)
		return err
	})
	return code, err
}

// Step does one step and reports it, see federation.Observe.
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
