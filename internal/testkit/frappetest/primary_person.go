package frappetest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// about are the claims about a user at every endpoint.
func (v *visit) about(u Person) map[string]any {
	claims := map[string]any{
		"sub": orNull(u.Subject), "name": orNull(u.name()), "given_name": orNull(u.First), "family_name": orNull(u.Last),
		"email": u.Email, "picture": nil, "roles": u.Roles, "iss": v.issuer(),
	}
	switch {
	case strings.HasPrefix(u.Picture, "/"):
		claims["picture"] = v.issuer() + u.Picture
	case u.Picture != "":
		claims["picture"] = u.Picture
	}
	return claims
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// issuer is the Base URL of the site's own key, even if that is another site.
func (v *visit) issuer() string {
	if v.BaseURL != "" {
		return v.BaseURL
	}
	return v.origin
}

// profile is userinfo. The client's scopes decide, not the token's.
func (v *visit) profile() {
	switch {
	case v.user == "":
		v.frappeError(http.StatusForbidden, "PermissionError", "You are not permitted to access this resource.")
	case v.bearer == nil:
		v.missing("OAuth Bearer Token", "None")
	case !slices.Contains(v.Clients[v.bearer.Client].list(), "openid"):
		v.pageError(http.StatusUnauthorized, "invalid_token", "The access token provided is expired, revoked, malformed, or invalid for other reasons.")
	default:
		v.json(http.StatusOK, v.about(v.People[v.user]))
	}
}

// loggedUser stands for all other methods that accept a token.
func (v *visit) loggedUser() {
	if v.user == "" {
		v.frappeError(http.StatusForbidden, "PermissionError", "You are not permitted to access this resource.")
		return
	}
	v.json(http.StatusOK, map[string]string{"message": v.user})
}

// idToken is signed with the client secret, even if that is short.
func (v *visit) idToken(c Client, code Code, access string) string {
	claims := v.about(v.People[code.Person])
	sum := sha256.Sum256([]byte(access))
	claims["aud"], claims["iat"], claims["exp"] = c.ID, v.now().Unix(), v.now().Add(time.Hour).Unix()
	claims["at_hash"] = base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
	if code.Nonce != "" {
		claims["nonce"] = code.Nonce
	}
	return SignHS256(c.Secret, claims)
}

// SignHS256 signs claims as a site does.
func SignHS256(secret string, claims map[string]any) string {
	// RFC 2104 §2 pads a short key with zeros. Padding it here gives the same
	// signature, and the library accepts the length.
	key := make([]byte, max(len(secret), sha256.Size))
	copy(key, secret)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: key}, (&jose.SignerOptions{}).WithType("jwt"))
	if err != nil {
		panic(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		panic(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return text
}

// india is the error of exp in introspection on most sites.
const india = 5*time.Hour + 30*time.Minute

// introspect says active for a token that is not revoked, even an expired one,
// and names the user of a revoked token.
func (v *visit) introspect() {
	q := v.params()
	if v.g >= G4 && v.r.Method != http.MethodPost {
		v.frappeError(http.StatusForbidden, "PermissionError", "Not permitted")
		return
	}
	token := q.Get("token")
	i := slices.IndexFunc(v.Tokens, func(t Token) bool {
		if q.Get("token_type_hint") == "refresh_token" {
			return token != "" && t.Refresh == token
		}
		return token != "" && t.Access == token
	})
	if i < 0 {
		v.json(http.StatusOK, map[string]any{"active": false, "_server_messages": messages("OAuth Bearer Token not found")})
		return
	}
	t := v.Tokens[i]
	answer := map[string]any{"client_id": t.Client, "trusted_client": 0, "active": !t.Revoked, "exp": t.Expires.Add(india).Unix(), "scope": t.Scopes}
	if v.Clients[t.Client].Trusted {
		answer["trusted_client"] = 1
	}
	if u := v.People[t.Person]; u.Subject != "" && slices.Contains(strings.Fields(t.Scopes), "openid") {
		for name, value := range v.about(u) {
			answer[name] = value
		}
	}
	v.json(http.StatusOK, answer)
}
