package forms

import "strings"

// Words splits what was typed at blanks, lines and commas. It is for scopes,
// origins and domains, which people have in lists of every kind.
func Words(typed string) []string {
	return strings.FieldsFunc(typed, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
}

// Addresses splits what was typed at blanks and lines, and never at a comma,
// which is a character of addresses (RFC 3986 §2.2).
func Addresses(typed string) []string { return strings.Fields(typed) }

// Domains are mail domains as people write them, with an @ or without.
func Domains(typed string) []string {
	all := Words(typed)
	for i, domain := range all {
		all[i] = strings.ToLower(strings.TrimPrefix(domain, "@"))
	}
	return all
}
