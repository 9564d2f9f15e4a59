package web

import (
	"net/netip"
	"time"

	"github.com/fedhub/fedhub/internal/forwarded"
)

// A LargeNetwork is one behind which many people are, such as an office with
// one address: it is counted by itself, and gets so many times as much as
// another.
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

// of is what an address is counted as: the narrowest large network that it is
// in, or its subnet; and how many times as much that gets.
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

// Network names the network that an address counts to, for what is counted
// elsewhere; empty if it is no address.
func Network(ip string) string {
	p := forwarded.Subnet(ip)
	if !p.IsValid() {
		return ""
	}
	return p.String()
}
