package redirecturi

import (
	"strings"

	"golang.org/x/net/idna"
)

// ASCIIHost is a host in its stored form, if it has one: in lower case, with
// non-ASCII names in xn-- form.
func ASCIIHost(host string) string {
	if isASCII(host) {
		return strings.ToLower(host)
	}
	name, port, found := strings.Cut(host, ":")
	if ascii, err := idna.Lookup.ToASCII(name); err == nil {
		name = ascii
	}
	if found {
		return name + ":" + port
	}
	return name
}

// WithoutDefaultPort removes the port if it is this one (":443").
func WithoutDefaultPort(host, port string) string {
	if port != "" && !strings.HasSuffix(host, "]"+port) && strings.Count(host, ":") > 1 {
		return host // the end of an IPv6 address, not a port
	}
	return strings.TrimSuffix(host, port)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] > 0x7f {
			return false
		}
	}
	return true
}
