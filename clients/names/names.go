// Package names knows which names of clients people can be shown.
package names

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Max is the longest name, in characters.
const Max = 100

// OK reports whether people can be shown this as a client's name.
func OK(name string) bool {
	return name != "" && Printable(name) && utf8.RuneCountInString(name) <= Max
}

// Printable refuses control and format characters: a right-to-left override
// lets one name look like another.
func Printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.Is(unicode.C, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)
	})
}
