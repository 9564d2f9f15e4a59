package forwarded

import (
	"net/netip"
	"strings"
	"testing"
)

func prefixes(list ...string) (out []netip.Prefix) {
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// Cloud gateways, IIS, HAProxy, Envoy and RFC 7239 each write an address their
// own way; it is one address.
func TestEverySpellingOfAnAddressIsThatAddress(t *testing.T) {
	for spelling, want := range map[string]string{
		"203.0.113.9":              "203.0.113.9",
		"203.0.113.9:61598":        "203.0.113.9",
		"203.0.113.9:":             "203.0.113.9",
		" 203.0.113.9 ":            "203.0.113.9",
		`"203.0.113.9"`:            "203.0.113.9",
		`"203.0.113.9:61598"`:      "203.0.113.9",
		"203.0.113.9:_gateway":     "203.0.113.9",
		"[203.0.113.9]:80":         "203.0.113.9",
		"::ffff:203.0.113.9":       "203.0.113.9",
		"[::ffff:203.0.113.9]:443": "203.0.113.9",
		"::ffff:203.0.113.9:61598": "203.0.113.9",
		"2001:db8::1":              "2001:db8::1",
		"[2001:db8::1]":            "2001:db8::1",
		"[2001:db8::1]:61598":      "2001:db8::1",
		`"[2001:db8::1]:61598"`:    "2001:db8::1",
		`"[2001:db8::1]"`:          "2001:db8::1",
		"2001:db8::1:61598":        "2001:db8::1",
		"2001:db8:0:0:0:0:0:1:443": "2001:db8::1",
		"2001:DB8::1":              "2001:db8::1",
		"fe80::1%eth0":             "fe80::1",
		"[fe80::1%25eth0]:443":     "fe80::1",
	} {
		got, ok := Address(spelling)
		if !ok || got.String() != want {
			t.Errorf("%q: got %s, %v", spelling, got, ok)
		}
	}
	for _, none := range []string{"", "unknown", "_hidden", "_SEVKISEK", "localhost", "203.0.113", "203.0.113.9 junk", "203.0.113.9:port", "203.0.113.9:123456",
		"203.0.113.09", "[2001:db8::1", "[2001:db8::1]x", "2001:db8::1]", `"203.0.113.9`, "0.0.0.0", "::", "[::]:80", "203.0.113.9/24", "203.0.113.9:_", strings.Repeat("1", 4000)} {
		if got, ok := Address(none); ok {
			t.Errorf("%q names %s", none, got)
		}
	}
}

func TestTheRightMostEntryThatIsNoTrustedProxyCounts(t *testing.T) {
	x := Reader{Header: XForwardedFor, Trusted: prefixes("10.0.0.0/8", "2001:db8:1::/48")}
	f := Reader{Header: Forwarded, Trusted: x.Trusted}
	for name, tt := range map[string]struct {
		r     Reader
		peer  string
		lines []string
		want  string
		odd   string
	}{
		"a stranger says anything":            {x, "198.51.100.1", []string{"203.0.113.9"}, "198.51.100.1", ""},
		"a proxy says nothing":                {x, "10.0.0.1", nil, "10.0.0.1", ""},
		"a proxy says an empty line":          {x, "10.0.0.1", []string{"", " , ,"}, "10.0.0.1", ""},
		"one":                                 {x, "10.0.0.1", []string{"203.0.113.9"}, "203.0.113.9", ""},
		"with a port":                         {x, "10.0.0.1", []string{"203.0.113.9:61598"}, "203.0.113.9", ""},
		"what the visitor wrote stays behind": {x, "10.0.0.1", []string{"192.0.2.66, 203.0.113.9"}, "203.0.113.9", ""},
		"over two lines":                      {x, "10.0.0.1", []string{"192.0.2.66", "203.0.113.9"}, "203.0.113.9", ""},
		"the last line is empty":              {x, "10.0.0.1", []string{"203.0.113.9", ""}, "203.0.113.9", ""},
		"through two proxies":                 {x, "10.0.0.1", []string{"192.0.2.66, 203.0.113.9, 10.0.0.7:4000"}, "203.0.113.9", ""},
		"through two, over two lines":         {x, "10.0.0.1", []string{"203.0.113.9", "10.0.0.7"}, "203.0.113.9", ""},
		"nothing but proxies":                 {x, "10.0.0.1", []string{"10.0.0.9, 10.0.0.8"}, "10.0.0.9", ""},
		"a proxy in the clothes of IPv6":      {x, "::ffff:10.0.0.1", []string{"203.0.113.9"}, "203.0.113.9", ""},
		"a proxy by IPv6":                     {x, "2001:db8:1::7", []string{"[2001:db8:ffff::1]:443"}, "2001:db8:ffff::1", ""},
		"unknown counts as who wrote it":      {x, "10.0.0.1", []string{"203.0.113.9, unknown"}, "10.0.0.1", "unknown"},
		"and the further proxy if that did":   {x, "10.0.0.1", []string{"203.0.113.9, _hidden, 10.0.0.7"}, "10.0.0.7", "_hidden"},
		"what a visitor wrote warns nobody":   {x, "10.0.0.1", []string{"unknown, 203.0.113.9"}, "203.0.113.9", ""},
		"Forwarded is another header's":       {f, "10.0.0.1", []string{"203.0.113.9"}, "10.0.0.1", "203.0.113.9"},
		"for":                                 {f, "10.0.0.1", []string{"for=203.0.113.9"}, "203.0.113.9", ""},
		"For, among others":                   {f, "10.0.0.1", []string{`proto=https;For="[2001:db8::1]:4711";by=10.0.0.1`}, "2001:db8::1", ""},
		"for, with a port and quotes":         {f, "10.0.0.1", []string{`for=192.0.2.66, for="203.0.113.9:61598";host="a,b;for=x"`}, "203.0.113.9", ""},
		"for, escaped":                        {f, "10.0.0.1", []string{`for="203\.0.113.9"`}, "203.0.113.9", ""},
		"a quote that a visitor left open":    {f, "10.0.0.1", []string{`for="192.0.2.66, for=203.0.113.9`}, "203.0.113.9", ""},
		"a quote open, and the proxy quotes":  {f, "10.0.0.1", []string{`for="192.0.2.66, for="203.0.113.9:1"`}, "203.0.113.9", ""},
		"a backslash before the proxy's":      {f, "10.0.0.1", []string{`for="192.0.2.66\, for="203.0.113.9:1"`}, "203.0.113.9", ""},
		"for, over lines":                     {f, "10.0.0.1", []string{"for=203.0.113.9", "for=10.0.0.7"}, "203.0.113.9", ""},
		"no for at all":                       {f, "10.0.0.1", []string{"for=192.0.2.66, proto=https"}, "10.0.0.1", "proto=https"},
		"two in one":                          {f, "10.0.0.1", []string{"for=192.0.2.66;for=203.0.113.9"}, "10.0.0.1", "for=192.0.2.66;for=203.0.113.9"},
		"for unknown":                         {f, "10.0.0.1", []string{"for=unknown"}, "10.0.0.1", "for=unknown"},
		"for hidden":                          {f, "10.0.0.1", []string{`for="_hidden:80"`}, "10.0.0.1", `for="_hidden:80"`},
	} {
		got, odd := tt.r.Client(netip.MustParseAddr(tt.peer), tt.lines)
		if got.String() != tt.want || odd != tt.odd {
			t.Errorf("%s: got %s, odd %q; want %s, %q", name, got, odd, tt.want, tt.odd)
		}
	}
}

func TestWhoTrustsEverybodyIsKnown(t *testing.T) {
	for _, all := range [][]netip.Prefix{
		prefixes("0.0.0.0/0"), prefixes("::/0"), prefixes("0.0.0.0/1", "128.0.0.0/1"), prefixes("10.0.0.0/8", "::ffff:0.0.0.0/96"),
		prefixes("8000::/1", "::/1"), prefixes("2000::/3"), prefixes("2000::/4", "3000::/4"), prefixes("::/1", "fd00::/8"), prefixes("128.0.0.0/2", "64.0.0.0/2", "0.0.0.0/2", "192.0.0.0/3"),
	} {
		if !Everybody(all) {
			t.Errorf("%v leaves somebody out", all)
		}
	}
	for _, some := range [][]netip.Prefix{nil, prefixes("10.0.0.0/8"), prefixes("0.0.0.0/1"), prefixes("0.0.0.0/1", "128.0.0.0/2"), prefixes("2000::/4"), prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "127.0.0.0/8", "::1/128")} {
		if Everybody(some) {
			t.Errorf("%v is everybody", some)
		}
	}
}

// The entry of the trusted proxy counts, for any text that the visitor sends
// before it.
func FuzzClient(f *testing.F) {
	for _, seed := range []string{"", "unknown", `for="`, `a\`, `"\"`, "10.0.0.7", "1.2.3.4, ", `for="x\\", for=_y;by="`, "for=1.2.3.4;"} {
		f.Add(seed)
	}
	trusted := prefixes("10.0.0.0/8")
	peer, want := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("203.0.113.9")
	f.Fuzz(func(t *testing.T, left string) {
		for header, wrote := range map[string][]string{XForwardedFor: {"203.0.113.9", "203.0.113.9:61598"}, Forwarded: {"for=203.0.113.9", `for="203.0.113.9:61598"`}} {
			r := Reader{Header: header, Trusted: trusted}
			for _, w := range wrote {
				for _, lines := range [][]string{{left + ", " + w}, {left, w}} {
					if got, odd := r.Client(peer, lines); got != want || odd != "" {
						t.Fatalf("%s %q: got %s, %q", header, lines, got, odd)
					}
				}
			}
			if got, _ := r.Client(peer, []string{left}); !got.IsValid() || got.IsUnspecified() || got.Zone() != "" || got.Is4In6() {
				t.Fatalf("%s %q: got %v", header, left, got)
			}
			if got, _ := r.Client(want, []string{left}); got != want {
				t.Fatalf("%s %q: a stranger is taken for %v", header, left, got)
			}
		}
	})
}
