package hub

import (
	"context"

	"github.com/fedhub/fedhub/hub/fetch"
	"github.com/fedhub/fedhub/hub/health"
)

// standing returns the warnings that follow from this hub's configuration.
func (h *Hub) standing() []health.Warning {
	if p := h.config.Proxy; p != nil && p.Resolves {
		return []health.Warning{health.ProxyJudges(p.String(), fetch.ProxyResolvesSetting)}
	}
	return nil
}

// warnOfOutgoing warns at the start that the proxy, and not the hub, decides
// which addresses are reached.
func (h *Hub) warnOfOutgoing(ctx context.Context) {
	for _, w := range h.standing() {
		h.config.Log.WarnContext(ctx, "the proxy resolves host names, so the hub cannot check addresses; the proxy must block private networks", "proxy", w.About)
		h.warn(ctx, w)
	}
}
