package addresses

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// MaxSlug bounds an id, in bytes.
const MaxSlug = 40

// Slug makes an id from a name: "Head Office (Köln)" becomes
// "head-office-koln". A name without a usable letter becomes "key".
func Slug(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		switch {
		case unicode.Is(unicode.Mn, r): // the accent that NFKD separated
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() == MaxSlug-4 { // leaves room for a number
			break
		}
	}
	id := strings.Trim(b.String(), "-")
	if !IsSlug(id) {
		return "key"
	}
	return id
}

// IsSlug reports whether a text is a slug. "new" is reserved for a page.
func IsSlug(s string) bool {
	if s == "" || s == "new" || len(s) > MaxSlug || strings.Trim(s, "-") != s || strings.Contains(s, "--") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

// DomainName reports whether a text is a host name of at least two labels, in
// its ASCII form.
func DomainName(s string) bool {
	ascii, err := idna.Lookup.ToASCII(s)
	return err == nil && ascii == s && strings.Contains(s, ".") && !strings.HasSuffix(s, ".") && len(s) <= 253
}
