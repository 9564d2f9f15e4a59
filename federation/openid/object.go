package openid

import "github.com/fedhub/fedhub/internal/jsonx"

type object = jsonx.Object

// deciding are the members that decisions depend on.
var deciding = []string{
	"iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce", "auth_time", "at_hash", "acr", "amr", "sid", "events",
	"email", "email_verified", "tid", "oid", "hd", "xms_edov", // the last four for presets
	"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint",
	"id_token_signing_alg_values_supported", "userinfo_signing_alg_values_supported", "fedhub_servers_endpoint", "keys",
	logoutEvent,
}

// parseObject also refuses an object with two spellings of a deciding name: for
// {"sub":"ada","Sub":"eve"} a careless reader uses the last one. All readers of
// one document must see the same values.
func parseObject(text []byte) (object, error) {
	o, err := jsonx.ParseObject(text)
	if err == nil && o.Ambiguous(deciding...) {
		err = jsonx.ErrTwice
	}
	if err != nil {
		return nil, err
	}
	return o, nil
}
