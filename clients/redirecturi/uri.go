package redirecturi

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"github.com/fedhub/fedhub/internal/texts"
)

// MaxLength is the longest address that the hub stores or compares, in bytes.
const MaxLength = 2048

// A URI is an address, parsed as both browsers and Go's net/url parse it. They
// disagree about many strings (an empty host, a backslash, "127.1", an encoded
// dot), and such disagreements have caused open redirects. So Parse is strict:
// it only accepts what both read as the same scheme, host, port and path.
// Scheme, host and port are written as browsers write them, so that origins can
// be compared; Match compares whole addresses as they were written.
type URI struct {
	Scheme string // lower case
	Host   string // lower-case name, dotted quad or [v6]; empty for com.example.app:/cb
	Port   string // empty: none written, or the default port
	Path   string // as written, with its leading slash, or empty
	Query  string // as written, without the question mark
}

// Web reports whether this is an address of a web server.
func (u URI) Web() bool { return u.Scheme == "https" || u.Scheme == "http" }

// Loopback reports whether the address is on the user's own machine.
func (u URI) Loopback() bool {
	return u.Host == "127.0.0.1" || u.Host == "[::1]" || u.Host == "localhost"
}

// HostPort returns the host, and the port if one is written.
func (u URI) HostPort() string {
	if u.Port == "" {
		return u.Host
	}
	return u.Host + ":" + u.Port
}

// SameOrigin compares like RFC 6454 §5.
func (u URI) SameOrigin(v URI) bool {
	return u.Scheme == v.Scheme && u.Host == v.Host && u.Port == v.Port
}

// Parse splits an absolute address. Its errors complete a sentence that begins
// with the address.
func Parse(raw string) (URI, error) {
	if err := checkText(raw); err != nil {
		return URI{}, err
	}
	scheme, rest, found := strings.Cut(raw, ":")
	if !found || scheme == "" {
		return URI{}, texts.Err("address.relative")
	}
	u := URI{Scheme: strings.ToLower(scheme)}
	if err := checkScheme(u.Scheme); err != nil {
		return URI{}, err
	}
	after, hasAuthority := strings.CutPrefix(rest, "//")
	switch {
	case hasAuthority:
		end := strings.IndexAny(after, "/?")
		if end < 0 {
			end = len(after)
		}
		if err := u.setAuthority(after[:end]); err != nil {
			return URI{}, err
		}
		rest = after[end:]
		if u.Host == "" && !strings.HasPrefix(rest, "/") {
			return URI{}, texts.Err("address.host.missing")
		}
	case u.Web():
		return URI{}, texts.Err("address.slashes")
	case !strings.HasPrefix(rest, "/"):
		return URI{}, texts.Err("address.slash", "scheme", scheme)
	}
	u.Path, u.Query, _ = strings.Cut(rest, "?")
	if err := checkPath(u.Path); err != nil {
		return URI{}, err
	}
	if err := checkQuery(u.Query); err != nil {
		return URI{}, err
	}
	return u, nil
}

// checkText refuses characters that no part of an address may have. WHATWG
// parsers remove control characters and read a backslash as a slash; net/url
// does neither.
func checkText(raw string) error {
	if raw == "" {
		return texts.Err("address.empty")
	}
	if len(raw) > MaxLength {
		return texts.Err("address.long", "max", MaxLength)
	}
	for i := range len(raw) {
		switch c := raw[i]; {
		case c <= ' ' || c == 0x7f:
			return texts.Err("address.space")
		case c > 0x7f:
			return texts.Err("address.ascii")
		case c == '\\':
			return texts.Err("address.backslash")
		case c == '#':
			return texts.Err("address.fragment") // RFC 6749 §3.1.2
		case c == '*':
			return texts.Err("address.wildcard")
		}
	}
	return nil
}

// checkScheme accepts https, http and private-use schemes, in lower case. A
// private-use scheme begins with a reversed domain name (RFC 8252 §7.1);
// requiring its dot also excludes javascript, data, file and every other scheme
// that a browser acts on.
func checkScheme(scheme string) error {
	if scheme == "https" || scheme == "http" {
		return nil
	}
	for i := range len(scheme) {
		c := scheme[i]
		switch {
		case 'a' <= c && c <= 'z':
		case i > 0 && ('0' <= c && c <= '9' || c == '.' || c == '-' || c == '+'):
		default:
			return texts.Err("address.relative")
		}
	}
	if !strings.Contains(strings.Trim(scheme, "."), ".") {
		return texts.Err("address.scheme", "scheme", scheme)
	}
	return nil
}

// setAuthority splits and checks the part between // and the path. It may be
// empty for a private-use scheme (app.immich:///cb), because the system passes
// that to the app that claims the scheme.
func (u *URI) setAuthority(authority string) error {
	if strings.Contains(authority, "@") {
		return texts.Err("address.user")
	}
	host, port := splitPort(authority)
	if port != "" && !ValidPort(port) {
		return texts.Err("address.port.bad")
	}
	if u.Web() {
		// Browsers write it so and drop the default port. For a private-use
		// scheme they change nothing.
		host = strings.ToLower(host)
		if u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
			port = ""
		}
	} else if authority == "" {
		return nil
	}
	u.Host, u.Port = host, port
	return checkHost(strings.ToLower(host))
}

// ValidPort accepts 1 to 65535 without leading zeros.
func ValidPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0 && port[0] != '0' && port[0] != '+'
}

// checkHost accepts a name, a dotted quad, or a [v6] address in canonical form
// (RFC 5952), all in lower case. Names have the characters of DNS and the
// underscore, which many internal names have. RFC 3986 allows more (; , ' and
// the like), but no real name uses them, and in a Content-Security-Policy they
// have a meaning. A trailing dot is refused: it makes another name for the same
// host, which a comparison would miss.
func checkHost(host string) error {
	if host == "" {
		return texts.Err("address.host.missing")
	}
	if strings.HasPrefix(host, "[") {
		return checkV6(host)
	}
	if len(host) > 253 {
		return texts.Err("address.host.long")
	}
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if err := checkLabel(label); err != nil {
			return err
		}
	}
	if numeric(labels[len(labels)-1]) {
		return checkV4(host)
	}
	return checkPunycode(host, labels)
}

func checkV6(host string) error {
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	if err != nil || !addr.Is6() || addr.Zone() != "" || addr.Is4In6() || host != "["+addr.String()+"]" {
		return texts.Err("address.ipv6")
	}
	return nil
}

// numeric reports whether a WHATWG parser reads a host with this last label as
// an IPv4 address: 127.1, 2130706433 and 0x7f.1 are all 127.0.0.1.
func numeric(label string) bool {
	if strings.HasPrefix(label, "0x") {
		return strings.Trim(label[2:], "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}

func checkV4(host string) error {
	addr, err := netip.ParseAddr(host)
	if err != nil || !addr.Is4() || addr.String() != host {
		return texts.Err("address.ipv4")
	}
	return nil
}

func checkLabel(label string) error {
	if label == "" {
		return texts.Err("address.label.empty")
	}
	if len(label) > 63 {
		return texts.Err("address.label.long")
	}
	for i := range len(label) {
		switch c := label[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return texts.Err("address.host.character", "character", string(c))
		}
	}
	return nil
}

// checkPunycode makes sure that browsers decode an xn-- name and encode it to
// the same form. They read a name that also has an underscore differently.
func checkPunycode(host string, labels []string) error {
	invalid := texts.Err("address.punycode")
	encoded := false
	for _, label := range labels {
		if !strings.HasPrefix(label, "xn--") {
			continue
		}
		encoded = true
		decoded, err := idna.Lookup.ToUnicode(label)
		if err != nil || !strings.ContainsFunc(decoded, func(r rune) bool { return r > unicode.MaxASCII }) {
			return invalid // punycode must not encode an all-ASCII label (RFC 5891 §4.2.1)
		}
	}
	if !encoded {
		return nil
	}
	decoded, err := idna.Lookup.ToUnicode(host)
	if err != nil {
		return invalid
	}
	if again, err := idna.Lookup.ToASCII(decoded); err != nil || again != host {
		return invalid
	}
	return nil
}
