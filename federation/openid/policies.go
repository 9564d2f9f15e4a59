package openid

import (
	"github.com/fedhub/fedhub/federation/internal/oauth2client"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/fedhub/fedhub/internal/upstreamhttp"
	"github.com/go-jose/go-jose/v4"
)

// TokenPolicies are the rules for providers' tokens.
func TokenPolicies() []jwt.Policy {
	return []jwt.Policy{idTokenPolicy(), userinfoPolicy(), logoutPolicy()}
}

// idTokenPolicy is for an id_token. A missing typ, or JWT, does not identify
// the kind of token, so the claims must; see signInChecks.
func idTokenPolicy() jwt.Policy {
	return jwt.Policy{
		Use: "id_token of a provider", Algorithms: append(algorithms(), jose.HS256), Types: []string{"JWT"}, Untyped: true,
		Audience: jwt.Party, MaxSize: oauth2client.MaxToken, By: "jwt.by.provider.exact", For: "jwt.for.us",
		Required: []string{"iss", "sub", "aud", "exp", "iat"}, Absent: []string{"events"}, Ignored: []string{"jti"}, Leeway: skew,
	}
}

// userinfoPolicy is for a signed userinfo answer (Core §5.3.2): it names the
// provider and us. It must not have the claims that bind an id_token to a
// sign-in or an access token, so that one cannot replace the other.
func userinfoPolicy() jwt.Policy {
	return jwt.Policy{
		Use: "userinfo of a provider", Algorithms: append(algorithms(), jose.HS256), Types: []string{"JWT"}, Untyped: true,
		Audience: jwt.Among, MaxSize: upstreamhttp.MaxBody, By: "jwt.by.provider.exact", For: "jwt.for.us",
		Required: []string{"iss", "sub", "aud"}, Absent: []string{"nonce", "at_hash", "events"}, Ignored: []string{"jti"}, Leeway: skew,
	}
}

// logoutPolicy is for a back-channel logout token (Back-Channel Logout §2.4):
// it has an event and never a nonce, so that it cannot be an id_token.
func logoutPolicy() jwt.Policy {
	return jwt.Policy{
		Use: "logout token of a provider", Algorithms: algorithms(), Types: []string{"logout+jwt", "JWT"}, Untyped: true,
		Audience: jwt.Among, MaxSize: maxLogoutToken, By: "jwt.by.provider", For: "jwt.for.us",
		Required: []string{"iss", "aud", "exp", "iat", "jti", "events"}, Absent: []string{"nonce"}, Leeway: skew, MaxLife: maxLogoutLife,
	}
}

// narrowed returns the algorithms that a provider announced.
func narrowed(algs []string) []jose.SignatureAlgorithm {
	list := make([]jose.SignatureAlgorithm, 0, len(algs)+1)
	for _, alg := range algs {
		list = append(list, jose.SignatureAlgorithm(alg))
	}
	return list
}
