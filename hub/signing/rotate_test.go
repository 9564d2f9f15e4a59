package signing

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// clock is moved by hand.
type clock struct{ skipped atomic.Int64 }

func (c *clock) now() time.Time       { return time.Now().Add(time.Duration(c.skipped.Load())) }
func (c *clock) skip(d time.Duration) { c.skipped.Add(int64(d)) }

// states are those of an algorithm's keys, newest first, by their kid.
func states(t *testing.T, k *Service, alg string) (kids []string, states []State) {
	t.Helper()
	cards, err := k.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cards {
		if c.Alg == alg {
			kids, states = append(kids, c.KID), append(states, c.State)
		}
	}
	return kids, states
}

func published(t *testing.T, k *Service) []string {
	t.Helper()
	set, err := k.Public(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var kids []string
	for _, key := range set.Keys {
		kids = append(kids, key.KeyID)
	}
	return kids
}

func signedBy(t *testing.T, k *Service, alg string) (kid, token string) {
	t.Helper()
	token, err := k.Sign(t.Context(), alg, "JWT", claims{"ada"})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := jose.ParseSignedCompact(token, algorithms())
	if err != nil {
		t.Fatal(err)
	}
	return signed.Signatures[0].Protected.KeyID, token
}

func TestAKeyIsPublishedBeforeItSignsAndAfter(t *testing.T) {
	for _, alg := range []string{ES256, RS256} {
		c := &clock{}
		k := newKeeper(open(t), box(t, 'k'), c.now)
		old, oldToken := signedBy(t, k, alg)
		if _, err := k.Rotate(t.Context(), "", false); err != nil {
			t.Fatal(err)
		}
		kids, is := states(t, k, alg)
		if !slices.Equal(is, []State{Waiting, Current}) || kids[1] != old {
			t.Fatalf("%s: got %v, want a new key that waits", alg, is)
		}
		young := kids[0]
		step := func(what string, d time.Duration, signs string, want ...string) {
			t.Helper()
			c.skip(d)
			if _, err := k.Tend(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
			if kid, _ := signedBy(t, k, alg); kid != signs {
				t.Errorf("%s %s: %s signs, want %s", alg, what, kid, signs)
			}
			all := published(t, k)
			for _, kid := range []string{old, young} {
				if slices.Contains(all, kid) != slices.Contains(want, kid) {
					t.Errorf("%s %s: published are %v, want %v among them", alg, what, all, want)
				}
			}
		}
		step("at once", 0, old, old, young)
		step("when caches of five minutes have run out", 6*time.Minute, old, old, young)
		step("when its turn has come", 5*time.Minute, young, old, young)
		var got claims
		if err := k.Verify(t.Context(), oldToken, "JWT", &got); err != nil {
			t.Errorf("%s: what the old key signed: %v", alg, err)
		}
		step("when the old one has no private half", 2*time.Hour, young, old, young)
		if err := newKeeper(k.set, k.box, c.now).Verify(t.Context(), oldToken, "JWT", &got); err != nil {
			t.Errorf("%s: what the old key signed, in another process: %v", alg, err)
		}
		step("in the end", 16*24*time.Hour, young, young)
		if err := k.Verify(t.Context(), oldToken, "JWT", &got); !errors.Is(err, ErrVerify) {
			t.Errorf("%s: the deleted key still verifies: %v", alg, err)
		}
	}
}

func TestAReplacedKeyLosesItsPrivateHalf(t *testing.T) {
	c := &clock{}
	k := newKeeper(open(t), box(t, 'k'), c.now)
	if _, err := k.Rotate(t.Context(), "", false); err != nil {
		t.Fatal(err)
	}
	later := func(d time.Duration) {
		t.Helper()
		c.skip(d)
		if _, err := k.Tend(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
	}
	// It is replaced ten minutes from now; another process may use it as the
	// current one for a while.
	later(40 * time.Minute)
	for _, alg := range Algorithms() {
		if first, err := k.set.Get(t.Context(), alg+"/1"); err != nil || first.Private == "" {
			t.Errorf("%s: the private half went too early (%v)", alg, err)
		}
	}
	later(80 * time.Minute)
	for _, alg := range Algorithms() {
		first, err := k.set.Get(t.Context(), alg+"/1")
		if err != nil || first.Private != "" || first.Public == "" {
			t.Errorf("%s: the private half is still there (%v)", alg, err)
		}
		second, err := k.set.Get(t.Context(), alg+"/2")
		if err != nil || second.Private == "" {
			t.Errorf("%s: the current key has no private half (%v)", alg, err)
		}
	}
}

func TestKeysAreReplacedBySchedule(t *testing.T) {
	const every = 30 * 24 * time.Hour
	c := &clock{}
	set, b := open(t), box(t, 'k')
	k := newKeeper(set, b, c.now)
	tend := func(every time.Duration) int {
		t.Helper()
		made := atomic.Int64{}
		var all sync.WaitGroup
		for range 4 { // several processes see that it is time
			all.Go(func() {
				rotated, err := newKeeper(set, b, c.now).Tend(t.Context(), every)
				if err != nil {
					t.Error(err)
				}
				made.Add(int64(len(rotated)))
			})
		}
		all.Wait()
		return int(made.Load())
	}
	published(t, k) // the first keys
	for _, row := range []struct {
		what  string
		skip  time.Duration
		every time.Duration
		want  int
	}{
		{"fresh keys", 0, every, 0},
		{"almost there", every - 11*time.Minute, every, 0},
		{"never", 2 * time.Minute, 0, 0},
		{"ten minutes ahead", 0, every, len(kinds())},
		{"again at once", 0, every, 0},
		{"while they are young", 20 * 24 * time.Hour, every, 0},
		{"the next time", 10 * 24 * time.Hour, every, len(kinds())},
	} {
		c.skip(row.skip)
		if got := tend(row.every); got != row.want {
			t.Errorf("%s: %d keys were made, want %d", row.what, got, row.want)
		}
	}
}

func TestADistrustedKeyVerifiesNothingAnywhere(t *testing.T) {
	c := &clock{}
	set, b := open(t), box(t, 'k')
	one, two := newKeeper(set, b, c.now), newKeeper(set, b, c.now)
	kid, token := signedBy(t, one, ES256)
	var got claims
	if err := two.Verify(t.Context(), token, "JWT", &got); err != nil {
		t.Fatal(err)
	}
	if _, err := one.Rotate(t.Context(), "", false); err != nil { // one waits too
		t.Fatal(err)
	}
	if _, err := one.Rotate(t.Context(), "", true); err != nil {
		t.Fatal(err)
	}
	c.skip(10 * time.Second)
	for name, k := range map[string]*Service{"the same process": one, "another": two, "a later one": newKeeper(set, b, c.now)} {
		if err := k.Verify(t.Context(), token, "JWT", &got); !errors.Is(err, ErrVerify) {
			t.Errorf("%s: the old token passes: %v", name, err)
		}
		if slices.Contains(published(t, k), kid) {
			t.Errorf("%s: the old key is published", name)
		}
		if _, is := states(t, k, ES256); !slices.Equal(is, []State{Current}) {
			t.Errorf("%s: got %v, want the new key alone", name, is)
		}
		_, fresh := signedBy(t, k, ES256)
		if err := one.Verify(t.Context(), fresh, "JWT", &got); err != nil {
			t.Errorf("%s: what it signs now: %v", name, err)
		}
	}
}

func TestDistrustIsNotLostToARotationAtTheSameTime(t *testing.T) {
	set, b := open(t), box(t, 'k')
	one := newKeeper(set, b, time.Now)
	kid, _ := signedBy(t, one, ES256)
	published(t, one)
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			_, err := newKeeper(set, b, time.Now).Rotate(t.Context(), "", i == 0)
			if err != nil && !errors.Is(err, ErrWaiting) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if slices.Contains(published(t, newKeeper(set, b, time.Now)), kid) {
		t.Error("the distrusted key is still published")
	}
}

func TestAButtonThatIsPressedTwiceRotatesOnce(t *testing.T) {
	k := newKeeper(open(t), box(t, 'k'), time.Now)
	seen, err := k.Newest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, false} {
		if rotated, err := k.Rotate(t.Context(), seen, false); err != nil || rotated != want {
			t.Errorf("press %d: got %v, %v, want %v", i+1, rotated, err, want)
		}
	}
	for range 2 {
		if _, err := k.Rotate(t.Context(), "", false); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := k.Rotate(t.Context(), "", false); !errors.Is(err, ErrWaiting) {
		t.Errorf("too many: got %v, want ErrWaiting", err)
	}
}
