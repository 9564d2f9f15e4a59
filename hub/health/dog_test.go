package health

import (
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
)

func TestOneOfManyProcessesGoesRound(t *testing.T) {
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(t.Context()) }) //nolint:errcheck // the test is over
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: "watches"}}); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	clock := func() time.Time { return now }
	d := &Monitor{Watches: store.NewCollection[Check](db, "watches", clock), Now: clock}
	round := func() int32 {
		var ours atomic.Int32
		var group sync.WaitGroup
		for range 32 {
			group.Go(func() {
				if due, err := d.due(t.Context()); err != nil {
					t.Error(err)
				} else if due {
					ours.Add(1)
				}
			})
		}
		group.Wait()
		return ours.Load()
	}
	if got := round(); got != 0 {
		t.Errorf("at the first start %d go round", got)
	}
	now = now.Add(first)
	if got := round(); got != 1 {
		t.Errorf("after an hour %d go round, want 1", got)
	}
	if got := round(); got != 0 {
		t.Errorf("while one goes round %d more do", got)
	}
	now = now.Add(claim) // it died
	if got := round(); got != 1 {
		t.Errorf("after one died %d go round, want 1", got)
	}

	// A corrupt record is replaced, by one process.
	r, err := db.Get(t.Context(), "watches", watchID)
	if err != nil {
		t.Fatal(err)
	}
	if r.Doc, err = bson.Marshal(bson.D{{Key: "id", Value: watchID}, {Key: "next", Value: "soon"}}); err != nil {
		t.Fatal(err)
	}
	if err := db.Replace(t.Context(), "watches", r); err != nil {
		t.Fatal(err)
	}
	if got := round(); got != 0 {
		t.Errorf("beside a damaged record %d go round at once", got)
	}
	now = now.Add(first)
	if got := round(); got != 1 {
		t.Errorf("an hour after the record was damaged %d go round, want 1", got)
	}
}

func TestWhatNeedsAttention(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	soon, late := now.Add(5*24*time.Hour), now.Add(100*24*time.Hour)
	key := func(edit func(*federation.LoginKey)) federation.LoginKey {
		k := federation.LoginKey{ID: "up", Name: "Up", Kind: federation.KindOpenID, Enabled: true}
		edit(&k)
		return k
	}
	fault := func(kind federation.FaultKind) error { return federation.NewFault(kind, "Up", errors.New("why")) }
	for id, row := range map[string]struct {
		key  federation.LoginKey
		seen federation.Sight
		err  error
	}{
		"":                     {key: key(func(k *federation.LoginKey) { k.SecretExpires = late }), seen: federation.Sight{Certificates: map[string]time.Time{"a": late}}},
		"key/up/certificate/a": {key: key(func(*federation.LoginKey) {}), seen: federation.Sight{Certificates: map[string]time.Time{"a": soon}}},
		"key/up/secret":        {key: key(func(k *federation.LoginKey) { k.SecretExpires = soon })},
		"key/up/moved":         {key: key(func(*federation.LoginKey) {}), seen: federation.Sight{Card: federation.ProviderInfo{ForeignHosts: []string{"b"}}}},
		"key/up/silent":        {key: key(func(*federation.LoginKey) {}), err: fault(federation.Unreachable)},
		"key/up/changed":       {key: key(func(*federation.LoginKey) {}), err: fault(federation.Misconfigured)},
		"key/up/untrusted":     {key: key(func(*federation.LoginKey) {}), err: fault(federation.Untrusted)},
		"key/up/join":          {key: key(func(k *federation.LoginKey) { k.Kind, k.Join.Status = federation.KindPeer, federation.Suspended })},
	} {
		found := checkKey(row.key, row.seen, row.err, now)
		if got := ids(found); got != id {
			t.Errorf("got %q, want %q", got, id)
		}
		for _, w := range found {
			if w.Words(templates.Sentence) == "" || w.ToDo(templates.Sentence) == "" || w.URL == "" || w.Subject(templates.Sentence) == "" {
				t.Errorf("%s lacks words: %+v", id, w)
			}
		}
	}

	server := clients.Client{ID: "s", Server: &clients.FederatedHub{Host: "s", KeyThumbprints: []string{"one", "two"}}}
	published := func(keys ...string) clients.Client {
		return clients.Client{Server: &clients.FederatedHub{KeyThumbprints: keys}}
	}
	for want, got := range map[string][]Warning{
		"":                  checkServer(server, published("two", "three"), nil),
		"server/s/keys":     checkServer(server, published("three"), nil),
		"server/s/document": checkServer(server, clients.Client{}, errors.New("gone")),
		"signing/old":       checkSigning([]signing.Card{{State: signing.Current, Starts: now.Add(-200 * 24 * time.Hour)}}, 90*24*time.Hour, now),
	} {
		if ids(got) != want {
			t.Errorf("got %q, want %q", ids(got), want)
		}
	}
	if found := checkSigning([]signing.Card{{State: signing.Current, Starts: now.Add(-200 * 24 * time.Hour)}}, 0, now); found != nil {
		t.Errorf("keys that are never replaced by schedule: %+v", found)
	}
}

func TestAWarningOfAnEarlierHubSpeaksAsItDid(t *testing.T) {
	old := Warning{Text: "It is silent.", Do: "Look."}
	if got := old.Words(templates.Sentence) + " " + old.ToDo(templates.Sentence); got != "It is silent. Look." {
		t.Errorf("an earlier hub's: %s", got)
	}
	if got := (Warning{About: "Signing keys"}).Subject(templates.Sentence); got != "Signing keys" {
		t.Errorf("an earlier hub's is about: %s", got)
	}
	now := Warning{Why: texts.New("warning.silent", "name", "Up", "cause", "no route"), Advice: texts.New("warning.untrusted.do")}
	if got := now.Words(templates.Sentence) + " " + now.ToDo(templates.Sentence); got != "Up does not respond (no route). Contact its operator." {
		t.Errorf("ours: %s", got)
	}
}

func ids(all []Warning) string {
	text := ""
	for _, w := range all {
		text += w.ID
	}
	return text
}
