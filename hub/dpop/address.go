package dpop

import (
	"net/url"
	"strings"
)

const maxAddress = 2048 // bytes

// sameAddress compares an htu with an address of the hub: without query and
// fragment, after the normalizations of RFC 3986 §6.2.2 and §6.2.3 (RFC 9449
// §4.3 rule 9).
func sameAddress(htu, ours string) bool {
	a, ok := normal(htu)
	b, okay := normal(ours)
	return ok && okay && a == b
}

func normal(raw string) (string, bool) {
	if len(raw) > maxAddress {
		return "", false
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.Opaque != "" {
		return "", false
	}
	scheme, host, port := strings.ToLower(u.Scheme), strings.ToLower(u.Hostname()), u.Port()
	usual, web := map[string]string{"https": "443", "http": "80"}[scheme]
	if !web || host == "" {
		return "", false
	}
	if port == usual {
		port = ""
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" {
		host += ":" + port
	}
	return scheme + "://" + host + withoutDots(unescapeLetters(u.EscapedPath())), true
}

// withoutDots removes dot segments (RFC 3986 §5.2.4), after escaped dots
// became dots.
func withoutDots(path string) string {
	var kept []string
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, segment := range segments {
		last := i == len(segments)-1
		switch segment {
		case ".":
		case "..":
			kept = kept[:max(len(kept)-1, 0)]
		default:
			kept = append(kept, segment)
			continue
		}
		if last {
			kept = append(kept, "")
		}
	}
	return "/" + strings.Join(kept, "/")
}

// unescapeLetters decodes unnecessary escapes and writes the others in upper
// case (RFC 3986 §6.2.2.1, §6.2.2.2).
func unescapeLetters(path string) string {
	var out strings.Builder
	for i := 0; i < len(path); i++ {
		if path[i] != '%' || i+2 >= len(path) {
			out.WriteByte(path[i])
			continue
		}
		triplet := path[i : i+3]
		if plain, err := url.PathUnescape(triplet); err == nil && unreserved(plain[0]) {
			out.WriteString(plain)
		} else {
			out.WriteString(strings.ToUpper(triplet))
		}
		i += 2
	}
	return out.String()
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}
