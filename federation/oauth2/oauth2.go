// Package oauth2 signs users in at any OAuth 2.0 provider that an administrator
// describes: three endpoints, scopes, and paths in the provider's profile of a
// user.
//
//	oauth2.go    there and back
//	token.go     exchange of the code for an access token, with PKCE and our credentials
//	userinfo.go  the profile becomes an Identity
//
// Without an id_token everything depends on TLS: the profile is trusted because
// the userinfo endpoint returned it for a token that the token endpoint issued
// for a code and our secret. The administrator entered both endpoints, so
// redirects from them are not followed.
package oauth2

import (
	"context"
	"net/url"
	"sync/atomic"

	"golang.org/x/oauth2"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/internal/oauth2client"
)

// A Connector is the client of one provider. It implements federation.Connector
// and federation.Refresher.
type Connector struct {
	*oauth2client.Base
	place atomic.Pointer[string] // where our credentials were accepted last
}

// New opens a key of the kind "oauth2". It does not use the network. An
// incomplete key opens too, as a draft.
func New(key federation.LoginKey, env federation.Dependencies) (federation.Connector, error) {
	base, err := oauth2client.New(key, env)
	if err != nil {
		return nil, err
	}
	return &Connector{Base: base}, nil
}

// Begin returns the authorization request (RFC 6749 §4.1.1).
func (c *Connector) Begin(ctx context.Context, leg *federation.AuthState, hints federation.AuthRequestOptions) (string, error) {
	if err := c.described(); err != nil {
		return "", err
	}
	if err := c.Base.Begin(ctx, leg, hints); err != nil {
		return "", err
	}
	var options []oauth2.AuthCodeOption
	for name, value := range c.Key.Params {
		if !federation.ReservedParam(name) {
			options = append(options, oauth2.SetAuthURLParam(name, value))
		}
	}
	options = append(options, oauth2.S256ChallengeOption(leg.Verifier)) // RFC 7636 §4.3
	config := oauth2.Config{
		ClientID: c.Key.ClientID, Endpoint: oauth2.Endpoint{AuthURL: c.Key.Endpoints.Authorize}, RedirectURL: leg.Redirect, Scopes: c.Key.Scopes,
	}
	return config.AuthCodeURL(leg.State, options...), nil
}

// described checks that the key has all required settings.
func (c *Connector) described() error {
	k := c.Key
	for _, need := range []struct{ name, value string }{
		{"client id", k.ClientID},
		{"authorization address", k.Endpoints.Authorize},
		{"token address", k.Endpoints.Token},
		{"user information address", k.Endpoints.Userinfo},
		{"property that holds the user's id", k.Claims.Subject},
	} {
		if need.value == "" {
			return c.Faultf(federation.Misconfigured, "the provider's settings have no %s", need.name)
		}
	}
	for _, address := range []string{k.Endpoints.Authorize, k.Endpoints.Token, k.Endpoints.Userinfo} {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && (u.Scheme != "http" || !c.Env.AllowHTTP) {
			return c.Faultf(federation.Misconfigured, "%q is not an https address", address)
		}
	}
	return nil
}

// Finish turns the answer into an identity, or returns the reason. It sends
// nothing before it is sure that the answer belongs to this leg.
func (c *Connector) Finish(ctx context.Context, leg federation.AuthState, query url.Values) (federation.Identity, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Env.Patience)
	defer cancel()

	if err := c.described(); err != nil {
		return federation.Identity{}, err
	}
	code, err := c.Answered(ctx, leg, query)
	if err != nil {
		return federation.Identity{}, err
	}
	token, err := c.redeem(ctx, leg, code)
	if err != nil {
		return federation.Identity{}, err
	}
	return c.identity(ctx, token)
}

// Refresh refreshes a user's profile (RFC 6749 §6).
func (c *Connector) Refresh(ctx context.Context, tokens federation.Tokens) (federation.Identity, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Env.Patience)
	defer cancel()

	if err := c.described(); err != nil {
		return federation.Identity{}, err
	}
	token, err := c.renew(ctx, tokens.Refresh)
	if err != nil {
		return federation.Identity{}, err
	}
	id, err := c.identity(ctx, token)
	return c.Again(tokens, id, err)
}
