// Package publicurl checks a hub's own addresses.
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

// Check refuses an address that cannot be an issuer (OIDC Discovery §3, RFC
// 8414 §2), and one that is not normalized as browsers do it, because other
// programs compare it character by character. The error has the normalized
// address if there is one.
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

// Loopback reports whether the host is a name that always means this machine.
func Loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
