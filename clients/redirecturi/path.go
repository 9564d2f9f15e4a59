package redirecturi

import (
	"errors"
	"fmt"
	"strings"
)

// checkPath accepts the characters of RFC 3986 §3.3 without dot segments in
// any disguise.
func checkPath(path string) error {
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '%':
			value, ok := escape(path[i:])
			if !ok {
				return errors.New("has a % that is not followed by two hexadecimal digits")
			}
			// A server may decode these before it looks at the path, some twice
			// (%252e), and then stands somewhere else.
			if value < ' ' || value == 0x7f || strings.IndexByte(`./\%`, value) >= 0 {
				return fmt.Errorf("has %s in its path; encoded dots, slashes, percent signs and control characters are not allowed", path[i:i+3])
			}
			i += 2
		case c == '$' || c == '(' || c == ')':
			return fmt.Errorf("contains %q; patterns are not supported, list every address in full", c)
		case !pathChar(c):
			return fmt.Errorf("has the character %q in its path", c)
		}
	}
	for segment := range strings.SplitSeq(path, "/") {
		// Some servers strip ";…" from a segment first, so "..;" is ".." to them.
		name, _, _ := strings.Cut(segment, ";")
		if name == "." || name == ".." {
			return errors.New(`has "." or ".." as a part of its path`)
		}
	}
	return nil
}

// checkQuery accepts the characters of RFC 3986 §3.4.
func checkQuery(query string) error {
	for i := 0; i < len(query); i++ {
		switch c := query[i]; {
		case c == '%':
			value, ok := escape(query[i:])
			if !ok {
				return errors.New("has a % that is not followed by two hexadecimal digits")
			}
			if value < ' ' || value == 0x7f {
				return errors.New("has an encoded control character in its query")
			}
			i += 2
		case c == '\'':
			return errors.New(`has an apostrophe in its query; write %27`) // browsers do
		case c != '?' && !pathChar(c):
			return fmt.Errorf("has the character %q in its query", c)
		}
	}
	return nil
}

// escape decodes the %XX that s begins with.
func escape(s string) (value byte, ok bool) {
	if len(s) < 3 {
		return 0, false
	}
	high, ok1 := hexDigit(s[1])
	low, ok2 := hexDigit(s[2])
	return high<<4 | low, ok1 && ok2
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// pathChar reports whether c is a pchar or a slash (RFC 3986 §3.3).
func pathChar(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("-._~!$&'()+,;=:@/", c) >= 0
}
