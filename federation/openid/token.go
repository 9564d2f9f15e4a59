package openid

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"github.com/fedhub/fedhub/federation"
)

// A secret cannot be printed by accident.
type secret string

func (secret) String() string       { return "[secret]" }
func (secret) GoString() string     { return "[secret]" }
func (secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// A Proof is how one token request shows who we are. The zero Proof only says
// so, as public clients do.
type Proof struct {
	style  oauth2.AuthStyle
	secret secret
	form   url.Values
}

// AssertionProof is a signed client assertion (RFC 7523 §2.2).
func AssertionProof(assertion string) Proof {
	return Proof{style: oauth2.AuthStyleInParams, form: AssertionForm(assertion)}
}

// AssertionForm is the part of a form that carries a client assertion.
func AssertionForm(assertion string) url.Values {
	return url.Values{
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {assertion},
	}
}

// authenticate chooses among the ways the provider takes (Core §9). In the
// header is better where both are offered: bodies are logged more often.
func (s secret) authenticate(_ context.Context, doc Discovery) (Proof, error) {
	switch {
	case s == "":
		return Proof{style: oauth2.AuthStyleInParams}, nil
	case slices.Contains(doc.AuthMethods, "client_secret_basic"):
		return Proof{style: oauth2.AuthStyleInHeader, secret: s}, nil
	case slices.Contains(doc.AuthMethods, "client_secret_post"):
		return Proof{style: oauth2.AuthStyleInParams, secret: s}, nil
	}
	return Proof{}, fmt.Errorf("%w: it takes client secrets neither in the header nor in the form", ErrNoMethod)
}

// ErrNoMethod says that the provider takes no proof of the kind we have. Any
// other error of Dialect.Authenticate is our own.
var ErrNoMethod = errors.New("the token endpoint takes no credentials of ours")

// tokens are what a code was worth.
type tokens struct {
	id      string
	access  secret
	refresh secret
}

// maxIDToken bounds the id_token, in bytes.
const maxIDToken = 128 << 10

// redeem exchanges the code (Core §3.1.3).
func (c *Connector) redeem(ctx context.Context, doc Discovery, leg federation.AuthState, code string) (tokens, error) {
	proof, err := c.prove(ctx, doc)
	if err != nil {
		return tokens{}, err
	}
	var options []oauth2.AuthCodeOption
	if !c.manners.noPKCE {
		options = append(options, oauth2.VerifierOption(leg.Verifier)) // ours, from the leg (FE-06)
	}
	for name := range proof.form {
		options = append(options, oauth2.SetAuthURLParam(name, proof.form.Get(name)))
	}
	var token *oauth2.Token
	err = c.line.Talk(ctx, func(ctx context.Context, client *http.Client) error {
		ctx = context.WithValue(ctx, oauth2.HTTPClient, client)
		token, err = c.oauth(doc, proof, leg.Redirect).Exchange(ctx, code, options...)
		return err
	})
	if err != nil {
		return tokens{}, c.notRedeemed(err)
	}
	if !strings.EqualFold(token.Type(), "Bearer") { // RFC 6749 §7.1
		return tokens{}, c.faultf(federation.Untrusted, "the token endpoint issued a token of an unknown type")
	}
	id, _ := token.Extra("id_token").(string)
	switch {
	case id == "":
		return tokens{}, c.faultf(federation.Untrusted, "the token endpoint issued no id_token")
	case len(id) > maxIDToken:
		return tokens{}, c.faultf(federation.Untrusted, "the id_token is longer than %d bytes", maxIDToken)
	}
	return tokens{id: id, access: secret(token.AccessToken), refresh: secret(token.RefreshToken)}, nil
}

// prove is who we are for one token request.
func (c *Connector) prove(ctx context.Context, doc Discovery) (Proof, error) {
	authenticate := c.dialect.Authenticate
	if c.manners.authenticate != nil {
		authenticate = c.manners.authenticate
	}
	if c.manners.inForm {
		doc.AuthMethods = []string{"client_secret_post"}
	}
	proof, err := authenticate(ctx, doc)
	switch {
	case errors.Is(err, ErrNoMethod):
		return Proof{}, c.fault(federation.Misconfigured, err)
	case err != nil:
		return Proof{}, fmt.Errorf("authenticate at the token endpoint: %w", err)
	}
	return proof, nil
}

// notRedeemed finds the kind of a failed exchange. The library's own errors
// quote the answer's body, where tokens may be, so they go no further (FE-48).
func (c *Connector) notRedeemed(err error) error {
	var answer *oauth2.RetrieveError
	if !errors.As(err, &answer) {
		if fault := c.fault(federation.Untrusted, err); !isUntrusted(fault) {
			return fault
		}
		return c.faultf(federation.Untrusted, "the token endpoint's answer is not what RFC 6749 §5.1 describes")
	}
	switch status := answer.Response.StatusCode; {
	case answer.ErrorCode != "":
		return federation.NewRefusal(c.key.Name, answer.ErrorCode, answer.ErrorDescription)
	case status >= 500:
		return c.faultf(federation.Unreachable, "the token endpoint answered %d", status)
	default:
		return c.faultf(federation.Untrusted, "the token endpoint answered %d without an error code", status)
	}
}

func isUntrusted(err error) bool {
	var fault *federation.Fault
	return errors.As(err, &fault) && fault.Kind == federation.Untrusted
}
