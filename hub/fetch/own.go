package fetch

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
)

// An Own describes the hub's own addresses.
type Own struct {
	URL           string // its public address
	Listener      string // where this process serves; empty if unknown
	DatabasePorts []uint16
}

// Closed reports whether an address is the hub's own and must not be fetched:
// its database, or its listener behind a proxy, which would trust the request
// as the proxy's. The public address is allowed.
func (o Own) Closed() func(netip.AddrPort) bool {
	private := o.privatePort()
	own := ownAddresses(o.Listener)
	return func(a netip.AddrPort) bool {
		if slices.Contains(o.DatabasePorts, a.Port()) {
			return true
		}
		return private != "" && strconv.Itoa(int(a.Port())) == private && (a.Addr().IsLoopback() || slices.Contains(own, a.Addr()))
	}
}

// privatePort is the listener's port, if it is not that of the public address.
func (o Own) privatePort() string {
	_, at, err := net.SplitHostPort(o.Listener)
	u, uerr := url.Parse(o.URL)
	if err != nil || uerr != nil || at == port(u) {
		return ""
	}
	return at
}

// ownAddresses are this machine's addresses, and that of the listener.
func ownAddresses(listener string) []netip.Addr {
	var own []netip.Addr
	if at, err := netip.ParseAddrPort(listener); err == nil {
		own = append(own, at.Addr().Unmap())
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return own
	}
	for _, a := range all {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil {
			own = append(own, prefix.Addr().Unmap())
		}
	}
	return own
}
