package redirecturi

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/fedhub/fedhub/internal/texts"
)

// checkPath accepts the characters of RFC 3986 §3.3 and refuses dot segments in
// any encoding.
func checkPath(path string) error {
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '%':
			if _, ok := escape(path[i:]); !ok {
				return texts.Err("address.escape")
			}
			i += 2
		case !pathChar(c):
			return texts.Err("address.path.character", "character", string(c))
		}
	}
	// A server may decode a path before it checks it, sometimes twice (%252e).
	// So no decoded form of it may have a dot segment. The loop is bounded,
	// because an address with %252525… has very many decoded forms.
	for range maxReadings {
		if err := checkSegments(path); err != nil {
			return err
		}
		decoded := unescape(path)
		if decoded == path {
			return nil
		}
		path = decoded
	}
	return texts.Err("address.path.nested", "max", maxReadings-1)
}

// maxReadings is how many forms a path may have: as written, and decoded
// repeatedly until nothing is encoded.
const maxReadings = 4

// checkSegments refuses dot segments and similar in one form of a path.
func checkSegments(path string) error {
	path = norm.NFKC.String(overlong.Replace(path))
	for i := range len(path) {
		if c := path[i]; c < ' ' || c == 0x7f || c == '\\' {
			return texts.Err("address.path.encoded")
		}
	}
	for segment := range strings.SplitSeq(path, "/") {
		// Some servers first remove ";…" from a segment and spaces at its ends;
		// some parse the decoded path again as an address with query and
		// fragment.
		if i := strings.IndexAny(segment, ";?#"); i >= 0 {
			segment = segment[:i]
		}
		if name := strings.TrimSpace(segment); name == "." || name == ".." {
			return texts.Err("address.path.dots")
		}
	}
	return nil
}

// overlong finds overlong UTF-8 encodings of the important characters of a
// path, which lenient decoders accept (RFC 3629 §3). NFKC finds characters that
// only look like them, such as full-width ones.
var overlong = func() *strings.Replacer {
	var pairs []string
	for _, c := range []byte("./\\;?# ") {
		high, low := c>>6, 0x80|c&0x3f
		for _, form := range []string{string([]byte{0xc0 | high, low}), string([]byte{0xe0, 0x80 | high, low}), string([]byte{0xf0, 0x80, 0x80 | high, low})} {
			pairs = append(pairs, form, string(c))
		}
	}
	return strings.NewReplacer(pairs...)
}()

// unescape decodes every %XX of a text once.
func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if value, ok := escape(s[i:]); ok {
			out.WriteByte(value)
			i += 2
			continue
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// checkQuery accepts the characters of RFC 3986 §3.4. Browsers write an
// apostrophe as %27, which is equal.
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
		case c != '?' && !pathChar(c):
			return texts.Err("address.query.character", "character", string(c))
		}
	}
	return nil
}

// escape decodes the %XX at the beginning of s.
func escape(s string) (value byte, ok bool) {
	if len(s) < 3 || s[0] != '%' {
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
