package hub

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/forwarded"
	"github.com/fedhub/fedhub/internal/texts"
)

// checkProxies refuses ranges that trust every address, and decides which
// header counts.
func (c *Config) checkProxies() error {
	var trusted []netip.Prefix
	for _, p := range c.TrustedProxies {
		trusted = append(trusted, forwarded.Plain(p))
	}
	c.TrustedProxies = trusted
	if forwarded.Everybody(c.TrustedProxies) && !c.TrustEveryProxy {
		return errors.New("FEDHUB_TRUSTED_PROXIES covers every address, so every visitor could choose their own address in a header; " +
			"set the addresses of your proxies, or set FEDHUB_TRUST_EVERY_PROXY=true if only proxies can reach the hub")
	}
	switch strings.ToLower(c.ProxyHeader) {
	case "", "x-forwarded-for":
		c.ProxyHeader = forwarded.XForwardedFor
	case "forwarded":
		c.ProxyHeader = forwarded.Forwarded
	default:
		return fmt.Errorf("FEDHUB_PROXY_HEADER is %q; it must be X-Forwarded-For or Forwarded", c.ProxyHeader)
	}
	return nil
}

// warnPatience is how long a request waits while a warning is stored.
const warnPatience = 2 * time.Second

// warnOfProxy stores a warning for the overview that a proxy is misconfigured.
func (h *Hub) warnOfProxy(ctx context.Context, w web.ProxyWarning) {
	about := w.Proxy.String()
	warning := health.Warning{
		ID: health.ProxyPrefix + about, About: about, URL: "/admin",
		Why: texts.New("warning.proxy.unlisted", "address", about), Advice: texts.New("warning.proxy.unlisted.do"),
	}
	if w.Entry != "" {
		warning.Why = texts.New("warning.proxy.unnamed", "address", about, "header", w.Header, "entry", w.Entry)
		warning.Advice = texts.New("warning.proxy.unnamed.do", "header", w.Header)
	}
	ctx, cancel := context.WithTimeout(ctx, warnPatience)
	defer cancel()
	if err := h.monitor.Raise(ctx, warning); err != nil {
		h.config.Log.ErrorContext(ctx, "could not store a warning for the overview", "about", about, "error", err)
	}
}
