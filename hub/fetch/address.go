package fetch

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A Refused error names the address that the guard refused, and why. Nothing
// was sent.
type Refused struct {
	Address string // an IP address or a host
	Reason  string // the middle of a sentence, for operators
	// Allowable is true if Policy.AllowPrivate would allow it.
	Allowable bool
}

func (r *Refused) Error() string {
	text := fmt.Sprintf("refused to reach %s: %s", r.Address, r.Reason)
	if r.Allowable {
		text += "; set " + AllowPrivateSetting + "=true if this hub should reach such addresses, or add this one to " + AllowedSetting
	}
	return text
}

// judge is the verdict in production.
type judge struct {
	allowPrivate bool
	allowed      []Allowed
	anyPort      bool // an entry of the list allowed the port
	closed       func(netip.AddrPort) bool
}

func (j judge) scheme(u *url.URL) error {
	switch {
	case u.User != nil:
		return &Refused{Address: u.Host, Reason: "the address contains a user name"}
	case u.Scheme == "https":
		return nil
	case u.Scheme != "http":
		return &Refused{Address: u.Host, Reason: "only https is allowed"}
	case !j.allowPrivate:
		return &Refused{Address: u.Host, Reason: "it is plain http, which an attacker on the network can read and change", Allowable: true}
	}
	return nil
}

func (j judge) address(network, hostport string) error {
	target, err := netip.ParseAddrPort(hostport)
	if err != nil || !strings.HasPrefix(network, "tcp") {
		return &Refused{Address: hostport, Reason: "it is not an IP address and port"}
	}
	target = netip.AddrPortFrom(target.Addr().Unmap().WithZone(""), target.Port())
	if j.closed != nil && j.closed(target) {
		return &Refused{Address: hostport, Reason: "it is the hub's own database or its internal listener"}
	}
	if allowedIP(j.allowed, target) {
		j.allowPrivate, j.anyPort = true, true
	}
	if err := j.ip(target.Addr()); err != nil {
		return err
	}
	return j.port(hostport, target.Port())
}

// port refuses database ports even if private addresses are allowed: otherwise
// anyone who can make the hub fetch an address could reach all databases. A
// list entry with that port allows it.
func (j judge) port(hostport string, port uint16) error {
	switch {
	case j.anyPort:
		return nil
	case databasePort(port):
		return &Refused{Address: hostport, Reason: "the port belongs to a database; only " + AllowedSetting + " allows it, by an entry with that port"}
	case !j.allowPrivate && !webPort(port):
		return &Refused{Address: hostport, Reason: "the port belongs to a service that is not a web server", Allowable: true}
	}
	return nil
}

// name checks a host that the proxy resolves: the port, and that it is neither
// this machine's name nor a number, which some resolvers read as an address
// (127.1).
func (j judge) name(hostport string) error {
	host, text, err := net.SplitHostPort(hostport)
	number, perr := strconv.ParseUint(text, 10, 16)
	if err != nil || perr != nil {
		return &Refused{Address: hostport, Reason: "it is not a host and port"}
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	last := host[strings.LastIndexByte(host, '.')+1:]
	switch {
	case last == "" || strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x"):
		return &Refused{Address: host, Reason: "it is a number, and not in the form of an IP address"}
	case last == "localhost" && !j.allowPrivate:
		return &Refused{Address: host, Reason: "it is a loopback address", Allowable: true}
	}
	return j.port(hostport, uint16(number))
}

// ip allows public unicast addresses, and private ones too with allowPrivate.
func (j judge) ip(ip netip.Addr) error {
	// ::ffff:127.0.0.1 connects to 127.0.0.1, so it is checked as that.
	ip = ip.Unmap().WithZone("")
	for _, r := range forbidden() {
		if r.prefix.Contains(ip) {
			return &Refused{Address: ip.String(), Reason: "it is a " + r.name + " address, which is always refused"}
		}
	}
	for _, r := range private() {
		if !r.prefix.Contains(ip) {
			continue
		}
		if !j.allowPrivate {
			return &Refused{Address: ip.String(), Reason: "it is a " + r.name + " address", Allowable: true}
		}
		if r.embeds {
			return j.ip(lastFour(ip))
		}
		return nil
	}
	if ip.Is6() && !netip.MustParsePrefix("2000::/3").Contains(ip) {
		return &Refused{Address: ip.String(), Reason: "it is not a public address (RFC 4291 §2.4)"}
	}
	return nil
}

// lastFour is the IPv4 address behind a NAT64 address (RFC 6052 §2.2).
func lastFour(ip netip.Addr) netip.Addr {
	b := ip.As16()
	return netip.AddrFrom4([4]byte(b[12:]))
}

type ipRange struct {
	prefix netip.Prefix
	name   string
	embeds bool // the last four bytes are the IPv4 address that is reached
}

// forbidden are ranges that no hub ever needs to fetch from, whatever the
// settings: the special-purpose registries of RFC 6890 and the metadata
// addresses where clouds give credentials to local requests.
func forbidden() []ipRange {
	return []ipRange{
		{cidr("0.0.0.0/8"), "this-network", false}, // Linux connects 0.0.0.0 to itself
		{cidr("100.100.100.200/32"), "cloud metadata", false},
		{cidr("168.63.129.16/32"), "cloud metadata", false},
		{cidr("169.254.0.0/16"), "link-local", false}, // 169.254.169.254 is in it
		{cidr("192.0.0.0/24"), "protocol assignment", false},
		{cidr("192.0.2.0/24"), "documentation", false},
		{cidr("192.88.99.0/24"), "6to4 relay", false},
		{cidr("198.51.100.0/24"), "documentation", false},
		{cidr("203.0.113.0/24"), "documentation", false},
		{cidr("224.0.0.0/4"), "multicast", false},
		{cidr("240.0.0.0/4"), "reserved or broadcast", false},
		{cidr("fd00:ec2::/32"), "cloud metadata", false},
		{cidr("fd20:ce::/32"), "cloud metadata", false},
		{cidr("64:ff9b:1::/48"), "local translation", false},
		{cidr("100::/64"), "discard", false},
		{cidr("2001::/23"), "Teredo or protocol assignment", false},
		{cidr("2001:db8::/32"), "documentation", false},
		{cidr("2002::/16"), "6to4", false},
		{cidr("3fff::/20"), "documentation", false},
		{cidr("fe80::/10"), "link-local", false},
		{cidr("fec0::/10"), "site-local", false},
		{cidr("ff00::/8"), "multicast", false},
	}
}

// private are ranges that are only allowed with AllowPrivate.
func private() []ipRange {
	return []ipRange{
		{cidr("127.0.0.0/8"), "loopback", false},
		{cidr("10.0.0.0/8"), "private", false},
		{cidr("172.16.0.0/12"), "private", false},
		{cidr("192.168.0.0/16"), "private", false},
		{cidr("100.64.0.0/10"), "carrier-grade NAT", false},
		{cidr("198.18.0.0/15"), "benchmark", false},
		{cidr("::1/128"), "loopback", false},
		{cidr("fc00::/7"), "private", false},
		{cidr("64:ff9b::/96"), "NAT64", true},
	}
}

func cidr(s string) netip.Prefix { return netip.MustParsePrefix(s) }

// webPort keeps the hub from connecting to mail, shell and database servers.
// Below 1024 only the web's own ports are allowed; above, all but the ports of
// well-known other services.
func webPort(port uint16) bool {
	if port < 1024 {
		return port == 443 || port == 80
	}
	return !databasePort(port) && !slices.Contains([]uint16{2049, 2375, 2376, 3389, 5672, 5900, 6667, 10250}, port)
}

// databasePort reports whether databases use the port by default.
func databasePort(port uint16) bool {
	return slices.Contains([]uint16{1433, 1521, 2379, 2380, 3306, 5432, 5984, 6379, 9042, 9200, 9300, 11211, 27017, 27018, 27019}, port)
}
