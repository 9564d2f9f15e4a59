package registration

import (
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
	Clients   *clients.Registry   // required
	Store     clients.Store       // in which those are kept; required
	Keys      *clientauth.Keyring // of those who sign software statements; required
	Documents metadatadoc.Reader  // of what clients publish

	// AllowHTTP admits plain http addresses beyond loopback, for hubs in
	// development.
	AllowHTTP bool

	Now func() time.Time // time.Now if nil
}

// A Service keeps clients that nobody here entered. It is safe for concurrent
// use.
type Service struct {
	clients   *clients.Registry
	store     clients.Store
	keys      *clientauth.Keyring
	documents metadatadoc.Reader
	allowHTTP bool
	now       func() time.Time

	missed  *cache.Map[string, miss] // documents that could not be used, by their addresses
	flights singleflight.Group       // one reading of a document at a time
	joining sync.Mutex               // held while clients are counted and one is added
}

// A miss is a document that could not be used.
type miss struct {
	err error
	at  time.Time
}

// New returns a Service.
func New(o Options) *Service {
	s := &Service{
		clients: o.Clients, store: o.Store, keys: o.Keys, documents: o.Documents, allowHTTP: o.AllowHTTP, now: o.Now,
		missed: cache.NewMap[string, miss](maxMissed),
	}
	if s.now == nil {
		s.now = time.Now
	}
	return s
}
