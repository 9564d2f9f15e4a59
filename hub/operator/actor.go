package operator

import (
	"context"

	"github.com/fedhub/fedhub/hub/audit"
)

// An Actor is who asks for something, and from where.
type Actor struct {
	ID   string // in the record of events: of a user, or of who runs a command
	Name string // where people read who decided something
	IP   string // empty at the command line
	Ref  string // of the request
}

// Named is an actor who has no account here, as at the command line.
func Named(name string) Actor { return Actor{ID: name, Name: name} }

func (s *Service) record(ctx context.Context, by Actor, e audit.Event) {
	e.Actor, e.IP, e.Ref = by.ID, by.IP, by.Ref
	s.parts.Audit.Record(ctx, e)
}
