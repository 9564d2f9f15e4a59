package hubtest

import (
	"testing"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// Like posts the page's form for one address to another, as an attacker who knows
// the addresses can.
func (b *Browser) Like(p Page, action, path string, pairs ...string) Page {
	b.W.Helper()
	_, fields, ok := Form(p.Body, action)
	if !ok {
		b.W.Fatalf("no form leads to %s on the page %s:\n%s", action, p.URL, p.Body)
	}
	return b.Read(b.PostForm(b.W.URL+path, Edited(fields, pairs)))
}

// Connected is a user of the secondary with a password and a linked identity of
// the primary, in the browser that linked it.
func (p Pair) Connected(t *testing.T, local, there string) (*Browser, users.User, linking.LinkEvent) {
	t.Helper()
	u := p.Secondary.Person(local)
	b := p.Here(local)
	b.Follow(b.Hop(p.Abroad(b, b.Post(b.Open("/account/connections"), "/account/connect/"+p.Key.ID), there)))
	all, err := p.Secondary.Hub.Linking().Records(t.Context(), u.ID)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d changes, %v", len(all), err)
	}
	return b, u, all[0]
}
