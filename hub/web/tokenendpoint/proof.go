package tokenendpoint

import (
	"errors"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/fapi"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/web"
)

// verifyProof returns the keys that the client proved in this request; the new
// tokens are bound to them.
func (d *Handler) verifyProof(c *gin.Context, client clients.Client) (oauth.Confirmation, error) {
	var bound oauth.Confirmation
	var err error
	if bound.JKT, err = d.Authenticator.CheckProof(c, client, ""); err != nil {
		return oauth.Confirmation{}, err
	}
	if client.CertificateBound {
		bound.X5T = web.Thumbprint(web.Certificates(c))
	}
	switch {
	case client.CertificateBound && bound.X5T == "":
		// RFC 8705 §3.4
		return oauth.Confirmation{}, oauth.InvalidRequest("oauth.bound.certificate")
	case client.DPoPBound && bound.JKT == "":
		// RFC 9449 §5.2
		return oauth.Confirmation{}, oauth.InvalidDPoPProof("oauth.bound.dpop")
	}
	return bound, serverError(fapi.TokenRequest{Bound: bound.Bound()}.Check(client.HighSecurity))
}

// serverError converts a violation of the client's profile to a protocol error.
func serverError(err error) error {
	var breach *fapi.Violation
	if !errors.As(err, &breach) {
		return err
	}
	return oauth.Refuse(breach.Code, breach.Sentence())
}

// tokenType is RFC 9449 §5; a certificate changes nothing about it (RFC 8705 §3).
func tokenType(bound oauth.Confirmation) string {
	if bound.JKT != "" {
		return "DPoP"
	}
	return "Bearer"
}

// renewable is the key that refresh tokens are bound to. A client that
// authenticates is bound by its credentials instead, and may change its key
// (RFC 9449 §5, RFC 8705 §4).
func (r request) renewable() oauth.Confirmation {
	if r.client.Public() {
		return r.bound
	}
	return oauth.Confirmation{}
}
