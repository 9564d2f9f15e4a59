package hub

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/sitesetup"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/aliases"
	"github.com/fedhub/fedhub/internal/texts"
)

// How many login traces one address may cause, for sign-ins it began and for
// failed requests of unknown users, and how many all addresses together. The
// rest is in the log only.
const (
	tracedEvery, tracedBurst                   = 500 * time.Millisecond, 300
	allTracedEvery, allTracedBurst             = 20 * time.Millisecond, 3000
	strangerTracedEvery, strangerTracedBurst   = 10 * time.Second, 30
	allStrangersTracedEvery, allStrangersBurst = time.Second, 120
)

func (h *Hub) newTraces() *traces.Service {
	now := h.config.Now
	return &traces.Service{
		Set: h.data.Traces, Settings: h.settings, Log: h.config.Log, Now: now,
		Begins: both(web.NewLimiter(tracedEvery, tracedBurst, now), web.NewLimiter(allTracedEvery, allTracedBurst, now)),
		Strangers: both(web.NewLimiter(strangerTracedEvery, strangerTracedBurst, now),
			web.NewLimiter(allStrangersTracedEvery, allStrangersBurst, now)),
	}
}

// How often requests of one address, and of all addresses together, may be
// noted for a site's first sign-in.
const (
	debutEvery, debutBurst         = time.Second, 60
	allDebutsEvery, allDebutsBurst = 50 * time.Millisecond, 600
)

func (h *Hub) newDebuts() *sitesetup.Service {
	now := h.config.Now
	return &sitesetup.Service{
		Set: h.data.SiteSetups, Clients: h.clients, Sites: h.sites, Log: h.config.Log, Now: now,
		Allow: both(web.NewLimiter(debutEvery, debutBurst, now), web.NewLimiter(allDebutsEvery, allDebutsBurst, now)),
	}
}

// both limits each address, and all addresses together.
func both(each, all *web.Limiter) func(address string) bool {
	return func(address string) bool { return each.Allow(address) && all.Allow("") }
}

// onTheWay are the paths that belong to a sign-in.
var onTheWay = []string{
	"/oauth2/authorize", "/oauth2/token", aliases.Frappe + "authorize", aliases.Frappe + "get_token", aliases.Keycloak + "auth", aliases.Keycloak + "token",
	"/signin", "/signup", "/consent", "/account/", "/admin/providers/",
}

// signsIn are the paths that serve nothing but sign-ins.
var signsIn = []string{"/oauth2/authorize", aliases.Frappe + "authorize", aliases.Keycloak + "auth", "/signin", "/signup", "/consent"}

func under(path string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}

// traced collects the steps of a request that is part of a sign-in, and stores
// them when the request ends. HEAD is not a step.
func (h *Hub) traced(c *gin.Context) {
	if c.Request.Method == http.MethodHead || !aliases.BehindPath(c.Request.URL.Path) && !under(c.Request.URL.Path, onTheWay) {
		c.Next()
		return
	}
	a := h.traces.New(web.Ref(c), c.ClientIP())
	a.Rename = func(ref string) { web.WithReference(c, ref) }
	a.Secrets = func() []string { return web.Secrets(c) }
	ctx := c.Request.Context()
	c.Request = c.Request.WithContext(traces.With(ctx, a))
	c.Next()
	h.traces.Save(ctx, a)
	h.siteSetups.Learn(ctx, a)
}

// broke records in the trace the error that was shown and its cause.
func (h *Hub) broke(c *gin.Context, p web.ErrorPage, err error) {
	a := traces.Of(c.Request.Context())
	if a == nil {
		return
	}
	protocol := p.Protocol
	why := texts.New("trace.saw", "page", p.Heading)
	if protocol != nil || errors.As(err, &protocol) {
		why = texts.New("trace.saw.told", "page", p.Heading, "description", protocol.Why)
	}
	page := under(c.FullPath(), signsIn)
	if !page && protocol != nil {
		why = texts.New(traces.ToldApp, "description", protocol.Why)
	}
	facts := []traces.Fact{{Name: "status", Value: strconv.Itoa(p.Status)}}
	if protocol != nil {
		facts = append(facts, traces.Fact{Name: "error", Value: protocol.Code})
	}
	if cause := behind(p, err); cause != "" {
		facts = append(facts, traces.Fact{Name: "behind it", Value: cause})
	}
	a.Broke(page, why, facts...)
}

// behind is the private cause of an error, if it says more than the page did.
func behind(p web.ErrorPage, err error) string {
	switch {
	case p.Cause == nil && p.Status < http.StatusInternalServerError:
		return ""
	case p.Cause == nil:
		return err.Error()
	case p.Protocol != nil && p.Cause == error(p.Protocol):
		return ""
	}
	return p.Cause.Error()
}

// Traces returns the login traces with a reference as a person types it; none
// if it is unknown or not a reference.
func (h *Hub) Traces(ctx context.Context, typed string) ([]traces.Trace, error) {
	ref, ok := traces.ParseReference(typed)
	if !ok {
		return nil, nil
	}
	return h.traces.ByReference(ctx, ref)
}

// LatestTraces lists the newest login traces first.
func (h *Hub) LatestTraces(ctx context.Context, f traces.Filter, limit int) ([]traces.Trace, error) {
	found, _, err := h.traces.Latest(ctx, f, limit)
	return found, err
}
