// Package scopes knows what a scope is, and which of those that a request asks
// for count for a client. It knows no client: what is registered is handed in.
package scopes

import (
	"slices"
	"strings"
)

const maxLength = 200

// OK holds a scope against the grammar of RFC 6749 §3.3.
func OK(scope string) bool {
	return scope != "" && len(scope) <= maxLength && !strings.ContainsFunc(scope, func(r rune) bool {
		return r <= ' ' || r > '~' || r == '"' || r == '\\'
	})
}

// Offline asks for refresh tokens that outlive the session (OIDC Core §11).
const Offline = "offline_access"

// Standard are the scopes that the hub itself gives meaning to.
func Standard() []string {
	return []string{"openid", "profile", "email", "phone", "address", "roles", Offline, "sessions"}
}

// Entry is a scope as the book of origins has it: no origin looks like it.
func Entry(scope string) string { return "scope " + scope }

// Entries are those of a client, but for the standard ones.
func Entries(registered []string) []string {
	var out []string
	for _, scope := range registered {
		if !slices.Contains(Standard(), scope) {
			out = append(out, Entry(scope))
		}
	}
	return out
}

// Asked returns the scopes that count of those that a request asks for, in its
// order. One that nobody knows is ignored (OIDC Core §3.1.2.1), and so is
// offline_access where there are no refresh tokens (§11); who gets those may ask
// for it. The rule that stays: nothing is given that the client may not have.
// One that exists here and is another's is returned as foreign, for a client
// that misses what it needs should be told. exists says whether a scope beside
// the standard ones does.
func Asked(asked, registered []string, refreshes bool, exists func(string) (bool, error)) (count []string, foreign string, err error) {
	for _, scope := range asked {
		switch {
		case scope == Offline:
			if refreshes {
				count = append(count, scope)
			}
			continue
		case slices.Contains(registered, scope):
			count = append(count, scope)
			continue
		case slices.Contains(Standard(), scope):
			return nil, scope, nil
		}
		if known, err := exists(scope); known || err != nil {
			return nil, scope, err
		}
	}
	return count, "", nil
}
