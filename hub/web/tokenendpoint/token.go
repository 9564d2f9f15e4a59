// Package tokenendpoint is the token endpoint (RFC 6749 §3.2).
//
// One function authenticates the client and checks its grant types for every
// grant, so no grant can omit that.
package tokenendpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/clientrequest"
)

// A Handler serves the token endpoint.
type Handler struct {
	Authenticator  *clientrequest.Authenticator
	Clients        *clients.Registry
	ClientAuth     *clientauth.Verifier
	Grants         *grants.Service
	Tokens         *tokens.Service
	Pending        *pending.Service
	Users          *users.Service
	Linking        *linking.Service
	Upstreams      *federation.Registry
	UpstreamTokens *upstreamtokens.Service
	Settings       *settings.Service
	Audit          *audit.Recorder
}

// answer is RFC 6749 §5.1 with the ID token of OIDC Core §3.1.3.3.
type answer struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	Scope        string `json:"scope,omitempty"`

	Details         json.RawMessage `json:"authorization_details,omitempty"` // RFC 9396 §7
	IssuedTokenType string          `json:"issued_token_type,omitempty"`     // RFC 8693 §2.2.1
}

// A request is a token request of an authenticated client.
type request struct {
	client clients.Client
	form   oauth.Params
	bound  oauth.Confirmation // the key that the client proved it holds
}

// An exchange handles the requests of one grant type.
type exchange func(*Handler, *gin.Context, request) (answer, error)

var grantTypes = map[string]exchange{
	"authorization_code": (*Handler).code,        // code.go
	"refresh_token":      (*Handler).refresh,     // refresh.go
	"client_credentials": (*Handler).credentials, // credentials.go

	clients.GrantDevice:   (*Handler).device,         // device.go
	clients.GrantExchange: (*Handler).exchange,       // exchange.go
	clients.GrantCIBA:     (*Handler).back,           // ciba.go
	clients.GrantJWT:      (*Handler).assertionGrant, // jwtbearer.go
}

// Token is the token endpoint (RFC 6749 §3.2).
func (d *Handler) Token(c *gin.Context) error {
	err := d.token(c)
	if err != nil {
		d.traceCode(c)
	}
	return err
}

func (d *Handler) token(c *gin.Context) error {
	d.Authenticator.OfferNonce(c)
	form, err := clientrequest.Form(c)
	if err != nil {
		return err
	}
	grant, err := form.Require("grant_type")
	if err != nil {
		return err
	}
	exchange, ok := grantTypes[grant]
	if !ok {
		return oauth.UnsupportedGrantType("oauth.grant_type.one", "types", slices.Sorted(maps.Keys(grantTypes)))
	}
	client, err := d.Authenticator.ClientOr(c, form, d.traceCode)
	if err != nil {
		return err
	}
	if err := clientrequest.MayUse(client, grant); err != nil {
		return err
	}
	bound, err := d.verifyProof(c, client)
	if err != nil {
		return err
	}
	a, err := exchange(d, c, request{client: client, form: form, bound: bound})
	if err != nil {
		return d.suspicious(c, client, err)
	}
	a.TokenType = tokenType(bound)
	if a.ExpiresIn == 0 {
		a.ExpiresIn = int64(tokens.AccessLife / time.Second)
	}
	d.Audit.Routine(c.Request.Context(), audit.Event{Kind: audit.TokensIssued, Client: client.ID, IP: c.ClientIP(), Ref: web.Ref(c), Detail: map[string]string{"grant": grant}})
	c.JSON(http.StatusOK, a)
	return nil
}

// suspicious records a possible theft.
func (d *Handler) suspicious(c *gin.Context, client clients.Client, err error) error {
	var misuse *grants.ReplayError
	if errors.As(err, &misuse) {
		d.Audit.Record(c.Request.Context(), audit.Event{Kind: misuse.Kind, Actor: client.ID, Client: misuse.Family.ClientID, Target: misuse.Family.UserID,
			IP: c.ClientIP(), Ref: web.Ref(c), Why: misuse.Sentence()})
	}
	return err
}

// issue makes the tokens of a family that was just redeemed or refreshed. user
// is the family's user if this request read it already; else nil.
func (d *Handler) issue(c *gin.Context, r request, f grants.TokenFamily, user *users.User, scopes []string) (answer, error) {
	client := r.client
	if user == nil {
		var err error
		if user, err = d.userOf(c, client, f); err != nil {
			return answer{}, err
		}
	}
	// What the client lost is removed from its tokens too.
	var err error
	if f.Terms, scopes, err = d.remaining(c, r, f, scopes); err != nil {
		return answer{}, err
	}
	token, err := d.Tokens.ForUser(c.Request.Context(), f, *user, scopes, r.bound)
	if err != nil {
		return answer{}, err
	}
	a := answer{AccessToken: token.Token, ExpiresIn: token.ExpiresIn, Scope: oauth.JoinScope(scopes), Details: json.RawMessage(f.Terms.Details)}
	if oauth.Covers(scopes, []string{"openid"}) {
		a.IDToken, err = d.Tokens.ID(c.Request.Context(), tokens.ID{Client: client, Family: f, User: *user, Scopes: scopes, AccessToken: a.AccessToken})
	}
	return a, err
}

// checkEntitlement returns the user if the client may get tokens for them: the
// consent is valid, the sign-in is valid, and the user has the role and the second
// factor that the client requires. Every grant type uses it, so all enforce the same policy.
// fs.ErrNotExist means no.
func (d *Handler) checkEntitlement(c *gin.Context, client clients.Client, f grants.TokenFamily) (users.User, error) {
	user, err := d.Tokens.UserOf(c.Request.Context(), f)
	if err == nil && (user.Leaving() || !client.Admits(user.AllRoles())) {
		err = fmt.Errorf("the user has no role that the client asks for, or leaves: %w", fs.ErrNotExist)
	}
	if err == nil && client.SecondFactor && !f.SignIn.Enough() {
		err = fmt.Errorf("the client requires a second factor, and the sign-in had none: %w", fs.ErrNotExist)
	}
	return user, err
}

// userOf returns the user of a family, and revokes a family without a user.
func (d *Handler) userOf(c *gin.Context, client clients.Client, f grants.TokenFamily) (*users.User, error) {
	user, err := d.checkEntitlement(c, client, f)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, d.ended(c, f, err)
	}
	return &user, err
}

// ended revokes a family without a user.
func (d *Handler) ended(c *gin.Context, f grants.TokenFamily, why error) error {
	if err := d.Grants.Revoke(c.Request.Context(), f.ID, "access.removed"); err != nil {
		return err
	}
	return oauth.InvalidGrant("oauth.user.removed").Because(why)
}
