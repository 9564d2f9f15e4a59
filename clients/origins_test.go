package clients

import (
	"testing"
	"time"
)

// Another process reads only the changes.
func TestOriginsOfOtherProcessesCount(t *testing.T) {
	w := newWorld(t)
	other := NewRegistry(Options{Store: w.store, Auth: w.auth, Now: w.clock.Now})
	const origin = "https://late.example.com"
	allows := func(when string, want bool) {
		t.Helper()
		w.clock.Forward(3 * time.Second)
		got, err := other.AnyAllowsOrigin(t.Context(), origin)
		if err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %v", when, got, err, want)
		}
	}
	app := spaApp()
	app.ID = "late"
	app.RedirectURIs = []string{origin + "/cb"}

	w.add(spaApp())
	allows("before there is such an app", false)
	w.add(app)
	allows("when it was added", true)
	edit := func(change func(c *Client) error) {
		if err := w.Update(t.Context(), "late", change); err != nil {
			t.Fatal(err)
		}
	}
	edit(func(c *Client) error { c.Disabled = true; return nil })
	allows("when it was disabled", false)
	edit(func(c *Client) error { c.Disabled = false; return nil })
	allows("when it was enabled again", true)
	edit(func(c *Client) error {
		c.RedirectURIs = []string{"https://moved.example.com/cb"}
		c.DefaultRedirectURI = c.RedirectURIs[0]
		return nil
	})
	allows("when it moved", false)
	edit(func(c *Client) error { c.Origins = []string{origin}; return nil })
	allows("when the origin was registered", true)
	if err := w.Delete(t.Context(), "late"); err != nil {
		t.Fatal(err)
	}
	allows("when it was deleted", false)
}
