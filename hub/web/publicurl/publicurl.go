// Package publicurl is the grammar of a hub's own addresses.
package publicurl

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
)

// Check refuses what cannot be an issuer (OIDC Discovery §3, RFC 8414 §2),
// and every spelling but the one that browsers and other programs make of it:
// they compare it letter by letter. Where there is one, the error says the right
// spelling.
func Check(setting, raw string) error {
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		return fmt.Errorf(`%s is missing: set it to the hub's public address, like "https://id.example.org"`, setting)
	case err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http"):
		return fmt.Errorf(`%s is %q, which is not an address; it must look like "https://id.example.org"`, setting, raw)
	case u.Path != "" || strings.ContainsAny(raw, "?#"):
		return fmt.Errorf(`%s is %q; leave out everything behind the host, like %q`, setting, raw, spelled(u))
	case u.Scheme == "http" && !Loopback(u.Hostname()):
		return fmt.Errorf(`%s is %q; it must begin with https:// unless the host is localhost, for tokens and passwords would travel in the clear`, setting, raw)
	}
	right := spelled(u)
	if redirecturi.OriginOf(right) != right {
		_, err := redirecturi.Parse(right)
		why := texts.Of(err)
		return fmt.Errorf(`%s is %q, which %s; it must look like "https://id.example.org"`, setting, raw, templates.Sentence(why.Code, why.Args))
	}
	if raw != right {
		return fmt.Errorf(`%s is %q; write it as %q, in small letters and without the port that everybody knows, for clients compare it letter by letter`, setting, raw, right)
	}
	return nil
}

// spelled is the address as a browser writes it.
func spelled(u *url.URL) string {
	port := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	host := strings.TrimSuffix(redirecturi.ASCIIHost(u.Host), ":")
	return u.Scheme + "://" + redirecturi.WithoutDefaultPort(host, port)
}

// Loopback is this machine by any of the names that cannot mean another.
func Loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
