package redirecturi

import (
	"slices"
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
