package hubtest

import "testing"

// UserID is the id of the user with this address.
func (w *World) UserID(t *testing.T, email string) string {
	t.Helper()
	u, err := w.Hub.FindUser(t.Context(), email)
	Done(t, err)
	return u.ID
}

// ClientOf is the secondary's client ID at the primary.
func (p Pair) ClientOf() string { return p.Secondary.Hub.ClientMetadata(p.Key.ID) }

// connected is the form on the page of connections, after the return from the
// other hub.
func (p Pair) Connect(b *Browser) Page {
	p.Secondary.Helper()
	back := p.Abroad(b, b.Post(b.Open("/account/connections"), "/account/connect/"+p.Key.ID), "ada@example.org")
	return b.Follow(b.Hop(back))
}
