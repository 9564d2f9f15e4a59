package hubtest

import "testing"

// UserID is who has an address.
func (w *World) UserID(t *testing.T, email string) string {
	t.Helper()
	u, err := w.Hub.FindUser(t.Context(), email)
	Done(t, err)
	return u.ID
}

// ClientOf is what the secondary is called at the primary.
func (p Pair) ClientOf() string { return p.Secondary.Hub.ClientMetadata(p.Key.ID) }

// connected is the form of the page of connections that a browser comes back
// to from the other hub.
func (p Pair) Connect(b *Browser) Page {
	p.Secondary.Helper()
	back := p.Abroad(b, b.Post(b.Open("/account/connections"), "/account/connect/"+p.Key.ID), "ada@example.org")
	return b.Follow(b.Hop(back))
}
