package redirecturi

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// OriginOf returns the origin of an address on the web as a browser writes it
// (RFC 6454 §6.2), or "" for every other address.
func OriginOf(address string) string {
	u, err := Parse(address)
	if err != nil || !u.Web() {
		return ""
	}
	return u.Scheme + "://" + u.HostPort()
}

// Spelled reports whether scheme, host and port of the address that u was read
// from, one on the web, are written as browsers write them. What is an id must
// be: there is one spelling.
func (u URI) Spelled(address string) bool {
	rest, found := strings.CutPrefix(address, u.Scheme+"://"+u.HostPort())
	return u.Web() && found && (rest == "" || rest[0] == '/' || rest[0] == '?')
}

// SourceOf is the origin of an address as a Content-Security-Policy can name it,
// or "" if it cannot. Its grammar knows no underscore and no IPv6 address (CSP
// Level 3 §2.3.1), and a browser ignores what it cannot read.
func SourceOf(address string) string {
	origin := OriginOf(address)
	if strings.ContainsAny(origin, "_[") {
		return ""
	}
	return origin
}

// FormSourceOf is SourceOf for where a form leads. Of a name with an underscore
// it is what that name stands under, unless that is a public suffix, under
// which anybody may have a name.
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

// Local reports whether only a program on the person's own machine can receive
// what is sent to an address.
func Local(address string) bool {
	u, err := Parse(address)
	return err == nil && (!u.Web() || u.Scheme == "http" && u.Loopback())
}

// Hosts are the different hosts of addresses. A scheme of the app's own has
// none, and everybody's machine is nobody's.
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
