package oidc

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/dpop"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/clientrequest"
)

// holder returns the user of a request's access token and the token's client,
// after the sender has proved possession of the bound key. Every endpoint that
// accepts access tokens uses it.
func (d *Handler) holder(c *gin.Context) (tokens.TokenInfo, clients.Client, error) {
	return d.holderOf(c, d.Tokens.Verify)
}

// holderOf is holder with verify as the check of the audience.
func (d *Handler) holderOf(c *gin.Context, verify func(context.Context, string) (tokens.TokenInfo, error)) (tokens.TokenInfo, clients.Client, error) {
	p, err := presentedBy(c)
	if err != nil {
		return tokens.TokenInfo{}, clients.Client{}, err
	}
	h, err := verify(c.Request.Context(), p.token)
	if errors.Is(err, tokens.ErrInvalid) {
		return tokens.TokenInfo{}, clients.Client{}, p.invalid("oauth.token.bad").Because(err)
	}
	if err != nil {
		return tokens.TokenInfo{}, clients.Client{}, err
	}
	client, err := d.Clients.Get(c.Request.Context(), h.ClientID)
	if errors.Is(err, fs.ErrNotExist) {
		return tokens.TokenInfo{}, clients.Client{}, p.invalid("oauth.token.client").Because(err)
	}
	if err != nil {
		return tokens.TokenInfo{}, clients.Client{}, err
	}
	clientrequest.HoldOrigin(c, client)
	return h, client, d.possession(c, p, h, client)
}

// possession checks that the sender holds the key that the token is bound to.
func (d *Handler) possession(c *gin.Context, p presented, h tokens.TokenInfo, client clients.Client) error {
	var bound oauth.Confirmation
	if h.Confirm != nil {
		bound = *h.Confirm
	}
	switch {
	case bound.JKT != "" && !p.dpop:
		// RFC 9449 §7.2: otherwise a thief could omit the proof.
		p.dpop = true
		return p.invalid("oauth.token.bound")
	case bound.JKT == "" && p.dpop:
		return p.invalid("oauth.token.unbound")
	case bound.X5T != "" && bound.X5T != web.Thumbprint(web.Certificates(c)):
		return p.invalid("oauth.token.certificate") // RFC 8705 §3
	case bound.JKT == "":
		return nil
	}
	if len(c.Request.Header.Values("DPoP")) == 0 {
		return dpopChallenge(oauth.InvalidDPoPProof("oauth.dpop.missing"))
	}
	thumbprint, err := d.Authenticator.CheckProof(c, client, p.token)
	var refused *oauth.Error
	switch {
	case errors.As(err, &refused):
		return dpopChallenge(refused)
	case err != nil:
		return err
	case thumbprint != bound.JKT:
		return p.invalid("oauth.token.key")
	}
	return nil
}

// presented is an access token as the client sent it.
type presented struct {
	token string
	dpop  bool // scheme of RFC 9449 §7.1, else of RFC 6750
}

// presentedBy reads the token from the header or the body, never from the URL
// (RFC 6750 §2, RFC 9700 §4.3.2), and from one place only.
func presentedBy(c *gin.Context) (presented, error) {
	query, err := web.Query(c)
	if err != nil {
		return presented{}, err
	}
	if query.Has("access_token") {
		return presented{}, oauth.InvalidRequest("oauth.token.address")
	}
	inBody, err := bodyToken(c)
	if err != nil {
		return presented{}, err
	}
	header := c.Request.Header.Values("Authorization")
	switch {
	case len(header) == 0 && inBody == "":
		// RFC 6750 §3.1: a request without credentials gets a challenge without an error code.
		return presented{}, oauth.InvalidToken("oauth.token.missing").Challenged(everyScheme)
	case len(header) > 1, len(header) == 1 && inBody != "":
		return presented{}, oauth.InvalidRequest("oauth.token.twice")
	case inBody != "":
		return presented{token: inBody}, nil
	}
	scheme, token, _ := strings.Cut(header[0], " ")
	p := presented{token: strings.TrimSpace(token), dpop: strings.EqualFold(scheme, "DPoP")}
	if p.token == "" || (!p.dpop && !strings.EqualFold(scheme, "Bearer")) {
		return presented{}, oauth.InvalidToken("oauth.token.missing").Challenged(everyScheme)
	}
	return p, nil
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

// everyScheme requests a token without an error code (RFC 9449 §7.1).
var everyScheme = `Bearer realm="fedhub", DPoP realm="fedhub", ` + dpopAlgs()

func dpopAlgs() string { return `algs="` + strings.Join(dpop.Algs(), " ") + `"` }

// invalid refuses the token, in a challenge of the token's scheme.
func (p presented) invalid(why string) *oauth.Error {
	e := oauth.InvalidToken(why)
	if p.dpop {
		return dpopChallenge(e)
	}
	return e
}

func dpopChallenge(e *oauth.Error) *oauth.Error {
	return e.Unauthorized().Challenged(`DPoP error="` + e.Code + `", error_description="{description}", ` + dpopAlgs())
}
