package openid

import (
	"context"
	"maps"
	"slices"

	"github.com/fedhub/fedhub/federation"
)

// quirks are what one well-known provider does its own way, where the
// specifications leave it the choice or it does not follow them. Each bends
// one check for one provider; without a preset nothing is bent.
type quirks struct {
	// params go along with the authorization request; the key's own win.
	params map[string]string
	// scopes are asked for whatever the key says.
	scopes []string
	// offline makes the provider hand out refresh tokens.
	offline map[string]string
	// inForm: it takes the client secret in the form, and does not say so.
	inForm bool
	// authenticate, if set, is instead of the client secret.
	authenticate func(ctx context.Context, doc Discovery) (Proof, error)
	// noNonce: its id_tokens have none. noPKCE: it refuses a verifier.
	noNonce, noPKCE bool
	// hmac: it signs with the client secret (OpenID Connect Core §3.1.3.7, 8).
	hmac secret
	// formPost: it posts its answer when asked for one of these scopes.
	formPost []string
	// named: it hands over a name beside its answer, once.
	named bool
	// isIssuer, if set, is instead of comparing the issuer with the Base URL.
	isIssuer func(issuer string) error
	// issuerOf, if set, is who must have signed these claims.
	issuerOf func(issuer string, claims object) string
	// check is one more check of an id_token.
	check func(claims object) error
	// subject is the claim that names the person; empty for sub.
	subject string
	// verified, if set, tells whether the document vouches for its address.
	verified func(document object) bool
}

// mannered is every preset with manners of its own.
var mannered = map[string]func(m *quirks, c *Connector, s secret) error{
	"google":    googleManners,
	"microsoft": microsoftManners,
	"apple":     appleManners,
	"linkedin":  linkedInManners,
	"line":      lineManners,
	"twitch":    twitchManners,
}

// linkedInManners: its id_tokens carry no nonce, and a verifier is an error
// unless the app was set to PKCE by hand. A code that was stolen elsewhere
// could be brought to us here; state, which it honours, ties the answer to the
// browser all the same.
func linkedInManners(m *quirks, _ *Connector, _ secret) error {
	m.noNonce, m.noPKCE, m.inForm = true, true, true
	return nil
}

// lineManners: for apps on the web it signs with the channel secret, which
// proves as much as TLS to its token endpoint does. Its own keys count too.
func lineManners(m *quirks, _ *Connector, s secret) error {
	m.inForm, m.hmac = true, s
	return nil
}

// twitchManners: it tells only the claims that are asked for by name (OpenID
// Connect Core §5.5).
func twitchManners(m *quirks, _ *Connector, _ secret) error {
	m.params = map[string]string{
		"claims": `{"id_token":{"email":null,"email_verified":null},"userinfo":{"email":null,"email_verified":null,"picture":null,"preferred_username":null}}`,
	}
	return nil
}

// offlineScope asks for a refresh token that outlives the session there (Core
// §11). One that lives as long as the session is enough to look again, so it is
// asked for only where the key says so.
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

// params are the further parameters of the authorization request. None is the
// protocol's own, whatever a key says: those are checked when it is saved, and
// left out here should one have come another way.
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
