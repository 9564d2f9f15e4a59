package hub

import (
	"context"

	"github.com/fedhub/fedhub/hub/fetch"
	"github.com/fedhub/fedhub/hub/health"
)

// standing are the warnings that hold for this hub as it is set up.
func (h *Hub) standing() []health.Warning {
	if p := h.config.Proxy; p != nil && p.Resolves {
		return []health.Warning{health.ProxyJudges(p.String(), fetch.ProxyResolvesSetting)}
	}
	return nil
}

// warnOfOutgoing says at once that a proxy judges where the hub's requests go.
func (h *Hub) warnOfOutgoing(ctx context.Context) {
	for _, w := range h.standing() {
		h.config.Log.WarnContext(ctx, "the proxy resolves names, so it alone judges which addresses are fetched from; it must let nothing reach inner networks", "proxy", w.About)
		if err := h.monitor.Raise(ctx, w); err != nil && ctx.Err() == nil {
			h.config.Log.ErrorContext(ctx, "a warning is not on the overview", "about", w.About, "error", err)
		}
	}
}
