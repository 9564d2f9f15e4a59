package hubtest

import "github.com/fedhub/fedhub/federation"

// Key reads a login key of the hub.
func (w *World) Key(id string) federation.LoginKey {
	w.Helper()
	k := w.LoginKey(id)
	if k.ID == "" {
		w.Fatalf("there is no login key %q", id)
	}
	return k
}
