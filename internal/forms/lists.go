package forms

import "strings"

// Words splits typed text at spaces, lines and commas. It is for scopes,
// origins and domains.
func Words(typed string) []string {
	return strings.FieldsFunc(typed, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
}

// Addresses splits typed text at spaces and lines, but not at commas, which can
// be part of addresses (RFC 3986 §2.2).
func Addresses(typed string) []string { return strings.Fields(typed) }

// Domains reads mail domains, with an @ or without.
func Domains(typed string) []string {
	all := Words(typed)
	for i, domain := range all {
		all[i] = strings.ToLower(strings.TrimPrefix(domain, "@"))
	}
	return all
}
