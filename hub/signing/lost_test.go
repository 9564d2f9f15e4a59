package signing

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
)

// spoil gives a field of a stored key another value.
func spoil(t *testing.T, db *faultstore.Store, id, field string, value any) {
	t.Helper()
	r, err := db.Get(t.Context(), "signing", id)
	if err != nil {
		t.Fatal(err)
	}
	var doc bson.M
	if err := bson.Unmarshal(r.Doc, &doc); err != nil {
		t.Fatal(err)
	}
	doc[field] = value
	if r.Doc, err = bson.Marshal(doc); err != nil {
		t.Fatal(err)
	}
	if err := db.Replace(t.Context(), "signing", r); err != nil {
		t.Fatal(err)
	}
}

func (p *process) sign(alg string) string {
	p.t.Helper()
	token, err := p.Sign(p.t.Context(), alg, "JWT", claims{"ada"})
	if err != nil {
		p.t.Fatalf("sign with %s: %v", alg, err)
	}
	return token
}

// If a key's record is corrupt or cannot be decrypted, a running hub continues
// with its copy, and a starting one makes a new key. Keys of other algorithms are
// not affected.
func TestAKeyThatIsLostCostsNoOther(t *testing.T) {
	for _, row := range []struct {
		field string
		value any
	}{{"private", bson.A{7}}, {"private", "no cipher text"}} {
		set, _, db := shared(t)
		p := newProcess(t, set)
		published(t, p.Service)
		lost, other := p.sign(ES256), p.sign(RS256)
		spoil(t, db, "ES256/1", row.field, row.value)
		p.pass(tooOld)
		if !p.takes(lost) || !p.takes(other) || p.sign(ES256) == "" {
			t.Errorf("%v: whoever knows the key does not go on with it", row.value)
		}
		p.tend()

		fresh := newProcess(t, set)
		var log bytes.Buffer
		fresh.Log = slog.New(slog.NewTextHandler(&log, nil))
		fresh.time = p.time
		if fresh.takes(lost) || !fresh.takes(other) {
			t.Errorf("%v: a new process takes what was signed with the lost key: %v, with another: %v", row.value, fresh.takes(lost), fresh.takes(other))
		}
		next := fresh.sign(ES256)
		if !fresh.takes(next) {
			t.Errorf("%v: the key in its place is not known", row.value)
		}
		p.pass(tooOld)
		if !p.takes(next) {
			t.Errorf("%v: the other process does not learn of it", row.value)
		}
		if r, err := db.Get(t.Context(), "signing", "ES256/1"); err != nil || len(r.Doc) == 0 {
			t.Errorf("%v: the record is gone: %v", row.value, err)
		}
		if said := strings.Contains(log.String(), "ES256/1"); said != (row.value == "no cipher text") { // of the other the store speaks
			t.Errorf("%v: the log says %q", row.value, log.String())
		}
		if named := slices.ContainsFunc(fresh.Lost(), func(l Lost) bool { return l.ID == "ES256/1" }); named != (row.value == "no cipher text") {
			t.Errorf("%v: lost are %v", row.value, fresh.Lost())
		}
		if n := strings.Count(log.String(), "\n"); n > 1 {
			t.Errorf("%v: it is said %d times", row.value, n)
		}
		fresh.rotate(true) // which must get past the number of the lost one
	}
}

// The one that is lost may have been to say that those before it are void.
func TestAKeyBeforeALostOneIsNotTrusted(t *testing.T) {
	set, _, db := shared(t)
	p := newProcess(t, set)
	published(t, p.Service)
	before := p.sign(ES256)
	old, err := db.Get(t.Context(), "signing", "ES256/1")
	if err != nil {
		t.Fatal(err)
	}
	p.rotate(true)
	if err := db.Insert(t.Context(), "signing", store.Record{ID: "ES256/1", Doc: old.Doc}); err != nil { // it was not deleted yet
		t.Fatal(err)
	}
	spoil(t, db, "ES256/2", "alg", bson.A{7})
	fresh := newProcess(t, set)
	fresh.time = p.time
	if fresh.takes(before) {
		t.Error("what a distrusted key signed is taken")
	}
	fresh.tend()
	if _, err := db.Get(t.Context(), "signing", "ES256/1"); err != nil {
		t.Errorf("nobody can tell that it is void, and yet: %v", err)
	}
}
