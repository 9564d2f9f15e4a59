package web

import (
	"net/netip"
	"sync/atomic"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/internal/forwarded"
)

// An unlistedProxy is an address that sends headers that only proxies send.
type unlistedProxy struct{ requests atomic.Int64 }

// manyRequests is the number of requests from which an address counts as a proxy
// that is missing in the list.
const manyRequests = 100

// carrier is shared among a provider's customers (RFC 6598), and private to clouds.
var carrier = netip.MustParsePrefix("100.64.0.0/10")

// watch looks for a proxy that is not listed. Only private addresses count, so
// that internet users cannot cause the warning.
func (a *Addresses) watch(c *gin.Context, peer netip.Addr) {
	private := peer.IsPrivate() || peer.IsLoopback() || peer.IsLinkLocalUnicast() || carrier.Contains(peer)
	header := c.Request.Header
	if !private || header.Get(forwarded.XForwardedFor) == "" && header.Get(forwarded.Forwarded) == "" {
		return
	}
	seen, ok := a.unlisted.Get(peer)
	if !ok {
		seen = &unlistedProxy{}
		if other, found, _ := a.unlisted.PeekOrAdd(peer, seen); found {
			seen = other
		}
	}
	if seen.requests.Add(1) != manyRequests {
		return
	}
	a.log.WarnContext(c, "a private address sends X-Forwarded-For in many requests and is not in FEDHUB_TRUSTED_PROXIES; "+
		"if it is your proxy, list it: until then all who come through it share their limits", "address", peer)
	a.tell(c.Request, ProxyWarning{Proxy: peer, Header: forwarded.XForwardedFor})
}
