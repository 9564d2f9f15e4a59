// Package frappe signs people in at a Frappe or ERPNext site, used as it is.
//
//	frappe.go    there and back
//	token.go     the code, or a refresh token, becomes tokens
//	said.go      the many ways in which a site says no
//	idtoken.go   the id_token, if there is one
//	profile.go   who the site says this is
//	enabled.go   whether the person is enabled there, where an API key lets us ask
//	issuer.go    what the site may call itself
//	revoke.go    what the site gave us is given back
//	describe.go  whether a site is there at all
//
// A site is neither a whole OpenID provider nor a plain OAuth 2.0 one. Its
// id_token is signed with the client secret alone, which is short on older
// sites; its discovery document may be about another site; older ones look at
// no client secret; and what a token opens is the whole account, whatever the
// scope. So the addresses are made from the Base URL and nothing else, and no
// access token is kept.
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

// Where things are on a site of any generation.
const (
	methodAuthorize = "/api/method/frappe.integrations.oauth2.authorize"
	methodToken     = "/api/method/frappe.integrations.oauth2.get_token"
	methodProfile   = "/api/method/frappe.integrations.oauth2.openid_profile"
	methodRevoke    = "/api/method/frappe.integrations.oauth2.revoke_token"
	pageSignOut     = "/?cmd=web_logout"
)

// A Connector speaks with one Frappe site. It implements federation.Connector,
// Refresher, Revoker, Leaver and Describer.
type Connector struct {
	*oauth2client.Base
	// header says that our credentials are wanted in the header. It is found
	// out with the first request and kept in memory: a process that has just
	// begun finds it out again at the price of one request, while a saved
	// answer would outlive a change at the site.
	header  atomic.Bool
	siteKey string // for the site's records; empty: there is none
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

// plainly is a client that brings no cookies back: a site takes those of its
// own answers for a browser's, and refuses the client. And it asks for
// English, because only the words of an error tell what it is about.
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

// Begin returns the authorization request. Everything that a site might think
// optional is in it, once: without a redirect_uri an older one breaks.
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

// Finish turns the answer into an identity, or says why not. Nothing is sent
// before the answer is known to belong to this leg.
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

// Refresh looks at a person again (RFC 6749 §6). What comes back replaces what
// there was; the caller gives the old tokens back once the new ones are kept.
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
		c.drop(ctx, got) // nobody keeps it
	}
	return id, err
}

// ready makes sure that the key says all that is needed.
func (c *Connector) ready() error {
	switch {
	case c.Key.ClientID == "":
		return c.Faultf(federation.Misconfigured, "the login key has no client id")
	case c.Key.BaseURL == "":
		return c.Faultf(federation.Misconfigured, "the login key has no address of the site")
	}
	return nil
}

// scope is what is asked for. Without openid a site says nothing of anybody.
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
