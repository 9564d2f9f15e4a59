package redirecturi

import (
	"strings"

	"golang.org/x/net/idna"
)

// ASCIIHost is a host as it is kept, if it can be: in lower case and, where it
// has other letters than ASCII's, in its xn-- form.
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

// WithoutDefaultPort is a host without its port, if that is this one (":443").
func WithoutDefaultPort(host, port string) string {
	if port != "" && !strings.HasSuffix(host, "]"+port) && strings.Count(host, ":") > 1 {
		return host // of an IPv6 address, the end is no port
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
