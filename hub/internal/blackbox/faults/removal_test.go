package faults_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
)

func (f *faulty) done(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// namedIn are the sets that still name a client, except those that may: audit
// events, sign-out deliveries, and a running sign-in, which expires within the
// hour.
func (f *faulty) namedIn(id string) (in []string) {
	f.Helper()
	for _, spec := range hub.Sets() {
		all, err := f.db.Find(f.Context(), spec.Name, store.Query{})
		f.done(err)
		for _, r := range all {
			if strings.Contains(r.ID+r.Doc.String(), id) && spec.Name != "audit" && spec.Name != "signouts" && spec.Name != "flows" {
				in = append(in, spec.Name+" "+r.ID)
			}
		}
	}
	return in
}

// rows are the records of events that name a client or a login key.
func (f *faulty) rows(id string) (rows []string) {
	f.Helper()
	all, err := f.db.Find(f.Context(), "audit", store.Query{})
	f.done(err)
	for _, r := range all {
		if text := r.Doc.String(); strings.Contains(text, id) {
			rows = append(rows, text)
		}
	}
	return rows
}

// eachCall fails the first call of an act, then the second, and so on until none
// fails. before prepares a new record to act on.
func (f *faulty) eachCall(before func(), act func() error, after func(n int)) {
	f.Helper()
	for n := 1; ; n++ {
		before()
		f.db.Arm(faultstore.Plan{Nth: n, Counts: func(c faultstore.Call) bool { return c.OfRequest && c.Set != "audit" }})
		err := act()
		if !f.db.Disarm().Failed {
			if err != nil {
				f.Errorf("nothing failed, and yet: %v", err)
			}
			if n < 10 {
				f.Errorf("it took %d calls alone", n)
			}
			return
		}
		after(n)
	}
}

// If a call fails during the removal of a client, repeating it removes the rest,
// and the start of the removal is recorded.
func TestARemovalThatFailedHalfWayIsRepeated(t *testing.T) {
	f := newFaulty(t)
	operator := audit.Named("test")
	var h held
	remove := func() error {
		ctx, done := context.WithTimeout(faultstore.Request(t.Context()), 10*time.Second)
		defer done()
		return f.Hub.RemoveClient(ctx, operator, h.Client)
	}
	f.eachCall(func() { h = f.signedIn() }, remove, func(n int) {
		if rows := f.rows(h.ID); !slices.ContainsFunc(rows, func(row string) bool { return strings.Contains(row, `"done": "no"`) }) {
			t.Errorf("after call %d failed, the record says %s", n, rows)
		}
		if err := remove(); err != nil {
			t.Errorf("after call %d failed, once more: %v", n, err)
		}
		if in := f.namedIn(h.ID); len(in) > 0 {
			t.Errorf("after call %d failed and it was removed once more, it is named in %v", n, in)
		}
	})
}

// came marks a user's tokens and session as issued by a login key.
func (f *faulty) came(h held, key string) {
	f.Helper()
	for _, set := range []string{"families", "sessions"} {
		all, err := f.db.Find(f.Context(), set, store.Query{})
		f.done(err)
		for _, r := range all {
			var doc bson.M
			f.done(bson.Unmarshal(r.Doc, &doc))
			if !strings.Contains(r.Doc.String(), h.ID) {
				continue
			}
			doc["loginKey"] = key
			r.Doc, err = bson.Marshal(doc)
			f.done(err)
			f.done(f.db.Replace(f.Context(), set, r))
		}
	}
}

// The endings before the failure took effect and are recorded.
func TestAnEndingThatFailedHalfWayIsOnRecord(t *testing.T) {
	f := newFaulty(t)
	f.OpenIDKey("Dead", "https://dead.example.org")
	f.came(f.signedIn(), "dead")
	off := func() (loginkeys.SignedIn, error) {
		return f.Hub.SwitchLoginKey(t.Context(), audit.Named("test"), "dead", false, loginkeys.EndSignedIn)
	}
	f.db.Arm(faultstore.Plan{Nth: 1, Counts: func(c faultstore.Call) bool { return c.Verb == "Find" && c.Set == "decoupled" }})
	n, err := off()
	if !f.db.Disarm().Failed || err == nil || n != (loginkeys.SignedIn{Sessions: 1, Connections: 1}) {
		t.Fatalf("got %+v, %v", n, err)
	}
	rows := f.rows(`"which": "provider"`)
	if len(rows) != 1 || !strings.Contains(rows[0], `"done": "no"`) || !strings.Contains(rows[0], `"connections": "1"`) {
		t.Errorf("the record says %s", rows)
	}
	if n, err = off(); err != nil || n != (loginkeys.SignedIn{}) {
		t.Errorf("once more: got %+v, %v", n, err)
	}
}
