package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/tokens"
)

// The hub's own API is an ordinary protected resource. A program needs only its
// address: a 401 names its metadata, the metadata names the authorization
// server (this hub), and that server's metadata names the endpoints for
// registration and sign-in.

// apiPath is the path of the API. Issuer and path together are the resource in
// token requests (RFC 8707), and the audience of its tokens.
const apiPath = "/api"

func (d *Handler) api() string { return d.Issuer + apiPath }

// resourceMetadata is the document of RFC 9728 §2.
type resourceMetadata struct {
	Resource      string   `json:"resource"`
	Servers       []string `json:"authorization_servers"`
	Scopes        []string `json:"scopes_supported"`
	BearerMethods []string `json:"bearer_methods_supported"`
	Name          string   `json:"resource_name"`
}

// ResourceMetadata is at the well-known address of the API (RFC 9728 §3.1).
func (d *Handler) ResourceMetadata(c *gin.Context) error {
	return d.describe(c, d.api(), func(s tokens.Scope) bool { return len(s.Claims) > 0 || s.Name == scopeSessions })
}

// UserinfoMetadata is the metadata of the hub itself as a resource: its
// userinfo endpoint accepts tokens with the issuer as audience.
func (d *Handler) UserinfoMetadata(c *gin.Context) error {
	return d.describe(c, d.Issuer, func(s tokens.Scope) bool { return len(s.Claims) > 0 })
}

func (d *Handler) describe(c *gin.Context, resource string, takes func(tokens.Scope) bool) error {
	current, err := d.Settings.Current(c.Request.Context())
	if err != nil {
		return err
	}
	m := resourceMetadata{
		Resource: resource, Servers: []string{d.Issuer}, Name: current.HubName, BearerMethods: []string{"header"},
	}
	for _, s := range tokens.Scopes() {
		if takes(s) {
			m.Scopes = append(m.Scopes, s.Name)
		}
	}
	forEverybody(c, "public, max-age=300")
	c.JSON(http.StatusOK, m)
	return nil
}

// Me is GET /api/me: the token's user, limited by its scopes, and the user's
// consent for the calling app. It reveals nothing about other apps.
func (d *Handler) Me(c *gin.Context) error {
	holder, client, err := d.holderOf(c, d.forAPI)
	if err == nil && (holder.AccessTokenClaims.Family == "" || !oauth.Covers(holder.Scopes(), []string{"openid"})) {
		err = oauth.InsufficientScope("openid")
	}
	if err != nil {
		return d.pointToMetadata(err)
	}
	me := tokens.UserClaims(holder.User, holder.Scopes())
	me["sub"] = holder.Subject // the client's identifier of the user
	me["app"] = map[string]any{"client_id": client.ID, "name": client.Name, "scopes": holder.Scopes(), "expires_at": holder.Expires}
	c.JSON(http.StatusOK, me)
	return nil
}

// forAPI accepts only tokens for the API: a token for another API, or for none,
// must not give access (RFC 8707 §2).
func (d *Handler) forAPI(ctx context.Context, raw string) (tokens.TokenInfo, error) {
	h, err := d.Tokens.Inspect(ctx, raw)
	if err == nil && !slices.Contains(h.Audience, d.api()) {
		return tokens.TokenInfo{}, fmt.Errorf("%w: it was made for somebody else", tokens.ErrInvalid)
	}
	return h, err
}

// pointToMetadata adds the address of the API's metadata to a challenge (RFC
// 9728 §5.1).
func (d *Handler) pointToMetadata(err error) error {
	var refused *oauth.Error
	if !errors.As(err, &refused) || refused.Challenge == "" {
		return err
	}
	at := `resource_metadata="` + d.Issuer + "/.well-known/oauth-protected-resource" + apiPath + `"`
	separator := ", "
	if !strings.Contains(refused.Challenge, "=") {
		separator = " "
	}
	// One header has the challenges of several schemes; the first is Bearer.
	first, rest, several := strings.Cut(refused.Challenge, ", DPoP ")
	challenge := first + separator + at
	if several {
		challenge += ", DPoP " + rest
	}
	return refused.Challenged(challenge)
}
