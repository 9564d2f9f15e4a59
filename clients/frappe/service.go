package frappe

import (
	"context"
	"time"

	"github.com/fedhub/fedhub/clients"
)

// Options are the parts of a Service.
type Options struct {
	Clients   *clients.Registry                                             // required
	Once      func(ctx context.Context, name string, until time.Time) error // fails for all but the first caller of a name; may be nil
	AllowHTTP bool                                                          // allows sites on http beyond loopback
	Now       func() time.Time                                              // time.Now if nil
}

// A Service keeps the clients of Frappe sites, and the clients that a site had.
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
