package oidc

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
)

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

// A request is what reached the token endpoint, once the client is known.
type request struct {
	client clients.Client
	form   oauth.Params
	bound  oauth.Confirmation // the key that the client proved it holds
}

// An exchange is what one grant type does with a request.
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
	d.offerNonce(c)
	form, err := d.form(c)
	if err != nil {
		return err
	}
	grant, err := form.Require("grant_type")
	if err != nil {
		return err
	}
	exchange, ok := grantTypes[grant]
	if !ok {
		return oauth.UnsupportedGrantType("grant_type is one of " + strings.Join(slices.Sorted(maps.Keys(grantTypes)), ", "))
	}
	client, err := d.client(c, form)
	if err != nil {
		return err
	}
	if !client.AllowsGrant(grant) {
		return oauth.UnauthorizedClient("this client may not use grant_type=" + grant)
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

// form reads the body, and refuses secrets in the query string: addresses end
// up in logs (RFC 6749 §2.3.1).
func (d *Handler) form(c *gin.Context) (oauth.Params, error) {
	query, err := web.Query(c)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"client_secret", "client_assertion", "code", "device_code", "subject_token", "actor_token", "assertion", "auth_req_id", "refresh_token", "token", "access_token"} {
		if query.Has(name) {
			return nil, oauth.InvalidRequest("send " + name + " in the body, never in the address")
		}
	}
	return web.Form(c)
}

// client authenticates whoever asks.
func (d *Handler) client(c *gin.Context, form oauth.Params) (clients.Client, error) {
	credentials, err := clients.ParseCredentials(c.GetHeader("Authorization"), form)
	if err == nil {
		if err := d.Guesses.Check(clip(credentials.ID), c.ClientIP()); err != nil {
			return clients.Client{}, err
		}
		var client clients.Client
		credentials.Certificates = web.Certificates(c)
		if err = d.resolveClient(c, credentials.ID); err != nil {
			return clients.Client{}, err
		}
		client, err = d.Clients.Authenticate(c.Request.Context(), credentials, d.Issuer)
		if err == nil {
			sharedWith(c, client)
			return client, nil
		}
	}
	var refused *clients.AuthError
	if !errors.As(err, &refused) {
		return clients.Client{}, err
	}
	if refused.Code == clients.InvalidClient && credentials.ID != "" {
		d.Guesses.Wrong(clip(credentials.ID), c.ClientIP())
	}
	d.Audit.Note(c.Request.Context(), audit.Event{Kind: audit.ClientRefused, Client: clip(cmp.Or(credentials.ID, form["client_id"])), IP: c.ClientIP(), Ref: web.Ref(c), Reason: refused.Description})
	if refused.Code == "invalid_request" {
		return clients.Client{}, oauth.InvalidRequest(refused.Description).Because(err)
	}
	e := oauth.InvalidClient(refused.Description).Because(err)
	if refused.Basic {
		e = e.Challenged(`Basic realm="fedhub", charset="UTF-8"`) // RFC 6749 §5.2
	}
	return clients.Client{}, e
}

// clip keeps an untrusted id from filling the log.
func clip(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most]
	}
	return s
}

// suspicious records what looks like theft.
func (d *Handler) suspicious(c *gin.Context, client clients.Client, err error) error {
	var misuse *grants.ReplayError
	if errors.As(err, &misuse) {
		d.Audit.Record(c.Request.Context(), audit.Event{Kind: misuse.Kind, Actor: client.ID, Client: misuse.Family.ClientID, Target: misuse.Family.UserID,
			IP: c.ClientIP(), Ref: web.Ref(c), Reason: misuse.Public.Description})
	}
	return err
}

// issue makes the tokens of a family that was just redeemed or refreshed. user
// is whose it is, if that was looked up for this request; else nil.
func (d *Handler) issue(c *gin.Context, r request, f grants.TokenFamily, user *users.User, scopes []string) (answer, error) {
	client := r.client
	if user == nil {
		var err error
		if user, err = d.userOf(c, client, f); err != nil {
			return answer{}, err
		}
	}
	// A scope that was taken from the client since is taken from its tokens.
	scopes = slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return !slices.Contains(client.Scopes, s) })
	var err error
	if f.Terms, err = narrowed(f.Terms, r.form); err != nil {
		return answer{}, err
	}
	a := answer{Scope: oauth.JoinScope(scopes), Details: json.RawMessage(f.Terms.Details)}
	if a.AccessToken, err = d.Tokens.ForUser(c.Request.Context(), f, *user, scopes, r.bound); err != nil {
		return answer{}, err
	}
	if oauth.Covers(scopes, []string{"openid"}) {
		a.IDToken, err = d.Tokens.ID(c.Request.Context(), tokens.ID{Client: client, Family: f, User: *user, Scopes: scopes, AccessToken: a.AccessToken})
	}
	return a, err
}

// checkEntitlement returns the person a client may be given tokens for: their consent
// stands, they are still who signed in, and they have a role that the client
// asks for. Every grant type passes through here, so no policy is enforced by
// one and forgotten by another. fs.ErrNotExist means no.
func (d *Handler) checkEntitlement(c *gin.Context, client clients.Client, f grants.TokenFamily) (users.User, error) {
	user, err := d.Tokens.UserOf(c.Request.Context(), f)
	if err == nil && !client.Admits(user.Roles) {
		err = fmt.Errorf("the user has no role that the client asks for: %w", fs.ErrNotExist)
	}
	return user, err
}

// userOf returns whose the family is, and ends one that has nobody left to
// speak for.
func (d *Handler) userOf(c *gin.Context, client clients.Client, f grants.TokenFamily) (*users.User, error) {
	user, err := d.checkEntitlement(c, client, f)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, d.ended(c, f, err)
	}
	return &user, err
}

// ended revokes a family that has nobody left to speak for.
func (d *Handler) ended(c *gin.Context, f grants.TokenFamily, why error) error {
	if err := d.Grants.Revoke(c.Request.Context(), f.ID, why.Error()); err != nil {
		return err
	}
	return oauth.InvalidGrant("the user's access was removed; ask them to sign in again").Because(why)
}
