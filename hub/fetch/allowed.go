package fetch

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// AllowedSetting is the environment variable that sets Policy.Allowed.
const AllowedSetting = "FEDHUB_ALLOWED_ADDRESSES"

// An Allowed is one entry of the operator's list of private addresses that the
// hub may reach: an address range, or a host by the requested name. Addresses
// that are always forbidden stay so, and plain http is not allowed.
type Allowed struct {
	prefix netip.Prefix // if valid; else
	host   string       // the name
	port   uint16       // 0 for every web server port
}

// ParseAllowed reads one entry: 10.1.0.0/16, 10.1.0.0/16:8443, 10.1.2.3,
// 10.1.2.3:8443, [fd00::1]:8443, [fd00::/64]:8443, suite.example.internal or suite.example.internal:8443.
func ParseAllowed(text string) (Allowed, error) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return Allowed{prefix: prefix.Masked()}, nil
	}
	if ip, err := netip.ParseAddr(text); err == nil {
		return Allowed{prefix: netip.PrefixFrom(ip, ip.BitLen())}, nil
	}
	host, port := text, uint16(0)
	if h, p, err := net.SplitHostPort(text); err == nil {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return Allowed{}, fmt.Errorf("%q has an invalid port; use a number from 1 to 65535", text)
		}
		host, port = h, uint16(n)
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return Allowed{prefix: netip.PrefixFrom(ip, ip.BitLen()), port: port}, nil
	}
	if prefix, err := netip.ParsePrefix(host); err == nil {
		return Allowed{prefix: prefix.Masked(), port: port}, nil
	}
	if !hostName(host) {
		return Allowed{}, fmt.Errorf("%q is neither an address range nor a host", text)
	}
	return Allowed{host: strings.ToLower(host), port: port}, nil
}

// hostName refuses misspelled addresses and wildcards: an entry must be
// explicit.
func hostName(host string) bool {
	if host == "" || len(host) > 253 || strings.Trim(host, "0123456789.") == "" {
		return false
	}
	return !strings.ContainsFunc(host, func(r rune) bool {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
		return !letter && r != '-' && r != '.'
	})
}

// takesPort: an entry without a port is for web server ports only.
func (a Allowed) takesPort(port uint16) bool {
	return a.port == port || a.port == 0 && webPort(port)
}

// allowedIP reports whether an entry covers an address to connect to.
func allowedIP(list []Allowed, target netip.AddrPort) bool {
	ip := target.Addr().Unmap().WithZone("")
	return slices.ContainsFunc(list, func(a Allowed) bool {
		return a.prefix.IsValid() && a.prefix.Contains(ip) && a.takesPort(target.Port())
	})
}

// allowedHost reports whether an entry names the requested host, as
// "host:port".
func allowedHost(list []Allowed, hostport string) bool {
	host, text, err := net.SplitHostPort(hostport)
	port, perr := strconv.ParseUint(text, 10, 16)
	if err != nil || perr != nil {
		return false
	}
	return slices.ContainsFunc(list, func(a Allowed) bool {
		return a.host != "" && strings.EqualFold(a.host, strings.TrimSuffix(host, ".")) && a.takesPort(uint16(port))
	})
}
