package fetch

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
)

// An Own is where the hub itself is.
type Own struct {
	URL           string // its public address
	Listener      string // where this process serves; empty if that is not known
	DatabasePorts []uint16
}

// Closed says of an address that it is the hub's own: its database, or where it
// serves behind a proxy, and would believe who comes as the proxy. The public
// address is nobody's secret.
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

// privatePort is that of the listener, if it is not the public address's.
func (o Own) privatePort() string {
	_, at, err := net.SplitHostPort(o.Listener)
	u, uerr := url.Parse(o.URL)
	if err != nil || uerr != nil || at == port(u) {
		return ""
	}
	return at
}

// ownAddresses are this machine's, and the one that is listened at.
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
