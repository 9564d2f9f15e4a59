package web

import (
	"net/netip"
	"time"

	"github.com/fedhub/fedhub/internal/forwarded"
)

// A LargeNetwork has many users, such as an office with one address: it is counted
// by itself, and its limits are multiplied.
type LargeNetwork struct {
	Prefix netip.Prefix
	Times  int
}

// Networks are the large ones.
type Networks []LargeNetwork

// NewLimiter allows a rate to every network, and more to large ones.
func (n Networks) NewLimiter(r Rate, now func() time.Time) *Limiter {
	return &Limiter{newBuckets[netip.Prefix](r, now), n}
}

// NewGuesser allows wrong guesses at a rate.
func (n Networks) NewGuesser(r Rate, now func() time.Time) *Guesser {
	return &Guesser{newBuckets[guess](r, now), n}
}

// of is the network that an address is counted as, and its factor: the narrowest
// large network that contains the address, else its subnet.
func (n Networks) of(ip string) (netip.Prefix, int) {
	best := LargeNetwork{Prefix: forwarded.Subnet(ip), Times: 1}
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return best.Prefix, best.Times
	}
	addr = addr.Unmap().WithZone("")
	for _, large := range n {
		if large.Prefix.Contains(addr) && (best.Times == 1 || large.Prefix.Bits() > best.Prefix.Bits()) {
			best = LargeNetwork{large.Prefix, max(large.Times, 1)}
		}
	}
	return best.Prefix, best.Times
}

// Network names the network that an address counts to, for limits that are counted
// elsewhere; empty if it is not an address.
func Network(ip string) string {
	p := forwarded.Subnet(ip)
	if !p.IsValid() {
		return ""
	}
	return p.String()
}
