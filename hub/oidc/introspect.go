package oidc

import (
	"errors"
	"io/fs"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
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

	Confirm *oauth.Confirmation `json:"cnf,omitempty"` // RFC 9449 §6.2, RFC 8705 §3.2
}

// Introspect tells a client about its own tokens (RFC 7662). About anybody
// else's, about what is expired or revoked, and about what never was a token,
// it says the same: not active (§2.2).
func (d *Door) Introspect(c *gin.Context) error {
	form, err := d.form(c)
	if err != nil {
		return err
	}
	client, err := d.client(c, form)
	if err != nil {
		return err
	}
	if client.AuthMethod == clients.MethodNone {
		// §2.1: or anybody could try out tokens they found.
		return oauth.InvalidClient("a client without credentials may not introspect")
	}
	token, err := form.Require("token")
	if err != nil {
		return err
	}
	found, err := d.introspect(c, token)
	if err != nil {
		return err
	}
	if found.ClientID != client.ID {
		found = introspection{}
	}
	c.JSON(http.StatusOK, found)
	return nil
}

func (d *Door) introspect(c *gin.Context, token string) (introspection, error) {
	h, err := d.Tokens.Verify(c.Request.Context(), token)
	if err == nil {
		return introspection{
			Active: true, Scope: h.Scope, ClientID: h.ClientID, TokenType: h.Type(), Confirm: h.Confirm,
			Expires: h.Expires, Issued: h.Issued, Subject: h.Subject, Audience: h.Audience, Issuer: h.Issuer,
			ID: h.Access.ID, AuthTime: h.AuthTime, ACR: h.ACR, AMR: h.AMR,
		}, nil
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

// Revoke ends a token of the client's own (RFC 7009). A token that is unknown,
// or another client's, is left alone and the answer is the same.
func (d *Door) Revoke(c *gin.Context) error {
	form, err := d.form(c)
	if err != nil {
		return err
	}
	client, err := d.client(c, form)
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

func (d *Door) revoke(c *gin.Context, client clients.Client, token string) (bool, error) {
	f, err := d.Grants.OfRefresh(c.Request.Context(), token)
	if err == nil {
		if f.ClientID != client.ID {
			return false, nil
		}
		// §2.1: the access tokens of the same grant go with it.
		return true, d.Grants.Revoke(c.Request.Context(), f.ID, "the client revoked it")
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	return d.Tokens.Revoke(c.Request.Context(), token, client.ID)
}
