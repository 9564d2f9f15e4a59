package oauth

import (
	"slices"
	"strings"
)

const (
	maxScopes     = 100
	maxScopeBytes = 4 << 10
)

// ParseScope splits a scope parameter into its tokens, without duplicates and
// in the order sent (RFC 6749 §3.3).
func ParseScope(raw string) ([]string, error) {
	if len(raw) > maxScopeBytes {
		return nil, InvalidScope("oauth.scope.long")
	}
	var scopes []string
	for token := range strings.SplitSeq(raw, " ") {
		if token == "" {
			continue // tolerate repeated spaces
		}
		if !scopeToken(token) {
			return nil, InvalidScope("oauth.scope.character")
		}
		if !slices.Contains(scopes, token) {
			scopes = append(scopes, token)
		}
		if len(scopes) > maxScopes {
			return nil, InvalidScope("oauth.scope.many")
		}
	}
	return scopes, nil
}

// scopeToken is 1*( %x21 / %x23-5B / %x5D-7E ).
func scopeToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c < 0x21 || c > 0x7e || c == '"' || c == '\\' {
			return false
		}
	}
	return s != ""
}

// JoinScope is the inverse of ParseScope.
func JoinScope(scopes []string) string { return strings.Join(scopes, " ") }

// Covers reports whether every requested scope was granted. Scopes are compared
// whole: "read" does not cover "readonly".
func Covers(granted, asked []string) bool {
	for _, s := range asked {
		if !slices.Contains(granted, s) {
			return false
		}
	}
	return true
}

// Missing returns the scopes that are requested and not granted.
func Missing(granted, asked []string) []string {
	var out []string
	for _, s := range asked {
		if !slices.Contains(granted, s) {
			out = append(out, s)
		}
	}
	return out
}
