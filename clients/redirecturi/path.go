package redirecturi

import (
	"strings"

	"github.com/fedhub/fedhub/internal/texts"
)

// checkPath accepts the characters of RFC 3986 §3.3 without dot segments in
// any disguise.
func checkPath(path string) error {
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '%':
			value, ok := escape(path[i:])
			if !ok {
				return texts.Err("address.escape")
			}
			// A server may decode these before it looks at the path, some twice
			// (%252e), and then stands somewhere else.
			if value < ' ' || value == 0x7f || strings.IndexByte(`./\%`, value) >= 0 {
				return texts.Err("address.path.encoded", "escape", path[i:i+3])
			}
			i += 2
		case c == '$' || c == '(' || c == ')':
			return texts.Err("address.pattern", "character", string(c))
		case !pathChar(c):
			return texts.Err("address.path.character", "character", string(c))
		}
	}
	for segment := range strings.SplitSeq(path, "/") {
		// Some servers strip ";…" from a segment first, so "..;" is ".." to them.
		name, _, _ := strings.Cut(segment, ";")
		if name == "." || name == ".." {
			return texts.Err("address.path.dots")
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
				return texts.Err("address.escape")
			}
			if value < ' ' || value == 0x7f {
				return texts.Err("address.query.control")
			}
			i += 2
		case c == '\'':
			return texts.Err("address.query.apostrophe") // browsers do
		case c != '?' && !pathChar(c):
			return texts.Err("address.query.character", "character", string(c))
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
