package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	gorilla "github.com/gorilla/sessions"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	frappesite "github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/clients/hubs"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/dpop"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/readiness"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/sitesetup"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/account"
	"github.com/fedhub/fedhub/hub/web/admin/apps"
	hubpages "github.com/fedhub/fedhub/hub/web/admin/hubs"
	"github.com/fedhub/fedhub/hub/web/admin/operations"
	"github.com/fedhub/fedhub/hub/web/admin/people"
	"github.com/fedhub/fedhub/hub/web/admin/providers"
	"github.com/fedhub/fedhub/hub/web/aliases"
	"github.com/fedhub/fedhub/hub/web/authorize"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/hub/web/device"
	"github.com/fedhub/fedhub/hub/web/federating"
	"github.com/fedhub/fedhub/hub/web/oidc"
	"github.com/fedhub/fedhub/hub/web/onetime"
	"github.com/fedhub/fedhub/hub/web/registering"
	"github.com/fedhub/fedhub/hub/web/signin"
	"github.com/fedhub/fedhub/hub/web/signout"
	"github.com/fedhub/fedhub/hub/web/tokenendpoint"
	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/flood"
	"github.com/fedhub/fedhub/internal/lasting"
)

// A Hub is everything, joined. It is an http.Handler.
type Hub struct {
	*operator.Service // what whoever runs the hub does with it

	config  Config
	backend *store.Guarded
	clock   *readiness.Clock
	data    data
	engine  *gin.Engine
	waits   *cache.Waits // for keys that others are about to publish
	leaving atomic.Bool  // it has begun to shut down
	cleared atomic.Int64 // when nothing was left to clear of the audit, in seconds

	// Tools.
	box       *seal.Box
	http      *http.Client
	lines     *flood.Handler // what strangers cause in the log is bounded
	audit     *audit.Recorder
	proofs    *dpop.Verifier
	mailer    mail.Mailer
	queue     *mail.Queue // before the mail server; nil if there is none
	responder *web.Responder

	// Services.
	settings       *settings.Service
	signing        *signing.Service
	users          *users.Service
	linking        *linking.Service
	mailLinks      *maillinks.Service
	sessions       *cookies.Service
	flows          *flows.Service
	stops          *flows.Interruptions
	requests       *authrequest.Service
	grants         *grants.Service
	tokens         *tokens.Service
	pending        *pending.Service
	logouts        *logouts.Service
	upstreamTokens *upstreamtokens.Service
	traces         *traces.Service
	siteSetups     *sitesetup.Service
	documents      metadatadoc.Reader
	clientAuth     *clientauth.Verifier
	clients        *clients.Registry
	hubs           *hubs.Service
	registrations  *registration.Service
	sites          *frappesite.Service
	invites        *hubs.Invites
	initials       registration.InitialTokens
	upstreams      *federation.Registry
	health         *health.Service
	readiness      *readiness.Service
	monitor        *health.Monitor

	// Handlers.
	authorize   *authorize.Handler
	signin      *signin.Handler
	onetime     *onetime.Handler
	federating  *federating.Handler
	signout     *signout.Handler
	consent     *authorize.ConsentHandler
	approve     *device.Handler
	account     *account.Handler
	token       *tokenendpoint.Handler
	registering *registering.Handler
	oidc        *oidc.Handler
	admin       adminHandlers
}

// adminHandlers are the pages of administrators, by topic.
type adminHandlers struct {
	apps       *apps.Handler
	providers  *providers.Handler
	hubs       *hubpages.Handler
	people     *people.Handler
	operations *operations.Handler
}

// New builds a hub over a database, whose sets and indexes it creates where
// they are missing. The error is a sentence for the operator. The hub serves
// at once; Run does what must happen beside the requests.
func New(ctx context.Context, config Config, backend store.Backend) (*Hub, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	lines := flood.NewHandler(config.Log.Handler(), config.Now)
	config.Log = slog.New(lines)
	if config.AsItIs {
		err = schema().Look(ctx, backend, sets())
	} else {
		err = schema().Prepare(ctx, backend, sets(), time.Now)
	}
	if err != nil {
		return nil, fmt.Errorf("prepare the database: %w", err)
	}
	clock := readiness.NewClock(config.Now, config.databaseTime(backend))
	clock.Measure(ctx, config.Log)
	config.Now = clock.Now
	guarded := store.Guard(backend, config.Now)
	guarded.Watch(func(e *store.DamagedError) {
		config.Log.ErrorContext(ctx, "a record of the database cannot be read; fedhub doctor lists all such records", "set", e.Set, "id", e.ID, "error", e)
	})
	h := &Hub{config: config, backend: guarded, clock: clock, lines: lines, waits: cache.NewWaits(config.Sleep), data: openData(guarded, config.Now)}
	if h.box, err = seal.New(config.SecretKey); err != nil {
		return nil, err
	}
	h.buildServices()
	h.buildHandlers()
	if err := h.mount(); err != nil {
		return nil, err
	}
	return h, nil
}

// mount puts the routes behind what every request passes through.
func (h *Hub) mount() error {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	// Gin's own redirects answer POST by 307 and reflect headers; an address
	// is right or it is not.
	e.RedirectTrailingSlash, e.RedirectFixedPath = false, false
	e.HandleMethodNotAllowed = true
	e.UseRawPath = true // the id of a client can be a URL, with escaped slashes
	// Gin believes no header about whom a request comes from: it would go on to
	// the visitor's own X-Real-IP where it cannot read an address.
	e.ForwardedByClientIP, e.RemoteIPHeaders = false, nil
	if err := e.SetTrustedProxies(nil); err != nil {
		return fmt.Errorf("trust no proxy: %w", err)
	}
	addresses := web.NewAddresses(h.config.ProxyHeader, h.config.TrustedProxies, h.config.Log, h.warnOfProxy)
	certificates := web.CertificateReader{Header: h.config.ClientCertHeader, Log: h.config.Log}
	e.Use(h.responder.Headers(h.config.secure(), h.config.HSTSSubdomains), addresses.Read, h.traced, certificates.Read, registry, web.Access(h.config.Log), h.responder.Recover())
	h.responder.Opens = map[string]bool{}
	preflights := map[string]bool{}
	for _, r := range h.routes() {
		e.Handle(r.method, r.path, r.guard.wrap(r.handler))
		if r.method == http.MethodGet {
			e.HEAD(r.path, r.head())
			h.responder.Opens[r.path] = true
		}
		if r.guard.preflight != nil && !preflights[r.path] {
			preflights[r.path] = true
			e.Handle(http.MethodOptions, r.path, h.responder.JSON(r.guard.preflight))
		}
	}
	e.NoRoute(h.nothingHere())
	e.NoMethod(h.responder.NotFoundPage(http.StatusMethodNotAllowed))
	h.engine = e
	return nil
}

// nothingHere answers at every other address.
func (h *Hub) nothingHere() gin.HandlerFunc {
	notFound := h.responder.NotFoundPage(http.StatusNotFound)
	misplaced := h.guards().open.wrap(h.authorize.Misplaced)
	return func(c *gin.Context) {
		if aliases.BehindPath(c.Request.URL.Path) && c.Request.Method == http.MethodGet {
			misplaced(c)
			return
		}
		notFound(c)
	}
}

// registry lets gorilla/sessions put what it remembers of a request into the
// request now, before anybody holds its context: later it would be a race.
func registry(c *gin.Context) { gorilla.GetRegistry(c.Request) }

// ServeHTTP answers a request.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.engine.ServeHTTP(w, aliases.Known(r))
}

// choresEvery is how often expired records are cleared away and keys tended.
const choresEvery = time.Minute

// Run does what must happen beside the requests, until the context ends: keys
// are made ready and replaced, clients are told of logouts, expired records go.
func (h *Hub) Run(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { h.readiness.Run(ctx) })
	group.Go(func() { h.warnOfOutgoing(ctx) })
	group.Go(func() { h.settings.Run(ctx) })
	group.Go(func() { h.warmClients(ctx) })
	group.Go(func() { h.signing.Run(ctx) })
	group.Go(func() { h.health.Run(ctx) })
	group.Go(func() { h.monitor.Run(ctx) })
	group.Go(func() { h.logouts.Run(ctx) })
	group.Go(func() { h.everyMinute(ctx, h.chores) })
	group.Go(func() { h.everyMinute(ctx, h.tendFederation) }) // others may be slow to answer
	group.Wait()
	h.pending.Wait()
	h.SendRest()
	h.hubs.Close()
	h.tellRest(lasting.Of(ctx), true)
}

// SendRest waits a moment for emails that are under way, and takes no more.
func (h *Hub) SendRest() {
	if h.queue != nil {
		h.queue.Close()
	}
}

// tellRest says how much was left out of the log and of the record of events.
func (h *Hub) tellRest(ctx context.Context, all bool) {
	h.audit.Tell(ctx, all)
	h.lines.Tell(ctx, all)
}

// warmClients reads what requests need of all clients. Where it fails the first
// request that needs it tries again.
func (h *Hub) warmClients(ctx context.Context) {
	if err := h.clients.Warm(ctx); err != nil && !errors.Is(err, context.Canceled) {
		h.config.Log.WarnContext(ctx, "the origins of applications are not read yet", "error", err)
	}
}

func (h *Hub) everyMinute(ctx context.Context, work func(context.Context)) {
	timer := time.NewTicker(choresEvery)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		work(ctx)
	}
}

// chores is what is due now and then.
func (h *Hub) chores(ctx context.Context) {
	h.tellRest(ctx, false)
	_, err := h.backend.Sweep(ctx, h.config.Now())
	if err = errors.Join(err, h.ClearUnused(ctx), h.linking.EndUnknown(ctx)); err != nil && !errors.Is(err, context.Canceled) {
		h.config.Log.ErrorContext(ctx, "expired records stay for now", "error", err)
	}
	if err := h.tendKeys(ctx); err != nil && !errors.Is(err, context.Canceled) {
		h.config.Log.ErrorContext(ctx, "the signing keys stay as they are for now", "error", err)
	}
	if err := h.clearAudit(ctx); err != nil && !errors.Is(err, context.Canceled) {
		h.config.Log.ErrorContext(ctx, "events that are too old stay for now", "error", err)
	}
}

// How often events are cleared away that are older than the settings keep, and
// how many at once; what is left then goes a minute later.
const (
	clearEvery  = time.Hour
	mostCleared = 2000
)

// clearAudit does that, on record.
func (h *Hub) clearAudit(ctx context.Context) error {
	s, err := h.settings.Current(ctx)
	now := h.config.Now()
	if err != nil || s.AuditLife() == 0 || now.Sub(time.Unix(h.cleared.Load(), 0)) < clearEvery {
		return err
	}
	before := now.Add(-s.AuditLife())
	n, err := h.audit.Clear(ctx, before, mostCleared)
	if n > 0 {
		h.audit.Record(ctx, audit.Event{Kind: audit.AuditCleared, Actor: "schedule",
			Detail: map[string]string{"events": strconv.Itoa(n), "before": before.UTC().Format(time.RFC3339)}})
	}
	if err == nil && n < mostCleared {
		h.cleared.Store(now.Unix())
	}
	return err
}

// tendFederation looks at the hubs above and below this one.
func (h *Hub) tendFederation(ctx context.Context) {
	err := h.upstreams.Tend(ctx, func(key federation.LoginKey, now federation.ConnectionRequest) {
		h.audit.Record(ctx, audit.Event{Kind: audit.KeyJoined, Actor: "schedule", LoginKey: key.ID, Detail: map[string]string{"status": string(now.Status)}})
	})
	if err = errors.Join(err, h.hubs.TendServers(ctx)); err != nil && !errors.Is(err, context.Canceled) {
		h.config.Log.ErrorContext(ctx, "other hubs were not looked at", "error", err)
	}
}

// tendKeys replaces signing keys that are as old as the settings let them be.
func (h *Hub) tendKeys(ctx context.Context) error {
	s, err := h.settings.Current(ctx)
	if err != nil {
		return err
	}
	rotated, err := h.signing.Tend(ctx, s.RotateEvery())
	for _, alg := range rotated {
		h.audit.Record(ctx, audit.Event{Kind: audit.SigningRotated, Actor: "schedule", Target: alg})
	}
	return err
}

// Drain makes the hub say that it is not ready, so that a balancer sends no
// more requests; those under way go on.
func (h *Hub) Drain() { h.leaving.Store(true) }
