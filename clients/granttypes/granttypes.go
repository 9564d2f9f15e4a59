// Package granttypes knows the grant types and response types that there are,
// what administrators call them and in which order they are kept. It knows no
// client.
package granttypes

import (
	"slices"
	"strings"
)

// The grant types, by their names on the wire (RFC 7591 §2).
const (
	Code              = "authorization_code"
	Implicit          = "implicit"
	Refresh           = "refresh_token"
	ClientCredentials = "client_credentials"
	Device            = "urn:ietf:params:oauth:grant-type:device_code"    // RFC 8628
	Exchange          = "urn:ietf:params:oauth:grant-type:token-exchange" // RFC 8693
	JWT               = "urn:ietf:params:oauth:grant-type:jwt-bearer"     // RFC 7523 §2.1
	CIBA              = "urn:openid:params:grant-type:ciba"               // OpenID Connect CIBA
	None              = "none"                                            // neither of the first two, said until the client is saved
)

// known are the grant types in the order in which they are kept, with what
// administrators call them.
var known = []struct{ grant, name string }{
	{Code, "Authorization Code"},
	{Implicit, "Implicit"},
	{Refresh, "Refresh Token"},
	{ClientCredentials, "Client Credentials"},
	{Device, "Device"},
	{Exchange, "Token Exchange"},
	{JWT, "JWT Bearer"},
	{CIBA, "CIBA"},
	{None, "None"},
}

// Name is what administrators call a grant type; empty if there is none of that
// name on the wire.
func Name(grant string) string {
	for _, g := range known {
		if g.grant == grant {
			return g.name
		}
	}
	return ""
}

// Named is the grant type that administrators call so, in any case and with any
// dash for a blank; what has no such name stands for itself, as the names on
// the wire do.
func Named(name string) string {
	plain := strings.NewReplacer("_", " ", "-", " ").Replace(strings.TrimSpace(name))
	for _, g := range known {
		if strings.EqualFold(g.name, plain) {
			return g.grant
		}
	}
	return name
}

// InOrder are grant types, each once, in the order in which they are kept; what
// there is not comes last.
func InOrder(grants []string) []string {
	var ordered []string
	for _, g := range known {
		if slices.Contains(grants, g.grant) {
			ordered = append(ordered, g.grant)
		}
	}
	for _, grant := range grants {
		if !slices.Contains(ordered, grant) {
			ordered = append(ordered, grant)
		}
	}
	return ordered
}
