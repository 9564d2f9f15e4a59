// Package granttypes lists the grant types and response types, with their names
// in the form and their fixed order. It knows no client.
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
	None              = "none"                                            // neither Authorization Code nor Implicit, until the client is saved
)

// known are the grant types in their fixed order, with their names in the form.
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

// Name is the name of a grant type in the form; empty if it is unknown.
func Name(grant string) string {
	for _, g := range known {
		if g.grant == grant {
			return g.name
		}
	}
	return ""
}

// Named returns the grant type with this name in the form, ignoring case and
// treating a dash as a space. Other values, such as the names on the wire, are
// returned as they are.
func Named(name string) string {
	plain := strings.NewReplacer("_", " ", "-", " ").Replace(strings.TrimSpace(name))
	for _, g := range known {
		if strings.EqualFold(g.name, plain) {
			return g.grant
		}
	}
	return name
}

// InOrder sorts grant types into the fixed order, each once; unknown ones come
// last.
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
