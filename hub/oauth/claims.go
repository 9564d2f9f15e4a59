package oauth

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/fedhub/fedhub/internal/jsonx"
)

// A ClaimsRequest is the claims parameter, read (OIDC Core §5.5).
type ClaimsRequest struct {
	Userinfo map[string]ClaimWish
	IDToken  map[string]ClaimWish
}

// A ClaimWish says how one claim is requested (OIDC Core §5.5.1). The zero
// value is a voluntary claim with any value.
type ClaimWish struct {
	Essential bool
	Values    []any // the only acceptable values; empty: any
}

const (
	maxClaimsBytes = 8 << 10
	maxClaims      = 100 // in each of the two lists
)

// ParseClaims reads a claims parameter; an empty one asks for nothing. It
// ignores unknown members, as §5.5 requires, and checks the type of known ones.
// Language tags are removed: a user has one value for each claim here (§5.2).
// The error is *Error.
func ParseClaims(raw string) (ClaimsRequest, error) {
	if raw == "" {
		return ClaimsRequest{}, nil
	}
	if len(raw) > maxClaimsBytes {
		return ClaimsRequest{}, InvalidRequest("oauth.claims.long")
	}
	var members jsonx.Object
	if jsonx.Unmarshal([]byte(raw), &members) != nil || members == nil {
		return ClaimsRequest{}, InvalidRequest("oauth.claims.json")
	}
	var out ClaimsRequest
	var err error
	if out.Userinfo, err = parseWishes("userinfo", members["userinfo"]); err != nil {
		return ClaimsRequest{}, err
	}
	out.IDToken, err = parseWishes("id_token", members["id_token"])
	return out, err
}

func parseWishes(member string, raw jsonx.Value) (map[string]ClaimWish, error) {
	if raw == nil {
		return nil, nil
	}
	var claims jsonx.Object
	if jsonx.Unmarshal(raw, &claims) != nil {
		return nil, InvalidRequest("oauth.claims.member", "member", member)
	}
	if len(claims) > maxClaims {
		return nil, InvalidRequest("oauth.claims.many")
	}
	wishes := make(map[string]ClaimWish, len(claims))
	for name, text := range claims {
		wish, ok := parseWish(text)
		if !ok {
			return nil, InvalidRequest("oauth.claims.claim", "member", member)
		}
		name, _, tagged := strings.Cut(name, "#")
		if _, plain := wishes[name]; tagged && plain {
			continue
		}
		wishes[name] = wish
	}
	return wishes, nil
}

// parseWish reads null, or the members of §5.5.1.
func parseWish(text jsonx.Value) (ClaimWish, bool) {
	var members jsonx.Object
	if jsonx.Unmarshal(text, &members) != nil {
		return ClaimWish{}, false
	}
	var wish ClaimWish
	if raw, found := members["essential"]; found && jsonx.Unmarshal(raw, &wish.Essential) != nil {
		return ClaimWish{}, false
	}
	if raw, found := members["values"]; found && jsonx.Unmarshal(raw, &wish.Values) != nil {
		return ClaimWish{}, false
	}
	if raw, found := members["value"]; found {
		var value any
		if jsonx.Unmarshal(raw, &value) != nil {
			return ClaimWish{}, false
		}
		wish.Values = append(wish.Values, value)
	}
	return wish, true
}

// Admits reports whether a value is one of the requested. It compares as JSON
// does: 1 equals 1.0, and a string never equals a number.
func (w ClaimWish) Admits(value any) bool {
	if len(w.Values) == 0 {
		return true
	}
	text, err := json.Marshal(value)
	if err != nil {
		return false
	}
	var plain any
	if jsonx.Unmarshal(text, &plain) != nil {
		return false
	}
	for _, wanted := range w.Values {
		if reflect.DeepEqual(wanted, plain) {
			return true
		}
	}
	return false
}

// Texts are the requested values that are strings, in order: for acr and sub.
func (w ClaimWish) Texts() []string {
	var out []string
	for _, value := range w.Values {
		if text, ok := value.(string); ok {
			out = append(out, text)
		}
	}
	return out
}
