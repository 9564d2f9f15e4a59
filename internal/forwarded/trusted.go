package forwarded

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// Trusted checks the settings about proxies: it refuses ranges that trust every
// address, unless everybody says that this is meant, and returns the ranges and
// the header that counts.
func Trusted(proxies []netip.Prefix, everybody bool, header string) ([]netip.Prefix, string, error) {
	var trusted []netip.Prefix
	for _, p := range proxies {
		trusted = append(trusted, Plain(p))
	}
	if Everybody(trusted) && !everybody {
		return nil, "", errors.New("FEDHUB_TRUSTED_PROXIES covers every address, so every visitor could choose their own address in a header; " +
			"set the addresses of your proxies, or set FEDHUB_TRUST_EVERY_PROXY=true if only proxies can reach the hub")
	}
	switch strings.ToLower(header) {
	case "", "x-forwarded-for":
		return trusted, XForwardedFor, nil
	case "forwarded":
		return trusted, Forwarded, nil
	}
	return nil, "", fmt.Errorf("FEDHUB_PROXY_HEADER is %q; it must be X-Forwarded-For or Forwarded", header)
}
