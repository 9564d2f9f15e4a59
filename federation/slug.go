package federation

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// SlugOf makes an id from a name: "Head Office (Köln)" becomes
// "head-office-koln". A name without a usable letter becomes "key".
func SlugOf(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		switch {
		case unicode.Is(unicode.Mn, r): // the accent that NFKD split off
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() == maxID-4 { // leaves room for a number that tells twins apart
			break
		}
	}
	id := strings.Trim(b.String(), "-")
	if !slug(id) {
		return "key"
	}
	return id
}

// slug tells whether a text is a slug. "new" is a page of the administration.
func slug(s string) bool {
	if s == "" || s == "new" || len(s) > maxID || strings.Trim(s, "-") != s || strings.Contains(s, "--") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

// domainName tells whether a text is a host name of at least two labels, as
// behind the @ of an address, in its ASCII form.
func domainName(s string) bool {
	ascii, err := idna.Lookup.ToASCII(s)
	return err == nil && ascii == s && strings.Contains(s, ".") && !strings.HasSuffix(s, ".") && len(s) <= 253
}
