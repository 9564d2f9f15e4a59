package hubtest

import "github.com/fedhub/fedhub/hub/audit"

// Entering are the events of entering a secret at a site.
func (x *Linking) Entering(me string, events ...audit.Event) []audit.Event {
	for i := range events {
		events[i].Actor, events[i].Client = me, x.App.ID
	}
	return ByRequest(events...)
}
