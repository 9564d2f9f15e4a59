package hubs

import (
	"net/netip"
	"strings"

	"github.com/fedhub/fedhub/clients/redirecturi"
)

// DomainAllows reports whether a host is on a list of trusted domains.
// "example.org" is only that host, ".example.org" every host below it but not
// itself. A port of the host (as in Server.Host) is ignored. Names are ASCII;
// only case is ignored.
func DomainAllows(domains []string, host string) bool {
	host = lower(withoutPort(host))
	if host == "" || strings.HasSuffix(host, ".") {
		return false
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	isAddress := err == nil
	for _, domain := range domains {
		domain = lower(strings.TrimSpace(domain))
		below, isRule := strings.CutPrefix(domain, ".")
		switch {
		case !isRule && domain != "" && host == domain:
			return true
		// The parts of an IP address are not a hierarchy of names.
		case isRule && below != "" && !isAddress && strings.HasSuffix(host, domain) && len(host) > len(domain):
			return true
		}
	}
	return false
}

// withoutPort turns "example.org:8080" into "example.org" and leaves [::1]
// unchanged.
func withoutPort(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") && redirecturi.ValidPort(host[i+1:]) {
		return host[:i]
	}
	return host
}

// lower folds ASCII only: strings.ToLower would turn the Kelvin sign into a k.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
