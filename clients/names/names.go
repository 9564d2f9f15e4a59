// Package names decides which names of clients can be shown to users.
package names

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Max is the longest name, in characters.
const Max = 100

// OK reports whether a client's name can be shown to users.
func OK(name string) bool {
	return name != "" && Printable(name) && utf8.RuneCountInString(name) <= Max
}

// Printable refuses control and format characters: a right-to-left override can
// make one name look like another.
func Printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.Is(unicode.C, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)
	})
}
