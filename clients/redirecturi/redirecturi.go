// Package redirecturi parses, validates and compares the addresses that answers
// are sent to. It is the only place where such an address is parsed, and it
// knows no client: registered values are passed in.
package redirecturi

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/internal/texts"
)

// Validate decides whether an address may be registered as a redirect URI:
// https, http on the user's own machine, or a private-use scheme such as
// com.example.app:/callback. Plain http elsewhere is for hubs in development
// (RFC 9700 §2.6) and needs allowHTTP.
//
// Match compares the addresses of requests as strings.
func Validate(raw string, allowHTTP bool) error {
	u, err := Parse(raw)
	if err != nil {
		return texts.Err("address.refused", "address", raw, "cause", err)
	}
	if u.Scheme == "http" && !u.Loopback() && !allowHTTP {
		return texts.Err("address.refused", "address", raw, "cause", errPlainHTTP)
	}
	return nil
}

var errPlainHTTP = texts.Err("address.http")

// Match reports whether asked is one of the registered addresses. Nothing is
// normalised: the strings must be equal (RFC 9700 §4.1.3). The only exception,
// if anyPort is set, is the port of an installed app that listens on the
// loopback interface.
func Match(registered []string, asked string, anyPort bool) bool {
	if slices.Contains(registered, asked) {
		return true
	}
	return anyPort && slices.ContainsFunc(registered, func(uri string) bool {
		return sameButPort(uri, asked)
	})
}

// sameButPort implements RFC 8252 §7.3: an app gets a free port from the
// system, so the port of a loopback address is only known at request time.
// "localhost" may resolve to another address, so §8.3 advises against it. But
// command-line programs and agents register it, their documents cannot name a
// port, and the user's own machine decides how the name resolves.
//
// Everything except the port is compared as it is written.
func sameButPort(registered, asked string) bool {
	u, err := Parse(registered)
	if err != nil || u.Scheme != "http" || !u.Loopback() {
		return false
	}
	left, _, right := cutPort(registered)
	askedLeft, port, askedRight := cutPort(asked)
	return left == askedLeft && right == askedRight && ValidPort(port)
}

// cutPort splits "http://127.0.0.1:8080/cb" into "http://127.0.0.1", "8080" and "/cb".
func cutPort(address string) (left, port, right string) {
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		return address, "", ""
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	host, port := splitPort(rest[:end])
	return scheme + "://" + host, port, rest[end:]
}

// splitPort splits "[::1]:8080" into "[::1]" and "8080".
func splitPort(authority string) (host, port string) {
	i := strings.LastIndexByte(authority, ':')
	if i < 0 || strings.HasSuffix(authority, "]") {
		return authority, ""
	}
	return authority[:i], authority[i+1:]
}
