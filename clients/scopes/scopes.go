// Package scopes knows what a scope is, and which of those that a request asks
// for count for a client. It knows no client: what is registered is handed in.
package scopes

import "strings"

const maxLength = 200

// OK holds a scope against the grammar of RFC 6749 §3.3.
func OK(scope string) bool {
	return scope != "" && len(scope) <= maxLength && !strings.ContainsFunc(scope, func(r rune) bool {
		return r <= ' ' || r > '~' || r == '"' || r == '\\'
	})
}
