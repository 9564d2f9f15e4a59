package tokenendpoint

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/clients/scopes"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/clientrequest"
)

// The supported token types of RFC 8693 §3. Our access tokens are JWTs, so both
// names mean the same.
const (
	typeAccess = "urn:ietf:params:oauth:token-type:access_token"
	typeJWT    = "urn:ietf:params:oauth:token-type:jwt"
)

// exchangeToken is a request for a token in exchange for another.
type exchangeToken struct {
	subject tokens.TokenInfo
	actor   *tokens.TokenInfo // nil: impersonation, the token names no actor
	issued  string            // issued_token_type
}

// exchange exchanges one access token for another (RFC 8693). The new token has
// no more scopes, no more details and no later expiry than the old one, and is
// revoked with it.
func (d *Handler) exchange(c *gin.Context, r request) (answer, error) {
	s, err := d.exchangeToken(c, r)
	if err != nil {
		return answer{}, err
	}
	if err := d.mayExchange(c, r.client, s.subject); err != nil {
		return answer{}, err
	}
	if err := maySwap(r, s); err != nil {
		return answer{}, err
	}
	x := tokens.Exchange{Client: r.client, Bound: r.bound}
	if s.actor != nil {
		x.Actor = s.actor.Subject
	}
	if x.Audience, err = d.swapTargets(c, r, s.subject); err != nil {
		return answer{}, err
	}
	if x.Scopes, err = d.swapScopes(c, r, s.subject, x.Audience); err != nil {
		return answer{}, err
	}
	if asked := r.form["authorization_details"]; asked != "" {
		if x.Details, err = oauth.NarrowDetails(string(s.subject.Details), asked); err != nil {
			return answer{}, err
		}
	}
	token, a, err := d.Tokens.Exchange(c.Request.Context(), s.subject, x)
	if errors.Is(err, tokens.ErrChain) {
		return answer{}, oauth.InvalidRequest("oauth.exchange.chain")
	}
	if err != nil {
		return answer{}, err
	}
	d.exchanged(c, r, s)
	return answer{AccessToken: token.Token, IssuedTokenType: s.issued, Scope: a.Scope, Details: a.Details, ExpiresIn: a.Expires - a.Issued}, nil
}

func (d *Handler) exchanged(c *gin.Context, r request, s exchangeToken) {
	e := audit.Event{Kind: audit.Exchanged, Actor: r.client.ID, Client: s.subject.ClientID, Target: s.subject.User.ID,
		IP: c.ClientIP(), Ref: web.Ref(c), Detail: map[string]string{"how": "impersonation"}}
	if s.actor != nil {
		e.Detail = map[string]string{"how": "delegation", "for": s.actor.Subject}
	}
	d.Audit.Record(c.Request.Context(), e)
}

// exchangeToken reads the request in the order of RFC 8693 §2.1.
func (d *Handler) exchangeToken(c *gin.Context, r request) (exchangeToken, error) {
	s := exchangeToken{issued: typeAccess}
	switch asked := r.form["requested_token_type"]; asked {
	case "", typeAccess:
	case typeJWT:
		if r.client.OpaqueTokens {
			return exchangeToken{}, oauth.InvalidRequest("oauth.exchange.opaque")
		}
		s.issued = typeJWT
	default:
		return exchangeToken{}, oauth.InvalidRequest("oauth.exchange.type", "name", "requested_token", "one", typeAccess, "other", typeJWT)
	}
	var err error
	if s.subject, err = d.subjectToken(c, r, "subject_token"); err != nil {
		return exchangeToken{}, err
	}
	if r.form["actor_token"] == "" {
		if r.form["actor_token_type"] != "" {
			return exchangeToken{}, oauth.InvalidRequest("oauth.exchange.actor.type")
		}
		return s, nil
	}
	actor, err := d.subjectToken(c, r, "actor_token")
	if err != nil {
		return exchangeToken{}, err
	}
	if actor.ClientID != r.client.ID {
		return exchangeToken{}, oauth.InvalidRequest("oauth.exchange.actor.own")
	}
	s.actor = &actor
	return s, nil
}

// subjectToken checks a token that is sent as a parameter. Every mistake in it
// is invalid_request (§2.2.2).
func (d *Handler) subjectToken(c *gin.Context, r request, name string) (tokens.TokenInfo, error) {
	raw, err := r.form.Require(name)
	if err != nil {
		return tokens.TokenInfo{}, err
	}
	kind, err := r.form.Require(name + "_type")
	if err != nil {
		return tokens.TokenInfo{}, err
	}
	if kind != typeAccess && kind != typeJWT {
		return tokens.TokenInfo{}, oauth.InvalidRequest("oauth.exchange.type", "name", name, "one", typeAccess, "other", typeJWT)
	}
	h, err := d.Tokens.Inspect(c.Request.Context(), raw)
	if errors.Is(err, tokens.ErrInvalid) {
		return tokens.TokenInfo{}, oauth.InvalidRequest("oauth.exchange.token", "name", name).Because(err)
	}
	return h, err
}

// mayExchange checks that the client may get tokens for this user, as for every
// other grant.
func (d *Handler) mayExchange(c *gin.Context, client clients.Client, subject tokens.TokenInfo) error {
	if subject.Family.ID == "" {
		return nil // a client's own token has no user
	}
	_, err := d.checkEntitlement(c, client, subject.Family)
	if errors.Is(err, fs.ErrNotExist) {
		return oauth.InvalidRequest("oauth.exchange.person").Because(err)
	}
	return err
}

// maySwap checks the request against the client's exchange settings.
func maySwap(r request, s exchangeToken) error {
	policy := r.client.Exchange
	own := s.subject.ClientID == r.client.ID
	switch {
	case !own && !slices.Contains(policy.From, "*") && !slices.Contains(policy.From, s.subject.ClientID):
		return oauth.InvalidRequest("oauth.exchange.client")
	case s.actor != nil && !policy.Delegate:
		return oauth.InvalidRequest("oauth.exchange.acting")
	case s.actor == nil && !own && !policy.Impersonate:
		return oauth.InvalidRequest("oauth.exchange.actor")
	case own && s.subject.Confirm != nil && *s.subject.Confirm != r.bound:
		// Otherwise an exchange would remove the binding from a stolen token.
		return oauth.InvalidRequest("oauth.exchange.key")
	}
	return nil
}

// swapScopes are the requested scopes, or all that both the token and the
// client have at the audience of the new token; never more.
func (d *Handler) swapScopes(c *gin.Context, r request, subject tokens.TokenInfo, audience []string) ([]string, error) {
	asked, err := oauth.ParseScope(r.form["scope"])
	if err != nil {
		return nil, err
	}
	if missing := oauth.Missing(subject.Scopes(), asked); len(missing) > 0 {
		return nil, oauth.InvalidScope("oauth.exchange.scope", "scope", missing[0])
	}
	wanted := asked
	if len(asked) == 0 {
		wanted = subject.Scopes()
	}
	left, err := d.Authenticator.Requests.StillScopes(c.Request.Context(), r.client, clients.GrantExchange, wanted, audience)
	if err != nil {
		return nil, err
	}
	if missing := oauth.Missing(left, asked); len(missing) > 0 {
		return nil, oauth.InvalidScope("oauth.scope.client", "scope", missing[0])
	}
	// Only the client with the user's consent gets offline access.
	return slices.DeleteFunc(left, func(s string) bool { return s == scopes.Offline }), nil
}

// swapTargets are the audiences of the new token: a subset of the token's or,
// if the token has none, of those that the client may ask for. The client's own
// token gets no others than those that its user agreed to.
func (d *Handler) swapTargets(c *gin.Context, r request, subject tokens.TokenInfo) ([]string, error) {
	agreed := subject.Family.Terms.Resources
	own := subject.ClientID == r.client.ID
	var targets []string
	for _, target := range slices.Concat(r.form.All("resource"), r.form.All("audience")) {
		same, held := apis.Match(subject.Audience, target)
		if !held {
			api, err := d.Authenticator.Requests.APIs.Find(c.Request.Context(), target)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			if err != nil || !api.Admits(r.client.Asker(), clients.GrantExchange) || own && widens(r.client, agreed, api) {
				return nil, noTarget(target)
			}
			same = api.ID
		}
		targets = append(targets, same)
	}
	if len(targets) == 0 {
		targets = slices.Clone(subject.Audience)
	} else {
		targets = slices.Compact(slices.Sorted(slices.Values(targets)))
	}
	// A client that registered itself gets a token for such an API only in the
	// name of a user who agreed to it.
	must, err := d.Authenticator.Requests.MustAgree(c.Request.Context(), r.client, slices.DeleteFunc(slices.Clone(targets), d.isHub))
	if err != nil {
		return nil, err
	}
	if must {
		return nil, noTarget(strings.Join(targets, " "))
	}
	return targets, nil
}

// widens reports whether a client's own token would get an API that its user did not
// agree to. A token whose consent names none gets those that an administrator granted
// to the client, but not one that is open to any.
func widens(client clients.Client, agreed []string, api apis.API) bool {
	if len(agreed) > 0 {
		return !slices.Contains(agreed, api.ID)
	}
	return !slices.Contains(client.Resources, api.ID)
}

func noTarget(target string) error {
	return oauth.InvalidTarget("oauth.exchange.target", "target", clientrequest.Clip(target))
}

// isHub reports whether an audience is the hub itself.
func (d *Handler) isHub(audience string) bool { return audience == d.Authenticator.Issuer }
