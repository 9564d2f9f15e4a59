package openid

import (
	"github.com/fedhub/fedhub/federation/internal/oauth2client"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/go-jose/go-jose/v4"
)

// TokenPolicies are what the tokens of providers must be.
func TokenPolicies() []jwt.Policy { return []jwt.Policy{idTokenPolicy(), logoutPolicy()} }

// idTokenPolicy is for an id_token. Without a typ a token may be for anything;
// a plain JWT likewise, so its claims say the rest: see signInChecks.
func idTokenPolicy() jwt.Policy {
	return jwt.Policy{
		Use: "id_token of a provider", Algorithms: append(algorithms(), jose.HS256), Types: []string{"JWT"}, Untyped: true,
		Audience: jwt.Party, MaxSize: oauth2client.MaxToken, By: "jwt.by.provider.exact", For: "jwt.for.us",
		Required: []string{"iss", "sub", "aud", "exp", "iat"}, Absent: []string{"events"}, Ignored: []string{"jti"}, Leeway: skew, Punctual: true,
	}
}

// logoutPolicy is for a back-channel logout token (Back-Channel Logout §2.4):
// it has an event and never a nonce, or it would be an id_token.
func logoutPolicy() jwt.Policy {
	return jwt.Policy{
		Use: "logout token of a provider", Algorithms: algorithms(), Types: []string{"logout+jwt", "JWT"}, Untyped: true,
		Audience: jwt.Among, MaxSize: maxLogoutToken, By: "jwt.by.provider", For: "jwt.for.us",
		Required: []string{"iss", "aud", "exp", "iat", "jti", "events"}, Absent: []string{"nonce"}, Leeway: skew, Punctual: true, MaxLife: maxLogoutLife,
	}
}

// narrowed are the algorithms that a provider announced.
func narrowed(doc Discovery) []jose.SignatureAlgorithm {
	list := make([]jose.SignatureAlgorithm, 0, len(doc.SigningAlgs)+1)
	for _, alg := range doc.SigningAlgs {
		list = append(list, jose.SignatureAlgorithm(alg))
	}
	return list
}
