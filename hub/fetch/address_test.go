package fetch

import (
	"errors"
	"net/netip"
	"net/url"
	"testing"
)

func TestEveryAddressIsJudged(t *testing.T) {
	const never, private, public = "never", "private", "public"
	for address, want := range map[string]string{
		"8.8.8.8":                public,
		"1.1.1.1":                public,
		"100.63.255.255":         public,
		"172.15.255.255":         public,
		"172.32.0.1":             public,
		"2606:4700:4700::1111":   public,
		"2001:4860:4860::8888":   public,
		"2a00:1450:4001:81b::1":  public,
		"::ffff:8.8.8.8":         public,
		"127.0.0.1":              private,
		"127.255.255.254":        private,
		"::1":                    private,
		"::ffff:127.0.0.1":       private,
		"::ffff:7f00:1":          private,
		"10.0.0.1":               private,
		"172.16.0.1":             private,
		"172.31.255.255":         private,
		"192.168.1.1":            private,
		"::ffff:10.1.2.3":        private,
		"100.64.0.1":             private, // carrier-grade NAT, RFC 6598
		"100.127.255.254":        private,
		"198.18.0.1":             private,
		"fc00::1":                private,
		"fd12:3456:789a::1":      private,
		"fd00::1%eth0":           private,
		"64:ff9b::8.8.8.8":       private, // NAT64 to a public address
		"64:ff9b::7f00:1":        private, // NAT64 to 127.0.0.1
		"64:ff9b::a9fe:a9fe":     never,   // NAT64 to 169.254.169.254
		"64:ff9b:1::1":           never,
		"0.0.0.0":                never,
		"0.1.2.3":                never,
		"::":                     never,
		"::7f00:1":               never, // IPv4-compatible, deprecated
		"169.254.169.254":        never,
		"::ffff:169.254.169.254": never,
		"169.254.0.1":            never,
		"100.100.100.200":        never,
		"168.63.129.16":          never,
		"192.0.0.192":            never,
		"fd00:ec2::254":          never,
		"fd20:ce::254":           never,
		"fe80::1":                never,
		"fe80::1%eth0":           never,
		"febf::1":                never,
		"fec0::1":                never,
		"192.0.2.1":              never,
		"198.51.100.7":           never,
		"203.0.113.9":            never,
		"2001:db8::1":            never,
		"3fff::1":                never,
		"192.88.99.1":            never,
		"2002:7f00:1::":          never, // 6to4 of 127.0.0.1
		"2002:808:808::1":        never,
		"2001:0:4136:e378::1":    never, // Teredo
		"2001:20::1":             never, // ORCHIDv2
		"100::1":                 never,
		"5f00::1":                never,
		"4000::1":                never,
		"224.0.0.1":              never,
		"239.255.255.255":        never,
		"240.0.0.1":              never,
		"255.255.255.255":        never,
		"ff02::1":                never,
		"ff0e::1":                never,
	} {
		ip := netip.MustParseAddr(address)
		if got := classOf(t, ip); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
	}
}

// classOf asks both implementations, and checks the strict one's error against
// the other.
func classOf(t *testing.T, ip netip.Addr) string {
	strict, loose := judge{}.ip(ip), judge{allowPrivate: true}.ip(ip)
	switch {
	case strict == nil:
		return "public"
	case loose == nil:
		var refused *Refused
		if !errors.As(strict, &refused) || !refused.Allowable {
			t.Errorf("%s: the error %v does not name the setting", ip, strict)
		}
		return "private"
	}
	return "never"
}

func TestPortsOfOtherServicesAreRefused(t *testing.T) {
	for _, port := range []string{"1", "21", "22", "23", "25", "110", "445", "993", "2375", "3306", "5432", "6379", "9200", "11211", "27017"} {
		if err := (judge{}).address("tcp4", "8.8.8.8:"+port); err == nil {
			t.Errorf("port %s was allowed", port)
		}
	}
	for _, port := range []string{"80", "443", "3000", "8080", "8443", "50000"} {
		if err := (judge{}).address("tcp6", "[2606:4700::1]:"+port); err != nil {
			t.Errorf("port %s: %v", port, err)
		}
	}
}

func TestOnlyTCPToAnIPAddressIsDialled(t *testing.T) {
	for _, row := range [][2]string{
		{"udp4", "8.8.8.8:443"}, {"unix", "/var/run/docker.sock"}, {"tcp", "localhost:443"}, {"tcp", "8.8.8.8"}, {"tcp", ""},
	} {
		if err := (judge{allowPrivate: true}).address(row[0], row[1]); err == nil {
			t.Errorf("%s %s was allowed", row[0], row[1])
		}
	}
}

func TestOnlyWebSchemesAreFetched(t *testing.T) {
	for raw, want := range map[string][2]bool{ // allowed: strict, with AllowPrivate
		"https://id.example.org/":        {true, true},
		"http://id.example.org/":         {false, true},
		"https://user:pw@id.example.org": {false, false},
		"https://user@id.example.org":    {false, false},
		"file:///etc/passwd":             {false, false},
		"gopher://id.example.org/":       {false, false},
		"unix:///var/run/docker.sock":    {false, false},
		"ftp://id.example.org/":          {false, false},
		"//id.example.org/":              {false, false},
	} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		got := [2]bool{judge{}.scheme(u) == nil, judge{allowPrivate: true}.scheme(u) == nil}
		if got != want {
			t.Errorf("%s: got %v, want %v", raw, got, want)
		}
	}
}
