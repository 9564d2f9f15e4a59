// Package frappe signs users in at an unmodified Frappe or ERPNext site.
//
//	frappe.go    there and back
//	token.go     exchange of the code, or a refresh token, for tokens
//	said.go      the different ways in which a site refuses
//	idtoken.go   the id_token, if there is one
//	profile.go   the user at the site
//	enabled.go   whether the user is enabled there, if an API key allows the question
//	issuer.go    the issuers that the site may name
//	revoke.go    revocation of the site's tokens
//	describe.go  whether there is a Frappe site at all
//
// A site is neither a complete OpenID provider nor a plain OAuth 2.0 one. Its
// id_token is signed only with the client secret, which is short on older
// sites; its discovery document may be about another site; older ones do not
// check the client secret; and a token opens the whole account, whatever its
// scope. So the endpoints are made from the Base URL only, and no access token
// is stored.
package frappe

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"

	"golang.org/x/oauth2"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/internal/oauth2client"
)

// The paths on sites of all versions.
const (
	methodAuthorize = "/api/method/frappe.integrations.oauth2.authorize"
	methodToken     = "/api/method/frappe.integrations.oauth2.get_token"
	methodProfile   = "/api/method/frappe.integrations.oauth2.openid_profile"
	methodRevoke    = "/api/method/frappe.integrations.oauth2.revoke_token"
	pageSignOut     = "/?cmd=web_logout"
)

// A Connector is the client of one Frappe site. It implements
// federation.Connector, Refresher, Revoker, LogoutPage and Describer.
type Connector struct {
	*oauth2client.Base
	// header says that the site wants our credentials in the header. The first
	// request finds that out, and it is only kept in memory: a new process
	// finds it out again with one more request, while a stored value could
	// become wrong after a change at the site.
	header  atomic.Bool
	siteKey string // API key for the site's records; empty: none
}

// New opens a key of the kind "frappe". It does not use the network.
func New(key federation.LoginKey, env federation.Dependencies) (federation.Connector, error) {
	if env.HTTP != nil {
		env.HTTP = plainly(env.HTTP)
	}
	base, err := oauth2client.New(key, env)
	if err != nil {
		return nil, err
	}
	c := &Connector{Base: base}
	if key.SiteKey != "" {
		if c.siteKey, err = env.Open(key.SiteKey, key.SiteKeyContext()); err != nil {
			return nil, fmt.Errorf("decrypt the API key: %w", err)
		}
	}
	return c, nil
}

// plainly is a client that returns no cookies: a site takes its own cookies as
// a sign of a browser and refuses the request. It asks for English, because
// only the text of an error shows its meaning.
func plainly(client *http.Client) *http.Client {
	own := *client
	own.Jar = nil
	own.Transport = english{client.Transport}
	return &own
}

type english struct{ inner http.RoundTripper }

func (e english) RoundTrip(r *http.Request) (*http.Response, error) {
	inner := e.inner
	if inner == nil {
		inner = http.DefaultTransport
	}
	r = r.Clone(r.Context())
	r.Header.Set("Accept-Language", "en")
	return inner.RoundTrip(r)
}

// Begin returns the authorization request. It contains even what a site may
// treat as optional: without a redirect_uri an older site fails.
func (c *Connector) Begin(ctx context.Context, leg *federation.AuthState, hints federation.AuthRequestOptions) (string, error) {
	if err := c.ready(); err != nil {
		return "", err
	}
	if err := c.Base.Begin(ctx, leg, hints); err != nil {
		return "", err
	}
	leg.Nonce = federation.Random()
	q := url.Values{}
	for name, value := range c.Key.Params {
		if !federation.ReservedParam(name) {
			q.Set(name, value)
		}
	}
	q.Set("response_type", "code")
	q.Set("client_id", c.Key.ClientID)
	q.Set("redirect_uri", leg.Redirect)
	q.Set("scope", c.scope())
	q.Set("state", leg.State)
	q.Set("nonce", leg.Nonce)
	q.Set("code_challenge", oauth2.S256ChallengeFromVerifier(leg.Verifier)) // RFC 7636 §4.2
	q.Set("code_challenge_method", "S256")
	return c.Key.BaseURL + methodAuthorize + "?" + spaced(q), nil
}

// Finish turns the answer into an identity, or returns the reason. It sends
// nothing before it is sure that the answer belongs to this leg.
func (c *Connector) Finish(ctx context.Context, leg federation.AuthState, query url.Values) (federation.Identity, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Env.Patience)
	defer cancel()

	if err := c.ready(); err != nil {
		return federation.Identity{}, err
	}
	code, err := c.Answered(ctx, leg, query)
	if err != nil {
		return federation.Identity{}, err
	}
	got, err := c.redeem(ctx, leg, code)
	if err != nil {
		return federation.Identity{}, err
	}
	id, err := c.identify(ctx, got, func() (claims, error) { return c.verify(leg, got) })
	if err != nil || id.Tokens.Refresh == "" {
		c.drop(ctx, got)
	}
	return id, err
}

// Refresh refreshes a user's profile (RFC 6749 §6). The new tokens replace the
// old ones, which the caller revokes once the new ones are stored.
func (c *Connector) Refresh(ctx context.Context, before federation.Tokens) (federation.Identity, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Env.Patience)
	defer cancel()

	if err := c.ready(); err != nil {
		return federation.Identity{}, err
	}
	got, err := c.renew(ctx, before)
	if err != nil {
		return federation.Identity{}, err
	}
	id, err := c.identify(ctx, got, func() (claims, error) { return c.verifyAgain(before, got) })
	id, err = c.Again(before, id, err)
	if err == nil {
		err = c.confirm(ctx, &id)
	}
	if err != nil {
		id = federation.Identity{}
		c.drop(ctx, got) // it is not stored
	}
	return id, err
}

// ready checks that the key has all required settings.
func (c *Connector) ready() error {
	switch {
	case c.Key.ClientID == "":
		return c.Faultf(federation.Misconfigured, "the provider's settings have no client ID")
	case c.Key.BaseURL == "":
		return c.Faultf(federation.Misconfigured, "the provider's settings have no address of the site")
	}
	return nil
}

// scope is the scopes to request. Without openid a site returns nothing about
// the user.
func (c *Connector) scope() string {
	scope := "openid"
	for _, other := range c.Key.Scopes {
		if other != "openid" {
			scope += " " + other
		}
	}
	return scope
}

var (
	_ federation.Refresher  = (*Connector)(nil)
	_ federation.Revoker    = (*Connector)(nil)
	_ federation.LogoutPage = (*Connector)(nil)
	_ federation.Describer  = (*Connector)(nil)
)
