// Package forwarded reads the client's address from X-Forwarded-For or
// Forwarded (RFC 7239), in the spellings of known proxies.
//
// Anyone can send such a header. So it is read from the right, where our own
// proxy appends, and only as far as proxies are trusted.
package forwarded

import (
	"iter"
	"net/netip"
	"slices"
	"strings"
)

// The supported headers.
const (
	XForwardedFor = "X-Forwarded-For"
	Forwarded     = "Forwarded" // RFC 7239
)

// mostHops bounds the number of proxies.
const mostHops = 32

// A Reader reads one header, from trusted proxies only.
type Reader struct {
	Header  string // XForwardedFor or Forwarded
	Trusted []netip.Prefix
}

// Trusts reports whether an address belongs to a trusted proxy.
func (r Reader) Trusts(a netip.Addr) bool {
	a = plain(a)
	return slices.ContainsFunc(r.Trusted, func(p netip.Prefix) bool { return p.Contains(a) })
}

// Client returns the client of a request that a peer sent with these header
// lines: the right-most entry that is not a trusted proxy. If that entry is no
// address, the proxy that wrote it counts as the client, and odd is the entry,
// because the proxy is misconfigured.
func (r Reader) Client(peer netip.Addr, lines []string) (client netip.Addr, odd string) {
	client = plain(peer)
	if !r.Trusts(client) {
		return client, ""
	}
	hops := 0
	for entry := range r.entries(lines) {
		addr, ok := r.node(entry)
		if !ok {
			return client, clip(entry)
		}
		client = addr
		if hops++; hops == mostHops || !r.Trusts(client) {
			break
		}
	}
	return client, ""
}

// entries are the entries of all lines, the last first. Empty ones are ignored
// (RFC 9110 §5.6.1.2).
func (r Reader) entries(lines []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, line := range slices.Backward(lines) {
			for line != "" {
				at := lastComma(line, r.Header == Forwarded)
				entry := strings.Trim(line[at+1:], " \t")
				line = line[:max(at, 0)]
				if entry != "" && !yield(entry) {
					return
				}
			}
		}
	}
}

// lastComma is the index of the last comma, or -1. With quotes, commas in quoted
// text are ignored. Reading from the right keeps text that the visitor sent on
// the left, such as an open quote, from affecting the proxy's entry.
func lastComma(s string, quotes bool) int {
	if !quotes {
		return strings.LastIndexByte(s, ',')
	}
	within := false
	for i := len(s) - 1; i >= 0; i-- {
		switch {
		case s[i] == '"' && !escaped(s, i):
			within = !within
		case s[i] == ',' && !within:
			return i
		}
	}
	return -1
}

// escaped reports whether an odd number of backslashes precedes a byte.
func escaped(s string, at int) bool {
	before := s[:at]
	return (len(before)-len(strings.TrimRight(before, `\`)))%2 == 1
}

// node is the address in an entry.
func (r Reader) node(entry string) (netip.Addr, bool) {
	if r.Header == Forwarded {
		var ok bool
		if entry, ok = forOf(entry); !ok {
			return netip.Addr{}, false
		}
	}
	return Address(entry)
}

// forOf is the value of the single parameter "for" of an element (RFC 7239 §4).
func forOf(element string) (value string, ok bool) {
	found := 0
	for rest := element; rest != ""; {
		var pair string
		pair, rest = cutPair(rest)
		name, text, has := strings.Cut(pair, "=")
		if has && strings.EqualFold(strings.Trim(name, " \t"), "for") {
			value = text
			found++
		}
	}
	return value, found == 1
}

// cutPair cuts at the first semicolon outside quotes.
func cutPair(s string) (pair, rest string) {
	within := false
	for i := range len(s) {
		switch {
		case s[i] == '"' && !escaped(s, i):
			within = !within
		case s[i] == ';' && !within:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// Address reads an address as proxies write it: with or without a port, in
// brackets, with a zone, in quotes; IPv4-mapped IPv6 becomes IPv4. Values such
// as "unknown", "_hidden" and 0.0.0.0 are not addresses.
func Address(s string) (netip.Addr, bool) {
	s = unquoted(strings.Trim(s, " \t"))
	addr, err := netip.ParseAddr(s)
	if err != nil {
		host, port := s, ""
		if inner, bracketed := strings.CutPrefix(s, "["); bracketed {
			end := strings.IndexByte(inner, ']')
			if end < 0 {
				return netip.Addr{}, false
			}
			host, port = inner[:end], inner[end+1:]
		} else if colon := strings.LastIndexByte(s, ':'); colon >= 0 {
			host, port = s[:colon], s[colon:]
		}
		if addr, err = netip.ParseAddr(host); err != nil || !isPort(port) {
			return netip.Addr{}, false
		}
	}
	addr = plain(addr)
	return addr, !addr.IsUnspecified()
}

// isPort accepts an empty text, a colon with a number, and a colon with an
// obfuscated port (RFC 7239 §6).
func isPort(s string) bool {
	if s == "" {
		return true
	}
	port, found := strings.CutPrefix(s, ":")
	if !found || len(port) > 64 {
		return false
	}
	name, hidden := strings.CutPrefix(port, "_")
	if hidden {
		return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._-", r)
		})
	}
	return len(port) <= 5 && !strings.ContainsFunc(port, func(r rune) bool { return r < '0' || r > '9' })
}

// unquoted is the content of a quoted text (RFC 9110 §5.6.4), or s.
func unquoted(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	var b strings.Builder
	inner := s[1 : len(s)-1]
	for i := 0; i < len(inner); i++ {
		if inner[i] == '\\' && i+1 < len(inner) {
			i++
		}
		b.WriteByte(inner[i])
	}
	return strings.Trim(b.String(), " \t")
}

// plain is an address without parts that do not distinguish clients.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// clip shortens an entry for display.
func clip(s string) string { return strings.ToValidUTF8(s[:min(len(s), 64)], "") }
