// Package scopes knows the grammar of a scope, and which requested scopes count
// for a client. It knows no client: registered values are passed in.
package scopes

import (
	"slices"
	"strings"
)

const maxLength = 200

// OK checks a scope by the grammar of RFC 6749 §3.3.
func OK(scope string) bool {
	return scope != "" && len(scope) <= maxLength && !strings.ContainsFunc(scope, func(r rune) bool {
		return r <= ' ' || r > '~' || r == '"' || r == '\\'
	})
}

// Offline asks for refresh tokens that outlive the session (OIDC Core §11).
const Offline = "offline_access"

// Groups asks for the names of the user's groups. Many products ask for it by
// themselves, so it is ignored for a client that may not have it.
const Groups = "groups"

// Standard are the scopes that the hub itself interprets.
func Standard() []string {
	return []string{"openid", "profile", "email", "phone", "address", "roles", Groups, Offline, "sessions"}
}

// Entry is a scope in the form of the origins book: it cannot equal an origin.
func Entry(scope string) string { return "scope " + scope }

// Entries are the entries of a client, without the standard scopes.
func Entries(registered []string) []string {
	var out []string
	for _, scope := range registered {
		if !slices.Contains(Standard(), scope) {
			out = append(out, Entry(scope))
		}
	}
	return out
}

// Asked returns the requested scopes that count, in order. An unknown scope is
// ignored (OIDC Core §3.1.2.1), and so is offline_access if the client gets no
// refresh tokens (§11). Nothing is given that the client may not have. A scope
// that exists here but belongs to other clients is returned as foreign, so that
// the client gets an error instead of missing permissions. exists reports
// whether a non-standard scope exists.
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
		case scope == Groups:
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
