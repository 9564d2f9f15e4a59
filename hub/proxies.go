package hub

import (
	"context"
	"time"

	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/web"
)

// warnPatience is how long a request waits while a warning is stored.
const warnPatience = 2 * time.Second

// warnOfProxy stores a warning for the overview that a proxy is misconfigured.
func (h *Hub) warnOfProxy(ctx context.Context, w web.ProxyWarning) {
	ctx, cancel := context.WithTimeout(ctx, warnPatience)
	defer cancel()
	h.warn(ctx, health.ProxyMisconfigured(w.Proxy.String(), w.Header, w.Entry))
}

// warn puts a warning on the overview.
func (h *Hub) warn(ctx context.Context, w health.Warning) {
	if err := h.monitor.Raise(ctx, w); err != nil && ctx.Err() == nil {
		h.config.Log.ErrorContext(ctx, "could not store a warning for the overview", "about", w.About, "error", err)
	}
}
