package openid

import (
	"context"
	"maps"
	"slices"

	"github.com/fedhub/fedhub/federation"
)

// quirks are one provider's deviations: choices that the specifications leave
// open, or violations of them. Each relaxes one check for one provider; without
// a preset there are none.
type quirks struct {
	// params are added to the authorization request; the key's own take
	// precedence.
	params map[string]string
	// scopes are requested whatever the key says.
	scopes []string
	// offline are parameters that make the provider issue refresh tokens.
	offline map[string]string
	// inForm: it wants the client secret in the form, and does not announce
	// that.
	inForm bool
	// authenticate, if set, replaces the client secret.
	authenticate func(ctx context.Context, doc Discovery) (Proof, error)
	// noNonce: its id_tokens have no nonce. noPKCE: it refuses a code_verifier.
	noNonce, noPKCE bool
	// hmac: it signs with the client secret (OpenID Connect Core §3.1.3.7, 8).
	hmac secret
	// formPost: it posts its answer when asked for one of these scopes.
	formPost []string
	// named: it sends a name beside its answer, once.
	named bool
	// isIssuer, if set, replaces the comparison of the issuer with the Base
	// URL.
	isIssuer func(issuer string) error
	// issuerOf, if set, returns the issuer that must have signed these claims.
	issuerOf func(issuer string, claims object) string
	// check is an additional check of an id_token.
	check func(claims object) error
	// subject is the claim with the user's id; empty for sub.
	subject string
	// verified, if set, reports whether the address in the document is
	// verified.
	verified func(document object) bool
}

// mannered maps every preset with deviations to its function.
var mannered = map[string]func(m *quirks, c *Connector, s secret) error{
	"google":    googleManners,
	"microsoft": microsoftManners,
	"apple":     appleManners,
	"linkedin":  linkedInManners,
	"line":      lineManners,
	"twitch":    twitchManners,
}

// linkedInManners: its id_tokens have no nonce, and a code_verifier is an error
// unless the app was configured for PKCE. A stolen code could be injected here,
// but the state, which it supports, still binds the answer to the browser.
func linkedInManners(m *quirks, _ *Connector, _ secret) error {
	m.noNonce, m.noPKCE, m.inForm = true, true, true
	return nil
}

// lineManners: for web apps it signs with the channel secret, which proves as
// much as TLS to its token endpoint. Its own keys count too.
func lineManners(m *quirks, _ *Connector, s secret) error {
	m.inForm, m.hmac = true, s
	return nil
}

// twitchManners: it only returns claims that are requested by name (OpenID
// Connect Core §5.5).
func twitchManners(m *quirks, _ *Connector, _ secret) error {
	m.params = map[string]string{
		"claims": `{"id_token":{"email":null,"email_verified":null},"userinfo":{"email":null,"email_verified":null,"picture":null,"preferred_username":null}}`,
	}
	return nil
}

// offlineScope requests a refresh token that outlives the session there (Core
// §11). One that ends with the session is enough to refresh profiles, so it is
// only requested if the key says so.
const offlineScope = "offline_access"

func (c *Connector) scopes(doc Discovery) []string {
	scopes := DefaultScopes(c.key)
	if c.dialect.Scopes != nil {
		scopes = c.dialect.Scopes(doc)
	}
	more := c.manners.scopes
	if c.key.KeepTokens && c.key.AskOffline && slices.Contains(doc.Scopes, offlineScope) {
		more = append(slices.Clone(more), offlineScope)
	}
	for _, scope := range more {
		if !slices.Contains(scopes, scope) {
			scopes = append(slices.Clone(scopes), scope)
		}
	}
	return scopes
}

// params are the further parameters of the authorization request. Parameters of
// the protocol are refused when a key is saved, and also dropped here in case
// one was stored in another way.
func (c *Connector) params() map[string]string {
	params := maps.Clone(c.manners.params)
	if params == nil {
		params = map[string]string{}
	}
	if c.key.KeepTokens {
		maps.Copy(params, c.manners.offline)
	}
	maps.Copy(params, c.key.Params)
	maps.DeleteFunc(params, func(name, _ string) bool { return federation.ReservedParam(name) })
	return params
}
