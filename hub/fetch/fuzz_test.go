package fetch

import (
	"net"
	"net/netip"
	"net/url"
	"testing"
)

// FuzzSafeDialTarget compares the guard with a second implementation by other
// functions of the standard library: an allowed address is global unicast and in
// no special range.
func FuzzSafeDialTarget(f *testing.F) {
	for _, seed := range []string{
		"127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
		"2001:0:1::1", "100.64.0.1", "0.0.0.0", "::", "255.255.255.255", "192.0.2.1", "2001:db8::1", "fd00:ec2::254",
		"fe80::1", "ff02::1", "8.8.8.8", "2606:4700::1111", "100.100.100.200", "::7f00:1",
	} {
		f.Add("https://id.example.org:443/", netip.MustParseAddr(seed).AsSlice(), uint16(443))
	}
	f.Add("https://evil.org@127.0.0.1/", []byte{8, 8, 8, 8}, uint16(22))
	f.Add("http://2130706433/", []byte{127, 0, 0, 1}, uint16(80))
	f.Add("gopher://0x7f.1/", []byte{8, 8, 4, 4}, uint16(27017))
	f.Fuzz(func(t *testing.T, raw string, address []byte, port uint16) {
		strict := judge{}
		if u, err := url.Parse(raw); err == nil && strict.scheme(u) == nil && (u.Scheme != "https" || u.User != nil) {
			t.Errorf("%q was allowed", raw)
		}
		ip, ok := netip.AddrFromSlice(address)
		if !ok {
			return
		}
		if strict.address("tcp", netip.AddrPortFrom(ip, port).String()) == nil && !clearlyPublic(net.IP(address)) {
			t.Errorf("%s was allowed", ip)
		}
	})
}

func clearlyPublic(ip net.IP) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return false
	}
	special := []string{"100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", "0.0.0.0/8"}
	if ip.To4() == nil {
		special = []string{"::/8", "100::/8", "2001::/23", "2002::/16", "2001:db8::/32", "3fff::/20", "fec0::/10"}
	}
	for _, s := range special {
		if _, n, _ := net.ParseCIDR(s); n.Contains(ip) {
			return false
		}
	}
	return true
}
