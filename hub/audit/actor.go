package audit

// An Actor is who asks for something, and from where.
type Actor struct {
	ID   string // in the record of events: of a user, or of who runs a command
	Name string // where people read who decided something
	IP   string // empty at the command line
	Ref  string // of the request
}

// Named is an actor who has no account here, as at the command line.
func Named(name string) Actor { return Actor{ID: name, Name: name} }

// Did is an event as the actor's.
func (a Actor) Did(e Event) Event {
	e.Actor, e.IP, e.Ref = a.ID, a.IP, a.Ref
	return e
}
