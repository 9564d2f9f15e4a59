package redirecturi

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// OriginOf returns the origin of a web address as a browser writes it (RFC 6454
// §6.2), or "" for any other address.
func OriginOf(address string) string {
	u, err := Parse(address)
	if err != nil || !u.Web() {
		return ""
	}
	return u.Scheme + "://" + u.HostPort()
}

// Spelled reports whether scheme, host and port of the address that u was
// parsed from are written as browsers write them. An id must be, so that it has
// one form.
func (u URI) Spelled(address string) bool {
	rest, found := strings.CutPrefix(address, u.Scheme+"://"+u.HostPort())
	return u.Web() && found && (rest == "" || rest[0] == '/' || rest[0] == '?')
}

// SourceOf is the origin of an address as a Content-Security-Policy source, or
// "" if it cannot be one. The grammar allows no underscore and no IPv6 address
// (CSP Level 3 §2.3.1), and browsers ignore invalid sources.
func SourceOf(address string) string {
	origin := OriginOf(address)
	if strings.ContainsAny(origin, "_[") {
		return ""
	}
	return origin
}

// FormSourceOf is SourceOf for a form target. For a name with an underscore it
// is a wildcard of the parent domain, unless that is a public suffix, below
// which anyone can register a name.
func FormSourceOf(address string) string {
	u, err := Parse(address)
	if err != nil || !u.Web() || strings.HasPrefix(u.Host, "[") || !strings.Contains(u.Host, "_") {
		return SourceOf(address)
	}
	_, above, _ := strings.Cut(u.Host[strings.LastIndexByte(u.Host, '_'):], ".")
	if suffix, _ := publicsuffix.PublicSuffix(above); suffix == above {
		return ""
	}
	u.Host = "*." + above
	return u.Scheme + "://" + u.HostPort()
}

// SameOrigin reports whether an address has the scheme, host and port of base.
func SameOrigin(base URI, address string) bool {
	u, err := Parse(address)
	return err == nil && u.SameOrigin(base)
}

// Local reports whether only a program on the user's own machine can receive
// what is sent to an address.
func Local(address string) bool {
	u, err := Parse(address)
	return err == nil && (!u.Web() || u.Scheme == "http" && u.Loopback())
}

// Hosts are the distinct hosts of addresses. Private-use schemes have none, and
// loopback hosts identify no owner.
func Hosts(addresses []string) []string {
	var hosts []string
	for _, address := range addresses {
		u, err := Parse(address)
		if err == nil && u.Web() && !u.Loopback() && !slices.Contains(hosts, u.Host) {
			hosts = append(hosts, u.Host)
		}
	}
	return hosts
}
