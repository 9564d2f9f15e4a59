package hubtest

import "github.com/fedhub/fedhub/clients"

// Saved submits a client's form and returns the stored client.
func (b *Browser) Saved(a *App, pairs ...string) clients.Client {
	b.W.Helper()
	path := "/admin/clients/" + a.ID
	p := b.Submit(b.Open(path), path, pairs...)
	if p.Status != 200 {
		b.W.Fatalf("got %d:\n%s", p.Status, p.Body)
	}
	c, err := b.W.Hub.Client(b.W.Context(), a.ID)
	if err != nil {
		b.W.Fatal(err)
	}
	return c
}
