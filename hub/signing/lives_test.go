package signing

import (
	"errors"
	"io/fs"
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

// cards are those of an algorithm's keys, newest first.
func (p *process) cards(alg string) (out []Card) {
	p.t.Helper()
	all, err := p.List(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	for _, c := range all {
		if c.Alg == alg {
			out = append(out, c)
		}
	}
	return out
}

func (p *process) rotate(distrust bool) {
	p.t.Helper()
	if rotated, err := p.Rotate(p.t.Context(), "", distrust); err != nil || !rotated {
		p.t.Fatalf("rotate: got %v, %v", rotated, err)
	}
}

func (p *process) tend() {
	p.t.Helper()
	if _, err := p.Tend(p.t.Context(), 0); err != nil {
		p.t.Fatal(err)
	}
}

func TestAKeysCardTellsItsLife(t *testing.T) {
	set, _, _ := shared(t)
	p := newProcess(t, set)
	first := p.cards(ES256)[0]
	if first.State != Current || !first.Starts.Equal(p.time) || !first.Retires.IsZero() || !first.Leaves.IsZero() {
		t.Errorf("the first key: got %+v", first)
	}
	p.pass(time.Hour)
	made := p.time
	p.rotate(false)
	turn := made.Add(10 * time.Minute)
	for _, at := range []struct {
		what       string
		pass       time.Duration
		young, old State
	}{
		{"at once", 0, Waiting, Current},
		{"almost its turn", 10*time.Minute - 1, Waiting, Current},
		{"its turn", 1, Current, Retired},
		{"long after", 14 * 24 * time.Hour, Current, Retired},
	} {
		p.pass(at.pass)
		cards := p.cards(ES256)
		if len(cards) != 2 || cards[0].State != at.young || cards[1].State != at.old {
			t.Fatalf("%s: got %+v", at.what, cards)
		}
		young, old := cards[0], cards[1]
		if !young.Created.Equal(made) || !young.Starts.Equal(turn) || !young.Retires.IsZero() || !young.Leaves.IsZero() {
			t.Errorf("%s, the new key: got %+v", at.what, young)
		}
		if !old.Retires.Equal(turn) || !old.Leaves.Equal(turn.Add(15*24*time.Hour)) {
			t.Errorf("%s, the old key: got %+v", at.what, old)
		}
	}
}

// A key leaves the JWKS when it expires, without a cleanup job.
func TestAKeyLeavesTheJWKSByItself(t *testing.T) {
	set, _, _ := shared(t)
	p := newProcess(t, set)
	old := p.cards(ES256)[0].KID
	p.rotate(false)
	p.pass(10*time.Minute + 15*24*time.Hour - 1)
	if !slices.Contains(published(t, p.Service), old) {
		t.Error("it left too early")
	}
	p.pass(1)
	if slices.Contains(published(t, p.Service), old) {
		t.Error("it is still published")
	}
}

// Clients encrypt to the newest key at once. Older messages can still be
// decrypted until their key is deleted.
func TestOneKeyIsPublishedToEncryptTo(t *testing.T) {
	set, _, _ := shared(t)
	p := newProcess(t, set)
	for _, alg := range DecryptionAlgs() {
		old := keyFor(t, p.Service, alg)
		sealed, err := Encrypt(old, alg, "A128GCM", "JWT", []byte("hello"))
		if err != nil {
			t.Fatal(err)
		}
		p.rotate(false)
		set, err := p.Public(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var kids []string
		for _, key := range set.Keys {
			if key.Algorithm == alg {
				kids = append(kids, key.KeyID)
			}
		}
		if len(kids) != 1 || kids[0] == old.KeyID {
			t.Errorf("%s: published are %q, and the old one is %s", alg, kids, old.KeyID)
		}
		p.pass(24 * time.Hour)
		p.tend()
		young := newProcess(t, p.set) // it remembers nothing
		young.time = p.time
		for _, k := range []*process{p, young} {
			if plain, err := k.Decrypt(t.Context(), sealed); err != nil || string(plain) != "hello" {
				t.Errorf("%s, a day later: got %q, %v", alg, plain, err)
			}
		}
		p.pass(15 * 24 * time.Hour)
		p.tend()
		if _, err := p.Decrypt(t.Context(), sealed); !errors.Is(err, ErrDecrypt) {
			t.Errorf("%s, in the end: got %v", alg, err)
		}
	}
}

func TestAReplacedKeyIsWipedAnHourAfterItsTurn(t *testing.T) {
	set, _, _ := shared(t)
	p := newProcess(t, set)
	p.rotate(false)
	private := func(id string) bool {
		t.Helper()
		key, err := p.set.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return key.Private != ""
	}
	p.pass(10*time.Minute + time.Hour - 1)
	p.tend()
	if !private("ES256/1") {
		t.Error("it was wiped too early")
	}
	p.pass(1)
	p.tend()
	if private("ES256/1") || !private("ES256/2") {
		t.Errorf("an hour after: the old one has its private half: %v, the new one: %v", private("ES256/1"), private("ES256/2"))
	}
	p.tend() // once more changes nothing
	if key, err := p.set.Get(t.Context(), "ES256/1"); err != nil || key.Public == "" {
		t.Errorf("its public half: %v", err)
	}
}

// A record that is another key's by now is not wiped for the one before.
func TestAKeyThatTookTheRecordKeepsItsPrivateHalf(t *testing.T) {
	memory := userstest.NewMemory()
	set, _, _ := sharedOn(t, memory)
	p := newProcess(t, set)
	p.rotate(false)
	p.pass(2 * time.Hour)
	other, err := p.newKey(ES256, 1, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	swapped := false
	memory.Before = func(op, _, id string) error {
		if op != "get" || id != "ES256/1" || swapped {
			return nil
		}
		swapped = true
		return p.set.Update(t.Context(), id, func(key *Key) error { *key = other; return nil })
	}
	p.tend()
	memory.Before = nil
	key, err := p.set.Get(t.Context(), "ES256/1")
	if err != nil || !swapped || key.KID != other.KID || key.Private == "" {
		t.Errorf("swapped %v: got %s with a private half: %v (%v)", swapped, key.KID, key.Private != "", err)
	}
}

func TestDistrustWaitsForNobody(t *testing.T) {
	set, _, _ := shared(t)
	p := newProcess(t, set)
	for range 3 {
		p.rotate(false)
	}
	if _, err := p.Rotate(t.Context(), "", false); !errors.Is(err, ErrWaiting) {
		t.Fatalf("with three that wait: got %v", err)
	}
	p.rotate(true)
	for _, alg := range kinds() {
		cards := p.cards(alg)
		if len(cards) != 1 || cards[0].State != Current || cards[0].Starts.After(p.time) {
			t.Errorf("%s: got %+v, want one key that signs now", alg, cards)
		}
		// A copy of the database has nothing of the ones before.
		for _, number := range []string{"1", "2", "3", "4"} {
			if _, err := p.set.Get(t.Context(), alg+"/"+number); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s/%s is still there: %v", alg, number, err)
			}
		}
	}
	for range 3 { // the new keys are active, so none of them is waiting
		p.rotate(false)
	}
}

func TestTheFirstKeysAreNotMadeBySchedule(t *testing.T) {
	set, _, _ := shared(t)
	p := newProcess(t, set)
	if rotated, err := p.Tend(t.Context(), time.Hour); err != nil || len(rotated) != 0 {
		t.Errorf("an empty database: got %q, %v", rotated, err)
	}
}

func TestPeopleCompareTheKeysThatSign(t *testing.T) {
	set, _, _ := shared(t)
	p := newProcess(t, set)
	p.rotate(false)
	prints, err := p.Fingerprints(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, alg := range Algorithms() {
		for _, c := range p.cards(alg) {
			want = append(want, c.KID)
		}
	}
	if slices.Sort(want); !slices.Equal(prints, want) || len(want) != 2*len(Algorithms()) {
		t.Errorf("got %q, want %q", prints, want)
	}
}
