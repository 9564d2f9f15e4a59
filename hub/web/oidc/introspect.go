package oidc

import (
	"encoding/json"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/web"
)

// introspection is RFC 7662 §2.2.
type introspection struct {
	Active    bool            `json:"active"`
	Scope     string          `json:"scope,omitempty"`
	ClientID  string          `json:"client_id,omitempty"`
	TokenType string          `json:"token_type,omitempty"`
	Expires   int64           `json:"exp,omitempty"`
	Issued    int64           `json:"iat,omitempty"`
	Subject   string          `json:"sub,omitempty"`
	Audience  tokens.Audience `json:"aud,omitempty"`
	Issuer    string          `json:"iss,omitempty"`
	ID        string          `json:"jti,omitempty"`
	AuthTime  int64           `json:"auth_time,omitempty"`
	ACR       string          `json:"acr,omitempty"`
	AMR       []string        `json:"amr,omitempty"`
	Roles     []string        `json:"roles,omitempty"`  // as of now (RFC 9068 §2.2.3.1)
	Groups    []string        `json:"groups,omitempty"` // the same

	Confirm *oauth.Confirmation `json:"cnf,omitempty"`                   // RFC 9449 §6.2, RFC 8705 §3.2
	Details json.RawMessage     `json:"authorization_details,omitempty"` // RFC 9396 §9.2
	Actor   json.RawMessage     `json:"act,omitempty"`                   // RFC 8693 §4.1

	custom map[string]any // custom claims of the access token, as of now
}

// MarshalJSON writes the custom claims beside the others.
func (i introspection) MarshalJSON() ([]byte, error) {
	type plain introspection
	return tokens.Beside(i.custom, plain(i))
}

// Introspect describes a client's own tokens, and to an API the tokens for it
// (RFC 7662). Any other token, and an expired, revoked or unknown one, gets the
// same response: not active (§2.2).
func (d *Handler) Introspect(c *gin.Context) error {
	client, _, found, err := d.inspected(c)
	if err != nil {
		return err
	}
	return d.introspected(c, client, found)
}

// inspected returns the caller, the token, and whether the caller may see it.
func (d *Handler) inspected(c *gin.Context) (client clients.Client, token string, found introspection, err error) {
	client, form, err := d.Authenticator.Request(c)
	if err != nil {
		return client, "", found, err
	}
	if client.AuthMethod == clientauth.MethodNone {
		// §2.1: otherwise an attacker could test stolen tokens.
		return client, "", found, oauth.InvalidClient("oauth.introspect.public")
	}
	if token, err = form.Require("token"); err != nil {
		return client, "", found, err
	}
	if found, err = d.introspect(c, token); err != nil {
		return client, "", found, err
	}
	if found.ClientID != client.ID && !serves(client, found) {
		found = introspection{}
	}
	return client, token, found, nil
}

// serves reports whether the client is an API that the token is for.
func serves(client clients.Client, found introspection) bool {
	return slices.ContainsFunc(found.Audience, func(a string) bool { return slices.Contains(client.Serves, a) })
}

// introspected responds with JSON or, on request, with a signed JWT (RFC 9701
// §4, §5). Inactive tokens get a signed response too: otherwise an intermediary
// could replace any response by an unsigned "not active".
func (d *Handler) introspected(c *gin.Context, client clients.Client, found introspection) error {
	const mediaType = "application/token-introspection+jwt"
	if !accepts(c.GetHeader("Accept"), mediaType) {
		c.JSON(http.StatusOK, found)
		return nil
	}
	form := tokens.Form{Alg: client.Algs.Introspection, Enc: client.Algs.IntrospectionEnc}
	body, err := d.Tokens.ForClientJWT(c.Request.Context(), client, form, "token-introspection+jwt", map[string]any{
		"iss": d.Issuer, "aud": client.ID, "iat": d.Now().Unix(), "token_introspection": found,
	})
	if err != nil {
		return err
	}
	c.Data(http.StatusOK, mediaType, []byte(body))
	return nil
}

// accepts reports whether an Accept header names the media type. A wildcard
// does not count.
func accepts(header, mediaType string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, err := mime.ParseMediaType(part)
		if err == nil && name == mediaType {
			return params["q"] == "" || strings.Trim(params["q"], "0.") != ""
		}
	}
	return false
}

func (d *Handler) introspect(c *gin.Context, token string) (introspection, error) {
	h, err := d.Tokens.Inspect(c.Request.Context(), token)
	if err == nil {
		found := introspection{
			Active: true, Scope: h.Scope, ClientID: h.ClientID, TokenType: h.Type(), Confirm: h.Confirm,
			Expires: h.Expires, Issued: h.Issued, Subject: h.Subject, Audience: h.Audience, Issuer: h.Issuer,
			ID: h.AccessTokenClaims.ID, AuthTime: h.AuthTime, ACR: h.ACR, AMR: h.AMR,
			Details: h.Details, Actor: h.Actor,
		}
		if slices.Contains(h.Scopes(), "roles") {
			found.Roles = h.User.AllRoles()
		}
		if slices.Contains(h.Scopes(), "groups") {
			found.Groups = h.User.GroupNames()
		}
		found.custom, err = d.Tokens.CustomOf(c.Request.Context(), h)
		return found, err
	}
	if !errors.Is(err, tokens.ErrInvalid) {
		return introspection{}, err
	}
	f, err := d.Grants.ByRefresh(c.Request.Context(), token)
	if err == nil {
		_, err = d.Tokens.UserOf(c.Request.Context(), f)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return introspection{}, nil
	}
	if err != nil {
		return introspection{}, err
	}
	subject, err := d.Tokens.Subject(c.Request.Context(), f.ClientID, f.UserID)
	if errors.Is(err, fs.ErrNotExist) {
		return introspection{}, nil
	}
	if err != nil {
		return introspection{}, err
	}
	return introspection{
		Active: true, Scope: oauth.JoinScope(f.Scopes), ClientID: f.ClientID, TokenType: "refresh_token",
		Expires: f.Expires.Unix(), Issued: f.Redeemed.Unix(), Subject: subject, Issuer: d.Issuer,
	}, nil
}

// Revoke revokes one of the client's own tokens (RFC 7009). For an unknown
// token, or another client's, it does nothing and responds the same.
func (d *Handler) Revoke(c *gin.Context) error {
	client, form, err := d.Authenticator.Request(c)
	if err != nil {
		return err
	}
	token, err := form.Require("token")
	if err != nil {
		return err
	}
	revoked, err := d.revoke(c, client, token)
	if err != nil {
		return err
	}
	if revoked {
		d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.TokenRevoked, Actor: client.ID, Client: client.ID, IP: c.ClientIP(), Ref: web.Ref(c)})
	}
	c.Status(http.StatusOK)
	return nil
}

func (d *Handler) revoke(c *gin.Context, client clients.Client, token string) (bool, error) {
	f, err := d.Grants.OfRefresh(c.Request.Context(), token)
	if err == nil {
		if f.ClientID != client.ID {
			return false, nil
		}
		// §2.1: the access tokens of the same grant are revoked too.
		return true, d.Grants.Withdraw(c.Request.Context(), f.ID, "client.revoked")
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	return d.Tokens.Revoke(c.Request.Context(), token, client.ID)
}
