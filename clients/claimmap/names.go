package claimmap

import (
	"slices"
	"strings"
)

// protocol are the claims of tokens and of introspection that are the hub's
// alone: RFC 7519 §4.1, OIDC Core §2, §3.3.2.11 and §5.6, RFC 7800, RFC 8693
// §4, RFC 9068 §2.2, RFC 9396 §9, RFC 7662 §2.2, and our own.
var protocol = []string{
	"iss", "sub", "aud", "exp", "iat", "nbf", "jti", "sid", "azp", "nonce", "auth_time", "acr", "amr",
	"at_hash", "c_hash", "s_hash", "cnf", "act", "may_act", "client_id", "scope", "typ", "fam", "par",
	"authorization_details", "active", "token_type", "username", "token_introspection", "events", "sub_jwk",
	"_claim_names", "_claim_sources",
}

// standard are the claims of OIDC Core §5.1. They come from their own fields
// alone: an application may decide by them who somebody is.
var standard = []string{
	"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website",
	"email", "email_verified", "gender", "birthdate", "zoneinfo", "locale", "phone_number", "phone_number_verified", "address", "updated_at",
}

// ours are claims that decide what somebody may do.
var ours = []string{"roles", "groups"}

// maxName is the length of a claim's name. It may be a URL (OIDC Core §5.1.2).
const maxName = 100

// NameFault is the code of what is wrong with the name of a claim; empty if it
// may be mapped. Upper and lower case are not distinguished, because many JSON
// libraries do not: "SUB" would be read as sub.
func NameFault(name string) string {
	folded := strings.ToLower(name)
	switch {
	case name == "" || len(name) > maxName || !letter(rune(name[0])) || strings.ContainsFunc(name, func(r rune) bool { return !letter(r) && !strings.ContainsRune("0123456789_-.:/~%?#", r) }):
		return "claims.name.bad"
	case slices.Contains(protocol, folded):
		return "claims.name.protocol"
	case slices.Contains(standard, folded):
		return "claims.name.standard"
	case slices.Contains(ours, folded):
		return "claims.name.ours"
	}
	return ""
}

func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
