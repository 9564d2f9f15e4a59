package clientrequest

import (
	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/dpop"
	"github.com/fedhub/fedhub/hub/web/aliases"
)

// OfferNonce sends the nonce for the next DPoP proof with every response, also
// with errors, so that a client rarely needs a retry (RFC 9449 §8.2).
func (a *Authenticator) OfferNonce(c *gin.Context) { c.Header("DPoP-Nonce", a.Proofs.Nonces.Current()) }

// CheckProof returns the thumbprint of the key in the request's DPoP proof, ""
// without a proof. token is the access token of the same request.
func (a *Authenticator) CheckProof(c *gin.Context, client clients.Client, token string) (string, error) {
	return a.Proofs.Check(c.Request.Context(), c.Request.Header.Values("DPoP"), a.proofFor(c, client, token))
}

// proofFor is the required content of the request's DPoP proof. Public clients
// can do least against a stolen proof, and the security profile is the
// strictest, so both must use a nonce; for others it is optional.
func (a *Authenticator) proofFor(c *gin.Context, client clients.Client, token string) dpop.Want {
	want := dpop.Want{Method: c.Request.Method, URLs: []string{a.Issuer + c.FullPath()}, Token: token, Nonce: client.Public() || client.Secure()}
	if client.Secure() {
		want.Algs = clientauth.ProfileAlgs() // FAPI 2.0 Security Profile §5.4.1
	}
	if a.Alias != "" {
		want.URLs = append(want.URLs, a.Alias+c.FullPath())
	}
	if asked := aliases.Asked(c.Request.Context()); asked != "" {
		want.URLs = append(want.URLs, a.Issuer+asked)
	}
	return want
}
