package forwarded

import "net/netip"

// Everybody reports whether prefixes together cover every public IPv4 address,
// or every IPv6 one: then every visitor would be trusted as a proxy.
func Everybody(all []netip.Prefix) bool {
	var known []netip.Prefix
	for _, p := range all {
		known = append(known, Plain(p))
	}
	return everyIPv4(known) || covered(netip.MustParsePrefix("2000::/3"), known) // global unicast (RFC 4291 §2.4)
}

func everyIPv4(known []netip.Prefix) bool {
	for first := 1; first < 224; first++ { // higher ones are not host addresses
		if first == 10 || first == 127 {
			continue // private, this machine
		}
		if !covered(netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(first)}), 8), known) {
			return false
		}
	}
	return true
}

// covered reports whether prefixes cover every address of a prefix.
func covered(p netip.Prefix, by []netip.Prefix) bool {
	overlaps := false
	for _, b := range by {
		if b.Bits() <= p.Bits() && b.Contains(p.Addr()) {
			return true
		}
		overlaps = overlaps || p.Overlaps(b)
	}
	if !overlaps {
		return false
	}
	lower := netip.PrefixFrom(p.Addr(), p.Bits()+1)
	return covered(lower, by) && covered(upper(lower), by)
}

// upper is the other half of the range that contains a lower half.
func upper(lower netip.Prefix) netip.Prefix {
	raw := lower.Addr().AsSlice()
	at := lower.Bits() - 1
	raw[at/8] |= 0x80 >> (at % 8)
	addr, _ := netip.AddrFromSlice(raw)
	return netip.PrefixFrom(addr, lower.Bits())
}

// Plain is a prefix in the form for comparison: an IPv4-mapped IPv6 prefix
// becomes IPv4.
func Plain(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked()
}

// Subnet is the network of an address for limits: a /24 of IPv4, a common unit
// of hosting, and a /56 of IPv6, the size for a household. It is invalid if the
// text is not an address.
func Subnet(ip string) netip.Prefix {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return netip.Prefix{}
	}
	addr = addr.Unmap().WithZone("")
	bits := 24
	if addr.Is6() {
		bits = 56
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
