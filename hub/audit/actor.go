package audit

// An Actor is who asks for something, and from where.
type Actor struct {
	ID   string // in the audit log: a user's id, or the name of who runs a command
	Name string // where users read who decided something
	IP   string // empty at the command line
	// Agent is the User-Agent of the browser, of users who change their own
	// account.
	Agent string
	Ref   string // of the request
}

// Named is an actor without an account, as at the command line.
func Named(name string) Actor { return Actor{ID: name, Name: name} }

// Did sets the actor of an event.
func (a Actor) Did(e Event) Event {
	e.Actor, e.IP, e.Agent, e.Ref = a.ID, a.IP, a.Agent, a.Ref
	return e
}
