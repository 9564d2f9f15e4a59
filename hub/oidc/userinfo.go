package oidc

import (
	"errors"
	"io/fs"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/web"
)

// Userinfo is the endpoint of OIDC Core §5.3, by GET or POST.
func (d *Door) Userinfo(c *gin.Context) error {
	token, err := bearer(c)
	if err != nil {
		return err
	}
	holder, err := d.Tokens.Verify(c.Request.Context(), token)
	if errors.Is(err, tokens.ErrInvalid) {
		return oauth.InvalidToken("the access token is malformed, expired or revoked").Because(err)
	}
	if err != nil {
		return err
	}
	if holder.Access.Family == "" || !oauth.Covers(holder.Scopes(), []string{"openid"}) {
		return oauth.InsufficientScope("the access token was not issued for the scope openid", "openid")
	}
	_, err = d.Clients.Get(c.Request.Context(), holder.ClientID)
	if errors.Is(err, fs.ErrNotExist) {
		return oauth.InvalidToken("the client was removed or switched off").Because(err)
	}
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, tokens.UserClaims(holder.User, holder.Scopes()))
	return nil
}

// bearer takes the token from the header or the body, never from the address
// (RFC 6750 §2, RFC 9700 §4.3.2), and from one place only.
func bearer(c *gin.Context) (string, error) {
	query, err := web.Query(c)
	if err != nil {
		return "", err
	}
	if query.Has("access_token") {
		return "", oauth.InvalidRequest("send the access token in the Authorization header, never in the address")
	}
	inBody, err := bodyToken(c)
	if err != nil {
		return "", err
	}
	header := c.Request.Header.Values("Authorization")
	switch {
	case len(header) == 0 && inBody == "":
		// RFC 6750 §3.1: who sent nothing is told nothing but how to ask.
		e := oauth.InvalidToken("send an access token as Authorization: Bearer")
		return "", e.Challenged(`Bearer realm="fedhub"`)
	case len(header) > 1, len(header) == 1 && inBody != "":
		return "", oauth.InvalidRequest("send the access token once")
	case inBody != "":
		return inBody, nil
	}
	scheme, token, ok := strings.Cut(header[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", oauth.InvalidToken("send an access token as Authorization: Bearer")
	}
	return strings.TrimSpace(token), nil
}

func bodyToken(c *gin.Context) (string, error) {
	if c.Request.Method != http.MethodPost || c.Request.ContentLength == 0 {
		return "", nil
	}
	form, err := web.Form(c)
	if err != nil {
		if c.GetHeader("Authorization") != "" && c.GetHeader("Content-Type") == "" {
			return "", nil
		}
		return "", err
	}
	return form["access_token"], nil
}
