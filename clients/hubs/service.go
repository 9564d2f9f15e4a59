package hubs

import (
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/internal/cache"
)

// Options are what a Service works with.
type Options struct {
	Clients   *clients.Registry    // required; from now on it tells the Service of every client it gives out
	Auth      *clientauth.Verifier // required
	Documents metadatadoc.Reader   // of what hubs publish

	// AllowHTTP admits plain http addresses beyond loopback, for hubs in
	// development.
	AllowHTTP bool

	Now func() time.Time // time.Now if nil
	Log *slog.Logger     // slog.Default() if nil
}

// A Service keeps what connected hubs publish about themselves, and how they
// stand. It is safe for concurrent use.
type Service struct {
	clients   *clients.Registry
	auth      *clientauth.Verifier
	documents metadatadoc.Reader
	allowHTTP bool
	now       func() time.Time
	log       *slog.Logger

	sights  *cache.Map[string, cachedDocument]
	flights singleflight.Group // one fetch of a thing at a time
	joining sync.Mutex         // held while pending hubs are counted and one is added
	turns   *cache.Turns
	worker  *worker
}

// New returns a Service. Close it to end what it does in the background.
func New(o Options) *Service {
	s := &Service{
		clients: o.Clients, auth: o.Auth, documents: o.Documents, allowHTTP: o.AllowHTTP, now: o.Now, log: o.Log,
		sights: cache.NewMap[string, cachedDocument](maxSights), turns: cache.NewTurns(), worker: newWorker(),
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	o.Clients.OnGet(s.refreshIfOld)
	return s
}

// Close stops refreshing in the background and waits until it has stopped.
func (s *Service) Close() { s.worker.close() }
