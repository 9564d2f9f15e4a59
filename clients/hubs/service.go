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

// Options are the parts of a Service.
type Options struct {
	Clients   *clients.Registry    // required; it reports every client that it returns to the Service
	Auth      *clientauth.Verifier // required
	Documents metadatadoc.Reader   // reads metadata of hubs

	// AllowHTTP allows plain http addresses beyond loopback, for hubs in
	// development.
	AllowHTTP bool

	Now func() time.Time // time.Now if nil
	Log *slog.Logger     // slog.Default() if nil
}

// A Service keeps the metadata of connected hubs and their status. It is safe
// for concurrent use.
type Service struct {
	clients   *clients.Registry
	auth      *clientauth.Verifier
	documents metadatadoc.Reader
	allowHTTP bool
	now       func() time.Time
	log       *slog.Logger

	sights  *cache.Map[string, cachedDocument]
	flights singleflight.Group // one concurrent fetch per key
	joining sync.Mutex         // held while pending hubs are counted and one is added
	turns   *cache.Turns
	worker  *worker
}

// New returns a Service. Close stops its background work.
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

// Close stops the background work and waits for its end.
func (s *Service) Close() { s.worker.close() }
