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

	"github.com/fedhub/fedhub/hub/data"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/hub/selfservice"
	"github.com/fedhub/fedhub/hub/web/guard"
	"github.com/fedhub/fedhub/hub/web/signin/tried"

	"github.com/gin-gonic/gin"
	gorilla "github.com/gorilla/sessions"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/clients/clientauth"
	frappesite "github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/clients/hubs"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/dpop"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/mail/outbox"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/operator/auditlog"
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
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/account"
	"github.com/fedhub/fedhub/hub/web/accounts"
	"github.com/fedhub/fedhub/hub/web/admin/apps"
	auditpages "github.com/fedhub/fedhub/hub/web/admin/auditlog"
	grouppages "github.com/fedhub/fedhub/hub/web/admin/groups"
	hubpages "github.com/fedhub/fedhub/hub/web/admin/hubs"
	"github.com/fedhub/fedhub/hub/web/admin/operations"
	"github.com/fedhub/fedhub/hub/web/admin/people"
	"github.com/fedhub/fedhub/hub/web/admin/providers"
	"github.com/fedhub/fedhub/hub/web/aliases"
	"github.com/fedhub/fedhub/hub/web/authorize"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/hub/web/device"
	"github.com/fedhub/fedhub/hub/web/emailcode"
	"github.com/fedhub/fedhub/hub/web/federating"
	"github.com/fedhub/fedhub/hub/web/language"
	"github.com/fedhub/fedhub/hub/web/oidc"
	"github.com/fedhub/fedhub/hub/web/onetime"
	"github.com/fedhub/fedhub/hub/web/registering"
	"github.com/fedhub/fedhub/hub/web/second"
	"github.com/fedhub/fedhub/hub/web/signin"
	"github.com/fedhub/fedhub/hub/web/signout"
	signuppages "github.com/fedhub/fedhub/hub/web/signup"
	"github.com/fedhub/fedhub/hub/web/tokenendpoint"
	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/flood"
	"github.com/fedhub/fedhub/internal/lasting"
)

// LoginKeyService has the use-cases of login keys.
type LoginKeyService = loginkeys.Service

// A Hub holds all parts, connected. It is an http.Handler.
type Hub struct {
	// The use-cases of administration, for commands.
	*operator.Service
	*LoginKeyService
	*auditlog.Log

	config  Config
	backend *store.Guarded
	clock   *readiness.Clock
	data    data.Sets
	engine  *gin.Engine
	waits   *cache.Waits // waits for keys that other processes are about to publish
	leaving atomic.Bool  // shutdown has begun
	cleared atomic.Int64 // when the audit log was last fully cleared, in seconds

	// Tools.
	box       *seal.Box
	http      *http.Client
	lines     *flood.Handler // bounds the log lines that requests can cause
	audit     *audit.Recorder
	proofs    *dpop.Verifier
	mailer    mail.Mailer
	outbox    *outbox.Service // in front of the mail server; nil if there is none
	responder *web.Responder

	// Services.
	settings       *settings.Service
	signing        *signing.Service
	users          *users.Service
	groups         *groups.Service
	linking        *linking.Service
	passkeys       *passkeys.Service
	mailLinks      *maillinks.Service
	sessions       *cookies.Service
	flows          *flows.Service
	stops          *flows.Interruptions
	second         *authentication.SecondFactors
	self           *selfservice.Service
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
	apis           *apis.Service
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
	guard       *guard.Guard
	signin      *signin.Handler
	tried       *tried.Handler
	secondStep  *second.Handler
	accounts    *accounts.Handler
	emailCode   *emailcode.Handler
	onetime     *onetime.Handler
	signup      *signuppages.Handler
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

// adminHandlers are the administration pages, by topic.
type adminHandlers struct {
	apps       *apps.Handler
	providers  *providers.Handler
	hubs       *hubpages.Handler
	people     *people.Handler
	groups     *grouppages.Handler
	operations *operations.Handler
	audit      *auditpages.Handler
}

// New builds a hub on a database and creates missing sets and indexes. The
// error is a sentence for the operator. The hub serves at once; Run does the
// background work.
func New(ctx context.Context, config Config, backend store.Backend) (*Hub, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	lines := flood.NewHandler(config.Log.Handler(), config.Now)
	config.Log = slog.New(lines)
	if config.AsItIs {
		err = data.Schema().Look(ctx, backend, data.Specs())
	} else {
		err = data.Schema().Prepare(ctx, backend, data.Specs(), time.Now)
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
	h := &Hub{config: config, backend: guarded, clock: clock, lines: lines, waits: cache.NewWaits(config.Sleep), data: data.Open(guarded, config.Now)}
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

// mount registers the routes behind the common middleware.
func (h *Hub) mount() error {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	// Gin's own redirects answer POST with 307 and reflect headers. A wrong
	// address is a 404 instead.
	e.RedirectTrailingSlash, e.RedirectFixedPath = false, false
	e.HandleMethodNotAllowed = true
	e.UseRawPath = true // a client id can be a URL with escaped slashes
	// Gin must not read headers for the client's address: when it cannot parse
	// one, it falls back to the visitor's own X-Real-IP.
	e.ForwardedByClientIP, e.RemoteIPHeaders = false, nil
	if err := e.SetTrustedProxies(nil); err != nil {
		return fmt.Errorf("trust no proxy: %w", err)
	}
	addresses := web.NewAddresses(h.config.ProxyHeader, h.config.TrustedProxies, h.config.Log, h.warnOfProxy)
	certificates := web.CertificateReader{Header: h.config.ClientCertHeader, Log: h.config.Log}
	e.Use(h.responder.Headers(h.config.secure(), h.config.HSTSSubdomains), addresses.Read, language.Handler{Sessions: h.sessions}.Read, h.traced, certificates.Read, registry, web.Access(h.config.Log), h.responder.Recover())
	h.responder.Opens = map[string]bool{}
	preflights := map[string]bool{}
	for _, r := range h.routes() {
		e.Handle(r.method, r.path, r.guard.Wrap(r.handler))
		if r.method == http.MethodGet {
			e.HEAD(r.path, r.head())
			h.responder.Opens[r.path] = true
		}
		if r.guard.Preflight != nil && !preflights[r.path] {
			preflights[r.path] = true
			e.Handle(http.MethodOptions, r.path, h.responder.JSON(r.guard.Preflight))
		}
	}
	e.NoRoute(h.nothingHere())
	e.NoMethod(h.responder.NotFoundPage(http.StatusMethodNotAllowed))
	h.engine = e
	return nil
}

// nothingHere answers every unknown address with 404, and an earlier address of
// a page with the one that it has now, where the page is guarded as ever.
func (h *Hub) nothingHere() gin.HandlerFunc {
	notFound := h.responder.NotFoundPage(http.StatusNotFound)
	misplaced := h.guard.Rules().Open.Wrap(h.authorize.Misplaced)
	return func(c *gin.Context) {
		if aliases.BehindPath(c.Request.URL.Path) && c.Request.Method == http.MethodGet {
			misplaced(c)
			return
		}
		if to, moved := aliases.Moved(c.Request.URL); moved {
			c.Header("Location", to)
			c.Status(http.StatusPermanentRedirect) // method and body stay (RFC 9110 §15.4.9)
			return
		}
		notFound(c)
	}
}

// registry creates the gorilla/sessions registry in the request now, before
// other code holds the request's context. Creating it later would be a data
// race.
func registry(c *gin.Context) { gorilla.GetRegistry(c.Request) }

// ServeHTTP answers a request.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.engine.ServeHTTP(w, aliases.Known(r))
}

// choresEvery is how often expired records are deleted and keys checked.
const choresEvery = time.Minute

// Run does the background work until the context ends: it creates and rotates
// keys, delivers logout notices, and deletes expired records.
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
	if h.outbox != nil {
		group.Go(func() { h.outbox.Run(ctx) })
	}
	group.Go(func() { h.everyMinute(ctx, h.chores) })
	group.Go(func() { h.everyMinute(ctx, h.tendFederation) }) // other hubs may answer slowly
	group.Wait()
	h.pending.Wait()
	h.SendRest(ctx)
	h.hubs.Close()
	h.tellRest(lasting.Of(ctx), true)
}

// tellRest logs how many log lines and audit events were left out.
func (h *Hub) tellRest(ctx context.Context, all bool) {
	h.audit.Tell(ctx, all)
	h.lines.Tell(ctx, all)
}

// warmClients loads what requests need of all clients. If it fails, the first
// request that needs it tries again.
func (h *Hub) warmClients(ctx context.Context) {
	if err := h.clients.Warm(ctx); err != nil && !errors.Is(err, context.Canceled) {
		h.config.Log.WarnContext(ctx, "could not read the origins of applications; the first request that needs them will try again", "error", err)
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

// chores does the periodic work on this hub's own data.
func (h *Hub) chores(ctx context.Context) {
	h.tellRest(ctx, false)
	_, err := h.backend.Sweep(ctx, h.config.Now())
	if err = errors.Join(err, h.ClearUnused(ctx), h.linking.EndUnknown(ctx), h.DeleteDue(ctx), h.ClearGroups(ctx), h.ClearAPIs(ctx)); err != nil && !errors.Is(err, context.Canceled) {
		h.config.Log.ErrorContext(ctx, "could not delete expired records; the hub will try again", "error", err)
	}
	if err := h.tendKeys(ctx); err != nil && !errors.Is(err, context.Canceled) {
		h.config.Log.ErrorContext(ctx, "could not check or rotate the signing keys; the hub will try again", "error", err)
	}
	if err := h.clearAudit(ctx); err != nil && !errors.Is(err, context.Canceled) {
		h.config.Log.ErrorContext(ctx, "could not delete old audit events; the hub will try again", "error", err)
	}
}

// How often old events are deleted from the audit log, and how many at once.
// The rest follows a minute later.
const (
	clearEvery  = time.Hour
	mostCleared = 2000
)

// clearAudit deletes audit events older than the settings keep, and records
// that.
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

// tendFederation checks the connected hubs and providers.
func (h *Hub) tendFederation(ctx context.Context) {
	err := h.upstreams.Tend(ctx, func(key federation.LoginKey, now federation.ConnectionRequest) {
		h.audit.Record(ctx, audit.Event{Kind: audit.KeyJoined, Actor: "schedule", LoginKey: key.ID, Detail: map[string]string{"status": string(now.Status)}})
	})
	if err = errors.Join(err, h.hubs.TendServers(ctx)); err != nil && !errors.Is(err, context.Canceled) {
		h.config.Log.ErrorContext(ctx, "could not check the connected hubs; the hub will try again", "error", err)
	}
}

// tendKeys rotates signing keys that reached the age in the settings.
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

// Drain makes /readyz report not ready, so that a load balancer sends no more
// requests. Requests in progress continue.
func (h *Hub) Drain() { h.leaving.Store(true) }
