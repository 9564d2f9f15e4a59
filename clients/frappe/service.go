package frappe

import (
	"context"
	"time"

	"github.com/fedhub/fedhub/clients"
)

// Options are what a Service works with.
type Options struct {
	Clients   *clients.Registry                                             // required
	Once      func(ctx context.Context, name string, until time.Time) error // fails for all but the first who name it; may be nil
	AllowHTTP bool                                                          // admits sites by http beyond loopback
	Now       func() time.Time                                              // time.Now if nil
}

// A Service keeps the clients that Frappe sites are, and those that a site had.
type Service struct {
	clients   *clients.Registry
	once      func(ctx context.Context, name string, until time.Time) error
	allowHTTP bool
	now       func() time.Time
}

// New returns a Service.
func New(o Options) *Service {
	s := &Service{clients: o.Clients, once: o.Once, allowHTTP: o.AllowHTTP, now: o.Now}
	if s.now == nil {
		s.now = time.Now
	}
	return s
}
