package web

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/forwarded"
	"github.com/fedhub/fedhub/internal/lasting"
)

// Addresses finds the client address of a request and writes it into the request's
// RemoteAddr. Later code, gin's ClientIP included, reads only that and never a
// header that a visitor could have sent.
type Addresses struct {
	reader forwarded.Reader
	log    *slog.Logger
	warn   func(ctx context.Context, w ProxyWarning)

	unlisted *cache.Map[netip.Addr, *unlistedProxy]
	odd      *cache.Map[netip.Addr, bool] // proxies with a warning
}

// A ProxyWarning is about a proxy that is not set up correctly.
type ProxyWarning struct {
	Proxy  netip.Addr
	Header string
	Entry  string // the invalid entry of a trusted proxy; empty for a proxy that is not listed
}

// mostProxies is the maximum number of addresses that are watched as proxies.
const mostProxies = 64

// NewAddresses trusts one header of the trusted proxies. warn may be nil.
func NewAddresses(header string, trusted []netip.Prefix, log *slog.Logger, warn func(context.Context, ProxyWarning)) *Addresses {
	return &Addresses{
		reader: forwarded.Reader{Header: header, Trusted: trusted}, log: log, warn: warn,
		unlisted: cache.NewMap[netip.Addr, *unlistedProxy](mostProxies), odd: cache.NewMap[netip.Addr, bool](mostProxies),
	}
}

const byProxyKey = "fedhub/by proxy"

// Read sets the client address of the request.
func (a *Addresses) Read(c *gin.Context) {
	from, err := netip.ParseAddrPort(c.Request.RemoteAddr)
	if err != nil {
		return // not an IP connection
	}
	peer := from.Addr().Unmap().WithZone("")
	trusted := a.reader.Trusts(peer)
	c.Set(byProxyKey, trusted)
	if !trusted {
		a.watch(c, peer)
	}
	client, odd := a.reader.Client(peer, c.Request.Header.Values(a.reader.Header))
	if odd != "" {
		a.warnOdd(c, client, odd)
	}
	c.Request.RemoteAddr = net.JoinHostPort(client.String(), "0") // the client's port is unknown behind a proxy
}

// byProxy reports whether a trusted proxy forwarded the request.
func byProxy(c *gin.Context) bool { return c.GetBool(byProxyKey) }

// warnOdd warns once about a trusted proxy that does not report the client
// address: all its visitors share one limit.
func (a *Addresses) warnOdd(c *gin.Context, proxy netip.Addr, entry string) {
	if known, _ := a.odd.ContainsOrAdd(proxy, true); known {
		return
	}
	a.log.WarnContext(c, "a trusted proxy does not say whom it speaks for; all who come through it share their limits", "proxy", proxy, "header", a.reader.Header, "entry", entry)
	a.tell(c.Request, ProxyWarning{Proxy: proxy, Header: a.reader.Header, Entry: entry})
}

func (a *Addresses) tell(r *http.Request, w ProxyWarning) {
	if a.warn != nil {
		a.warn(lasting.Of(r.Context()), w)
	}
}
