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

// Options are the parts of a Service.
type Options struct {
	Clients   *clients.Registry   // required
	Store     clients.Store       // where they are stored; required
	Keys      *clientauth.Keyring // keys of the issuers of software statements; required
	Documents metadatadoc.Reader  // reads documents that clients publish

	// AllowHTTP allows plain http addresses beyond loopback, for hubs in
	// development.
	AllowHTTP bool

	Now func() time.Time // time.Now if nil
}

// A Service keeps clients that no administrator added. It is safe for
// concurrent use.
type Service struct {
	clients   *clients.Registry
	store     clients.Store
	keys      *clientauth.Keyring
	documents metadatadoc.Reader
	allowHTTP bool
	now       func() time.Time

	missed  *cache.Map[string, miss] // unusable documents, by address
	flights singleflight.Group       // one concurrent read per document
	joining sync.Mutex               // held while clients are counted and one is added
}

// A miss is an unusable document.
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
