// Package social signs users in at providers of the catalogue that implement
// OAuth 2.0 in their own ways. The library goth knows their endpoints, requests
// and answers; providers.go lists the providers that we use and what they need.
//
//	social.go     there and back
//	providers.go  the list
//	goth.go       how goth makes each of them
//	visit.go      every request of one sign-in, restricted
//	token.go      the one token request: PKCE, our credentials, used once
//	person.go     the answer becomes an Identity
//	refresh.go    refreshing a profile
//
// goth lacks security features: it has no PKCE, no context, no limits, no
// verified addresses, and it turns a missing id into the id 0. So it gets no
// direct access to the network, the browser or another sign-in. Each sign-in
// has its own provider object that can only use its visit; state, PKCE and the
// callback are ours; and the id that goth read must equal the one that a strict
// reader finds in the same answer.
package social

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/markbates/goth"
	"golang.org/x/oauth2"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/internal/oauth2client"
)

// A Connector is the client of one provider of the list. It implements
// federation.Connector and federation.Refresher.
type Connector struct {
	*oauth2client.Base
	provider provider
}

// New opens a key of the kind "social", by its Preset. It does not use the
// network.
func New(key federation.LoginKey, env federation.Dependencies) (federation.Connector, error) {
	p, found := providers()[key.Preset]
	if !found {
		return nil, fmt.Errorf("there is no provider %q in the catalogue", federation.CleanText(key.Preset, 40))
	}
	base, err := oauth2client.New(key, env)
	if err != nil {
		return nil, err
	}
	return &Connector{Base: base, provider: p}, nil
}

// Begin returns goth's authorization request, with PKCE added.
func (c *Connector) Begin(ctx context.Context, leg *federation.AuthState, hints federation.AuthRequestOptions) (string, error) {
	if err := c.described(); err != nil {
		return "", err
	}
	if err := c.Base.Begin(ctx, leg, hints); err != nil {
		return "", err
	}
	raw, err := c.ask(*leg)
	if err != nil {
		return "", c.Faultf(federation.Misconfigured, "the provider's request cannot be made: %w", err)
	}
	return c.complete(raw, *leg)
}

// described checks that the key matches the list's entry for its preset.
func (c *Connector) described() error {
	switch k := c.Key; {
	case k.ClientID == "" || c.Secret == "":
		return c.Faultf(federation.Misconfigured, "the provider's settings have no client ID or no client secret")
	case c.provider.issuer != "" && k.BaseURL != c.provider.issuer:
		// Identities depend on this issuer: with another one they would belong
		// to other users.
		return c.Faultf(federation.Misconfigured, "the Base URL of this provider is %s", c.provider.issuer)
	}
	return nil
}

// ask makes goth build the request, which needs no network.
func (c *Connector) ask(leg federation.AuthState) (address string, err error) {
	defer caught(&err)
	session, err := c.open(c.scopes(), &http.Client{Transport: closed{}}).BeginAuth(leg.State)
	if err != nil {
		return "", err
	}
	return session.GetAuthURL()
}

// closed is a transport that refuses every request.
type closed struct{}

func (closed) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("this step must not send requests")
}

// complete adds to goth's request what it does not support.
func (c *Connector) complete(raw string, leg federation.AuthState) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || !c.may(u) {
		return "", c.Faultf(federation.Misconfigured, "the provider's request leads to an address that is not the provider's")
	}
	query := u.Query()
	for name, value := range c.Key.Params {
		if !federation.ReservedParam(name) {
			query.Set(name, value)
		}
	}
	// RFC 7636 §4.3. A provider without PKCE ignores it (RFC 6749 §3.1).
	query.Set("code_challenge", oauth2.S256ChallengeFromVerifier(leg.Verifier))
	query.Set("code_challenge_method", "S256")
	if query.Get("state") != leg.State || query.Get("redirect_uri") != leg.Redirect {
		return "", c.Faultf(federation.Misconfigured, "the provider's request does not belong to this sign-in")
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// open makes a provider object that can only use this client.
func (c *Connector) open(scopes []string, client *http.Client) goth.Provider {
	p := c.provider.open(app{
		id: c.Key.ClientID, secret: c.Secret, callback: c.Env.Callback(c.Key.ID),
		site: c.Key.BaseURL, scopes: scopes, http: client,
	})
	p.SetName(c.Key.ID)
	return p
}

func (c *Connector) scopes() []string {
	if len(c.Key.Scopes) > 0 {
		return c.Key.Scopes
	}
	return c.provider.scopes
}

// may reports whether a sign-in may call an address: https, on the provider's
// own hosts.
func (c *Connector) may(u *url.URL) bool {
	if u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !c.Env.AllowHTTP) {
		return false
	}
	if base, err := url.Parse(c.Key.BaseURL); err == nil && u.Host == base.Host && u.Scheme == base.Scheme {
		return true
	}
	for _, host := range c.provider.hosts {
		if u.Scheme == "https" && u.Host == host {
			return true
		}
	}
	return false
}

// Finish turns the answer into an identity, or returns the reason.
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
	v := &visit{connector: c, verifier: leg.Verifier}
	if err := c.redeem(ctx, v, code); err != nil {
		return federation.Identity{}, err
	}
	user, err := c.fetch(ctx, v)
	if err != nil {
		return federation.Identity{}, err
	}
	return c.identity(ctx, v, user)
}

// errCaught replaces a panic in a provider's code after an unexpected answer.
// Its text may quote the answer, so it is dropped.
var errCaught = errors.New("the answer does not have the expected structure")

func caught(err *error) {
	if recover() != nil {
		*err = errCaught
	}
}
