// Package openid signs users in at any OpenID provider, known by its Base URL.
//
// Begin and Finish are the entry points, and each step has its file:
//
//	steps.go      the steps in order, and what an administrator sees of each
//	discovery.go  the discovery document, and what we accept of it
//	contact.go    whether the provider is available, before a browser is sent
//	answer.go     the browser's answer: four parameters, nothing else
//	token.go      exchange of the code for tokens, with PKCE and our credentials
//	idtoken.go    the checks of the id_token
//	userinfo.go   the rest of the profile, if it is about the same user
//	identity.go   claims become an Identity, with bounded sizes
//	keys.go       the provider's signing keys
//	logout.go     the provider's notices that a session ended
//	refresh.go    refreshing a profile without the user
//	endsession.go the provider's own sign-out page
//	claims.go     the paths of profile data
//	manners.go    deviations of well-known providers
//
// Everything that a provider sends is untrusted until it is checked: it may be
// malicious, broken, or not from the provider at all. The other kinds of OpenID
// providers (another hub) are this package with Quirks, which hold all their
// differences.
package openid

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"golang.org/x/oauth2"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/upstreamhttp"
)

const (
	discoveryLife = time.Hour
	failureLife   = 5 * time.Second // how soon a failed discovery is repeated
)

// A Connector is the OpenID Connect client of one provider. It implements
// federation.Connector, LogoutReceiver, Describer, Refresher and SignOuter.
type Connector struct {
	key     federation.LoginKey
	env     federation.Dependencies
	dialect Quirks
	manners quirks
	line    *upstreamhttp.Line
	doc     *cache.Value[Discovery]
	contact *cache.Value[struct{}]
	keys    *keySet
}

// Quirks are the deviations of one kind of provider.
type Quirks struct {
	ClientID string // our client id there
	// Authenticate authenticates us at the token endpoint.
	Authenticate func(ctx context.Context, doc Discovery) (Proof, error)
	// Scopes returns the scopes to request; nil means the key's.
	Scopes func(doc Discovery) []string
	// Assurance passes on acr and amr, from providers that are trusted with
	// them whatever the key says.
	Assurance bool
}

// New opens a key of the kind "openid": a client id, and a client secret unless
// we are a public client there.
func New(key federation.LoginKey, env federation.Dependencies) (federation.Connector, error) {
	var s secret
	if key.Secret != "" {
		plain, err := env.Open(key.Secret, key.SecretContext())
		if err != nil {
			return nil, fmt.Errorf("decrypt the client secret: %w", err)
		}
		s = secret(plain)
	}
	return open(key, env, Quirks{ClientID: key.ClientID, Authenticate: s.authenticate}, s)
}

// Open opens a key with quirks. It does not use the network.
func Open(key federation.LoginKey, env federation.Dependencies, dialect Quirks) (*Connector, error) {
	return open(key, env, dialect, "")
}

func open(key federation.LoginKey, env federation.Dependencies, dialect Quirks, s secret) (*Connector, error) {
	if env.HTTP == nil {
		return nil, errors.New("there is no HTTP client for providers")
	}
	env = env.WithDefaults()
	c := &Connector{
		key: key, env: env, dialect: dialect,
		line: upstreamhttp.New(env.HTTP, env.Patience),
	}
	c.doc = &cache.Value[Discovery]{
		Fetch: c.firstDiscovery,
		Fresh: discoveryLife, Sorry: failureLife, Limit: env.Patience, Now: env.Now,
	}
	c.contact = c.newContact()
	c.keys = newKeySet(c)
	if key.Kind != federation.KindOpenID || mannered[key.Preset] == nil {
		return c, nil
	}
	return c, mannered[key.Preset](&c.manners, c, s)
}

// Begin makes the secrets of one sign-in, stores them in the leg, and returns
// the authorization request (OpenID Connect Core §3.1.2.1).
func (c *Connector) Begin(ctx context.Context, leg *federation.AuthState, hints federation.AuthRequestOptions) (string, error) {
	doc, err := c.stepDiscovery(ctx)
	if err != nil {
		return "", err
	}
	return c.stepAuthorize(ctx, doc, leg, hints)
}

// authorize writes the request. From the browser's query it only takes the
// known hints (FE-01).
func (c *Connector) authorize(doc Discovery, leg *federation.AuthState, hints federation.AuthRequestOptions) (string, error) {
	hinted, err := hintOptions(hints)
	if err != nil {
		return "", err
	}
	*leg = federation.AuthState{
		State:    federation.Random(),
		Nonce:    federation.Random(),
		Verifier: oauth2.GenerateVerifier(),
		Redirect: c.env.Callback(c.key.ID),
		Issuer:   doc.Issuer,
		MaxAge:   hints.MaxAge,
	}
	var options []oauth2.AuthCodeOption
	for name, value := range c.params() {
		options = append(options, oauth2.SetAuthURLParam(name, value))
	}
	options = append(options, hinted...)
	options = append(options, oauth2.SetAuthURLParam("nonce", leg.Nonce))
	if !c.manners.noPKCE {
		options = append(options, oauth2.S256ChallengeOption(leg.Verifier)) // RFC 7636 §4.3; also against code injection, RFC 9700 §2.1.1
	}
	if leg.Posted = c.posts(doc); leg.Posted {
		options = append(options, oauth2.SetAuthURLParam("response_mode", "form_post"))
	}
	config := oauth2.Config{
		ClientID: c.dialect.ClientID, Endpoint: oauth2.Endpoint{AuthURL: doc.AuthorizationEndpoint}, RedirectURL: leg.Redirect, Scopes: c.scopes(doc),
	}
	return config.AuthCodeURL(leg.State, options...), nil
}

// Finish turns the answer into an identity, or returns the reason. Each step
// needs the trust of the ones before: nothing is sent before it is sure that
// the answer belongs to this leg.
func (c *Connector) Finish(ctx context.Context, leg federation.AuthState, query url.Values) (federation.Identity, error) {
	ctx, cancel := context.WithTimeout(ctx, c.env.Patience)
	defer cancel()

	doc, answer, err := c.stepAnswer(ctx, leg, query)
	if err != nil {
		return federation.Identity{}, err
	}
	got, err := c.stepToken(ctx, doc, func() (tokens, error) { return c.redeem(ctx, doc, leg, answer.code) })
	if err != nil {
		return federation.Identity{}, err
	}
	claims, err := c.stepIDToken(ctx, got.ID, func() (object, error) { return c.verify(ctx, doc, leg, got) })
	if err != nil {
		return federation.Identity{}, err
	}
	profile, err := c.stepUserinfo(ctx, doc, claims, got)
	if err != nil {
		return federation.Identity{}, err
	}
	return c.stepClaims(ctx, doc, got, claims, profile, answer.handed)
}

// posts reports whether the answer comes by a form post (OAuth 2.0 Form Post
// Response Mode §2), if the provider requires it.
func (c *Connector) posts(doc Discovery) bool {
	return slices.ContainsFunc(c.scopes(doc), func(scope string) bool { return slices.Contains(c.manners.formPost, scope) })
}

// DefaultScopes are a key's scopes, or the usual ones, and always "openid":
// without it there is no id_token.
func DefaultScopes(key federation.LoginKey) []string {
	if len(key.Scopes) == 0 {
		return []string{"openid", "profile", "email"}
	}
	scopes := []string{"openid"}
	for _, scope := range key.Scopes {
		if scope != "openid" {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}

// maxHint bounds what is forwarded for a client, in bytes.
const maxHint = 512

func hintOptions(h federation.AuthRequestOptions) ([]oauth2.AuthCodeOption, error) {
	if h.MaxAge != "" {
		if _, err := strconv.ParseUint(h.MaxAge, 10, 31); err != nil {
			return nil, errors.New("max_age must be a number of seconds")
		}
	}
	var options []oauth2.AuthCodeOption
	for _, hint := range [][2]string{
		{"prompt", h.Prompt}, {"login_hint", h.LoginHint}, {"max_age", h.MaxAge},
		{"acr_values", h.ACRValues}, {"ui_locales", h.UILocales},
	} {
		if name, value := hint[0], hint[1]; value != "" && len(value) <= maxHint {
			options = append(options, oauth2.SetAuthURLParam(name, value))
		}
	}
	return options, nil
}

// ours marks errors that are not the provider's fault, such as a database
// error. They stay unchanged.
const ours federation.FaultKind = ""

// fault gives an error its kind, see federation.AsFault.
func (c *Connector) fault(kind federation.FaultKind, err error) error {
	return federation.AsFault(c.key.Name, kind, err)
}

func (c *Connector) faultf(kind federation.FaultKind, format string, args ...any) error {
	return c.fault(kind, fmt.Errorf(format, args...))
}
