package flows_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

// A world is flows and stops, and a clock that is moved by hand.
type world struct {
	*flows.Service
	stops *flows.Interruptions
	t     *testing.T
	time  time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: "flows"}, {Name: "stops"}}); err != nil {
		t.Fatal(err)
	}
	box, err := seal.New([]byte(strings.Repeat("k", seal.KeySize)))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, time: time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return w.time }
	w.Service = flows.NewService(store.NewCollection[flows.Flow](db, "flows", now), now)
	w.stops = &flows.Interruptions{Set: store.NewCollection[flows.Interruption](db, "stops", now), Box: box, Now: now}
	return w
}

func (w *world) begin() flows.Flow {
	w.t.Helper()
	f, err := w.Begin(w.t.Context(), "the browser", authrequest.Request{ClientID: "app", RedirectURI: "https://app.example.org/callback", State: "s"})
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

func (w *world) gone(what string, err error) {
	w.t.Helper()
	if !errors.Is(err, flows.ErrGone) {
		w.t.Errorf("%s: got %v, want that it is gone", what, err)
	}
}

func (w *world) good(what string, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Errorf("%s: %v", what, err)
	}
}

func TestAFlowBelongsToItsBrowserForHalfAnHour(t *testing.T) {
	w := newWorld(t)
	f := w.begin()
	_, err := w.Open(t.Context(), f.ID, "another browser")
	w.gone("another browser", err)
	_, err = w.Open(t.Context(), f.ID, "")
	w.gone("no browser", err)
	_, err = w.Open(t.Context(), "", "the browser")
	w.gone("no flow", err)
	w.time = w.time.Add(30*time.Minute - time.Second)
	_, err = w.Open(t.Context(), f.ID, "the browser")
	w.good("its browser, a second before", err)
	w.time = w.time.Add(time.Second)
	_, err = w.Open(t.Context(), f.ID, "the browser")
	w.gone("after half an hour", err)
	w.gone("agreeing then", w.Consent(t.Context(), f.ID, "ada"))
	w.gone("ending it then", w.End(t.Context(), f.ID))
}

func TestAFlowIsAnsweredOnce(t *testing.T) {
	w := newWorld(t)
	f := w.begin()
	var won atomic.Int32
	var tabs sync.WaitGroup
	for range 8 {
		tabs.Go(func() {
			var finished *flows.Finished
			switch err := w.End(t.Context(), f.ID); {
			case err == nil:
				won.Add(1)
			case !errors.As(err, &finished):
				t.Errorf("got %v, want that it is finished", err)
			}
		})
	}
	tabs.Wait()
	if won.Load() != 1 {
		t.Errorf("%d tabs answered, want 1", won.Load())
	}
	var finished *flows.Finished
	if _, err := w.Open(t.Context(), f.ID, "the browser"); !errors.As(err, &finished) || finished.Request.State != "" {
		t.Errorf("opened again: got %v, want that it is finished, without its state", err)
	}
	_, err := w.Open(t.Context(), f.ID, "another browser")
	w.gone("opened by another browser", err)
}

func TestWhatAPersonSaidIsNotedInTheFlow(t *testing.T) {
	w := newWorld(t)
	f := w.begin()
	w.good("consent", w.Consent(t.Context(), f.ID, "ada"))
	w.good("choose", w.Choose(t.Context(), f.ID, "eve"))
	w.good("quiet", w.AskedQuietly(t.Context(), f.ID))
	w.good("deny", w.Deny(t.Context(), f.ID))
	got, err := w.Open(t.Context(), f.ID, "the browser")
	if err != nil || got.Consented != "ada" || got.Chosen != "eve" || !got.Quiet || !got.Denied {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAStopIsTakenOnceByItsBrowserForTenMinutes(t *testing.T) {
	w := newWorld(t)
	keep := func(name string) {
		t.Helper()
		w.good("keep", w.stops.Keep(t.Context(), "away", name, "the browser", "the verifier"))
	}
	var out string
	take := func(kind, name, browser string) error { return w.stops.Take(t.Context(), kind, name, browser, &out) }
	keep("first")
	w.gone("another browser", take("away", "first", "another browser"))
	w.gone("no browser", take("away", "first", ""))
	w.gone("another kind", take("link", "first", "the browser"))
	w.gone("another name", take("away", "second", "the browser"))
	if out != "" {
		t.Errorf("something was handed out: %q", out)
	}
	w.good("to look at", w.stops.Peek(t.Context(), "away", "first", "the browser", &out))
	w.good("its browser", take("away", "first", "the browser"))
	if out != "the verifier" {
		t.Errorf("got %q", out)
	}
	w.gone("a second time", take("away", "first", "the browser"))

	keep("early")
	keep("late")
	w.time = w.time.Add(10*time.Minute - time.Second)
	w.good("a second before ten minutes", take("away", "early", "the browser"))
	w.time = w.time.Add(time.Second)
	w.gone("after ten minutes", take("away", "late", "the browser"))
}

func TestWhatABrowserCarriesIsGoodForItsTimeAndKind(t *testing.T) {
	w := newWorld(t)
	text, err := w.stops.Carry("note", "hello", time.Minute)
	w.good("carry", err)
	var out string
	w.gone("another kind", w.stops.Carried("other", text, &out))
	w.gone("what was not sealed here", w.stops.Carried("note", text+"x", &out))
	w.time = w.time.Add(time.Minute - time.Second)
	w.good("in time", w.stops.Carried("note", text, &out))
	if out != "hello" {
		t.Errorf("got %q", out)
	}
	w.time = w.time.Add(time.Second)
	w.gone("too late", w.stops.Carried("note", text, &out))
}
