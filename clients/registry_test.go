package clients

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/testkit/memstore"
)

func TestAddReturnsTheClientAsKept(t *testing.T) {
	w := newWorld(t)
	c := webApp()
	c.ID = ""
	c.Secrets = []clientauth.Secret{{ID: "smuggled"}}
	c.Server = &FederatedHub{State: Active}
	c.ConsentVersion = 7
	added := w.add(c)
	if !strings.HasPrefix(added.ID, "client_") || len(added.ID) < 20 {
		t.Errorf("id: got %q", added.ID)
	}
	kept := w.lookup(added.ID)
	if kept.ConsentVersion != 1 || len(kept.Secrets) > 0 || kept.Server != nil || !kept.Created.Equal(w.clock.Now()) {
		t.Errorf("got %+v", kept)
	}
	if fmt.Sprint(kept) != fmt.Sprint(added) {
		t.Errorf("kept %+v, returned %+v", kept, added)
	}
}

func TestAnIDIsTakenOnce(t *testing.T) {
	w := newWorld(t)
	w.add(webApp())
	if _, err := w.Add(t.Context(), webApp()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want fs.ErrExist", err)
	}
}

func TestAnIDIsPlainAndNeverAURL(t *testing.T) {
	w := newWorld(t, allowHTTP)
	for _, id := range []string{"https://hub.example.net/oauth2/client-metadata", "a b", "a:b", "é", "a/b", strings.Repeat("a", 129)} {
		_, err := w.Add(t.Context(), with(webApp(), func(c *Client) { c.ID = id }))
		var problems forms.Problems
		if !errors.As(err, &problems) || problems[0].Field != "id" {
			t.Errorf("%q: got %v, want a problem at id", id, err)
		}
	}
}

func TestABrokenClientIsNotKept(t *testing.T) {
	w := newWorld(t)
	var problems forms.Problems
	if _, err := w.Add(t.Context(), Client{ID: "x", AuthMethod: "magic"}); !errors.As(err, &problems) || len(problems) != 3 {
		t.Errorf("got %v, want problems with name, method and redirect URIs", err)
	}
	w.add(webApp())
	err := w.Update(t.Context(), "web1", func(c *Client) error { c.RedirectURIs[0] = "https://*"; return nil })
	if !errors.As(err, &problems) {
		t.Errorf("got %v, want problems", err)
	}
	if got, want := w.lookup("web1").RedirectURIs[0], webApp().RedirectURIs[0]; got != want {
		t.Errorf("after a refused update: got %q, want %q", got, want)
	}
}

func TestTheGenerationRisesWhenTheClientBecomesSomeoneElse(t *testing.T) {
	w := newWorld(t)
	w.add(webApp())
	for _, row := range []struct {
		name   string
		change func(*Client)
		rises  bool
	}{
		{"name", func(c *Client) { c.Name = "Other" }, true},
		{"redirect URIs", func(c *Client) { c.RedirectURIs = append(c.RedirectURIs, "https://app.example.com/two") }, true},
		{"type", func(c *Client) { c.Type, c.AuthMethod = SPA, clientauth.MethodNone }, true},
		{"nothing", func(*Client) {}, false},
		{"scopes", func(c *Client) { c.Scopes = append(c.Scopes, "more") }, false},
		{"consent", func(c *Client) { c.SkipAuthorization = true }, false},
		{"roles", func(c *Client) { c.AllowedRoles = []string{"staff"} }, false},
	} {
		before := w.lookup("web1")
		w.clock.Forward(time.Second)
		if err := w.Update(t.Context(), "web1", func(c *Client) error { row.change(c); return nil }); err != nil {
			t.Fatalf("%s: %v", row.name, err)
		}
		after := w.lookup("web1")
		if got := after.ConsentVersion > before.ConsentVersion; got != row.rises {
			t.Errorf("%s: generation went from %d to %d", row.name, before.ConsentVersion, after.ConsentVersion)
		}
		if !after.Updated.After(before.Updated) || !after.Created.Equal(before.Created) {
			t.Errorf("%s: created %v, updated %v", row.name, after.Created, after.Updated)
		}
	}
}

func TestAFormCannotOverwriteWhatHasItsOwnVerb(t *testing.T) {
	w := newWorld(t)
	w.add(webApp())
	secret := w.addSecret("web1", 0)
	err := w.Update(t.Context(), "web1", func(c *Client) error {
		form := webApp()
		form.ID, form.Name = "stolen", "Renamed"
		form.Server = &FederatedHub{State: Active}
		form.ConsentVersion = 99
		*c = form
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c := w.lookup("web1")
	if c.Name != "Renamed" || c.Server != nil || c.ConsentVersion != 2 || c.Created.IsZero() {
		t.Errorf("got %+v", c)
	}
	if err := w.login(bySecret("web1", secret)); err != nil {
		t.Errorf("the secret is gone: %v", err)
	}
}

func TestAClientThatStopsUsingSecretsLosesThem(t *testing.T) {
	w := newWorld(t)
	w.add(webApp())
	w.addSecret("web1", 0)
	err := w.Update(t.Context(), "web1", func(c *Client) error { c.Type, c.AuthMethod = SPA, clientauth.MethodNone; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if got := w.lookup("web1").Secrets; len(got) > 0 {
		t.Errorf("got %v", got)
	}
}

func TestTheErrorOfAChangeEndsTheUpdate(t *testing.T) {
	w := newWorld(t)
	w.add(webApp())
	stop := errors.New("stop")
	if err := w.Update(t.Context(), "web1", func(*Client) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v, want %v", err, stop)
	}
	if err := w.Update(t.Context(), "nobody", func(*Client) error { return nil }); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
}

func TestTheTokenPathReadsTheStoreOnceInTwoSeconds(t *testing.T) {
	w := newWorld(t)
	w.add(webApp())
	before, _ := w.store.Counts()
	get := func(n int, id string) {
		for range n {
			_, _ = w.Get(t.Context(), id)
		}
	}
	get(100, "web1")
	get(100, "nobody") // a miss costs the same as a hit
	w.clock.Forward(cacheLife - time.Millisecond)
	get(100, "web1")
	middle, _ := w.store.Counts()
	if got, want := middle-before, 2; got != want {
		t.Errorf("reads: got %d, want %d", got, want)
	}
	w.clock.Forward(time.Millisecond)
	get(100, "web1")
	after, _ := w.store.Counts()
	if got, want := after-middle, 1; got != want {
		t.Errorf("reads after two seconds: got %d, want %d", got, want)
	}
}

func TestAChangeIsSeenAtOnceHereAndWithinTwoSecondsElsewhere(t *testing.T) {
	w := newWorld(t)
	elsewhere := NewRegistry(Options{Store: w.store, Auth: w.auth, Now: w.clock.Now})
	if _, err := w.Get(t.Context(), "web1"); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	w.add(webApp())
	for _, r := range []*Registry{w.Registry, elsewhere} {
		if _, err := r.Get(t.Context(), "web1"); err != nil {
			t.Fatalf("right after adding: %v", err)
		}
	}

	err := w.Update(t.Context(), "web1", func(c *Client) error { c.Disabled = true; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Get(t.Context(), "web1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("here: got %v, want fs.ErrNotExist", err)
	}
	w.clock.Forward(cacheLife)
	if _, err := elsewhere.Get(t.Context(), "web1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("elsewhere: got %v, want fs.ErrNotExist", err)
	}
	if got := w.lookup("web1"); !got.Disabled {
		t.Error("Lookup does not show the disabled client")
	}
}

func TestADeletedClientIsGoneAtOnce(t *testing.T) {
	w := newWorld(t)
	w.add(webApp())
	if _, err := w.Get(t.Context(), "web1"); err != nil {
		t.Fatal(err)
	}
	if err := w.Delete(t.Context(), "web1"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Get(t.Context(), "web1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
	if err := w.Delete(t.Context(), "web1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("again: got %v, want fs.ErrNotExist", err)
	}
}

func TestAHugeIDNeverReachesTheStore(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"", strings.Repeat("x", 1<<20)} {
		if _, err := w.Get(t.Context(), id); !errors.Is(err, fs.ErrNotExist) || len(err.Error()) > 100 {
			t.Errorf("got %.100v, want fs.ErrNotExist", err)
		}
	}
	if reads, _ := w.store.Counts(); reads != 0 {
		t.Errorf("reads: got %d, want 0", reads)
	}
}

func TestAClockThatIsSetBackDoesNotFreezeTheCache(t *testing.T) {
	w := newWorld(t)
	w.add(webApp())
	if _, err := w.Get(t.Context(), "web1"); err != nil {
		t.Fatal(err)
	}
	before, _ := w.store.Counts()
	w.clock.Forward(-time.Hour)
	if _, err := w.Get(t.Context(), "web1"); err != nil {
		t.Fatal(err)
	}
	if after, _ := w.store.Counts(); after != before+1 {
		t.Errorf("reads: got %d, want 1", after-before)
	}
}

func TestNoCallerSeesWhatAnotherDoesToItsCopy(t *testing.T) {
	w := newWorld(t)
	w.add(webApp())
	var all sync.WaitGroup
	for n := range 16 {
		all.Go(func() {
			c, err := w.Get(t.Context(), "web1")
			if err != nil {
				t.Error(err)
				return
			}
			c.RedirectURIs[0], c.Scopes[0] = fmt.Sprint(n), "mine"
		})
	}
	all.Wait()
	c, err := w.Get(t.Context(), "web1")
	if err != nil || c.RedirectURIs[0] != webApp().RedirectURIs[0] || c.Scopes[0] != "openid" {
		t.Errorf("got %v, %v", c, err)
	}
}

func TestEveryoneIsListedByAdministration(t *testing.T) {
	w := newWorld(t)
	w.add(webApp())
	w.add(with(spaApp(), func(c *Client) { c.Disabled = true }))
	all, err := memstore.Listed(w.All(t.Context()))
	if err != nil || len(all) != 2 {
		t.Errorf("got %v, %v", all, err)
	}
	servers, err := memstore.Listed(w.ByState(t.Context(), Pending))
	if err != nil || len(servers) != 0 {
		t.Errorf("got %v, %v; ordinary clients are in no state", servers, err)
	}
}
