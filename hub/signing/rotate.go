package signing

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

// A State is the stage of a key's life.
type State string

// The states of a key, in order.
const (
	Waiting State = "waiting" // published, signs later
	Current State = "current" // signs
	Retired State = "retired" // no longer signs; published for what it signed
)

// A Card describes a key for administrators, without secrets.
type Card struct {
	KID     string
	Alg     string
	Use     string // "sig" or "enc"
	State   State
	Created time.Time
	Starts  time.Time
	Retires time.Time // when the next one takes over; zero if there is none
	Leaves  time.Time // when it is deleted; zero if unknown
}

// List returns the keys, for each algorithm the newest first.
func (k *Service) List(ctx context.Context) ([]Card, error) {
	if _, err := k.Public(ctx); err != nil { // makes sure that every algorithm has a key
		return nil, err
	}
	r, now := k.ring.Load(), k.now()
	var cards []Card
	for _, alg := range k.kinds() {
		current := r.current(alg, now)
		for _, key := range r.byAlg[alg] {
			card := Card{
				KID: key.KID, Alg: alg, Use: use(alg), State: Retired,
				Created: key.Created, Starts: key.starts(), Retires: r.retires(key),
			}
			switch {
			case key == current:
				card.State = Current
			case now.Before(key.Starts):
				card.State = Waiting
			}
			if !card.Retires.IsZero() {
				card.Leaves = card.Retires.Add(keep)
			}
			cards = append(cards, card)
		}
	}
	return cards, nil
}

// ErrWaiting says that enough new keys are waiting.
var ErrWaiting = errors.New("new keys are published already and will be used within ten minutes; rotate again after that")

// maxWaiting bounds the waiting keys of an algorithm.
const maxWaiting = 3

// Rotate makes the next key of every algorithm. It is published at once and
// signs ten minutes later, after cached copies of the JWKS have expired. The
// earlier key stays published for what it signed.
//
// With distrust, because the old keys may be compromised, the new ones sign at
// once and the old ones are removed: everything that they signed is refused.
//
// seen, unless empty, is the kid of the newest key that the caller knows. If it
// is no longer the newest, another caller rotated first and nothing happens.
func (k *Service) Rotate(ctx context.Context, seen string, distrust bool) (rotated bool, err error) {
	if _, err := k.Public(ctx); err != nil {
		return false, err
	}
	if err := k.load(ctx); err != nil {
		return false, err
	}
	r := k.ring.Load()
	if seen != "" && seen != r.newest() {
		return false, nil
	}
	for _, alg := range k.kinds() {
		if !distrust && r.waiting(alg, k.now()) >= maxWaiting {
			return false, ErrWaiting
		}
	}
	for _, alg := range k.kinds() {
		if distrust {
			err = k.nextAlone(ctx, alg)
		} else {
			_, err = k.next(ctx, r, alg, false)
		}
		if err != nil {
			return rotated, fmt.Errorf("rotate the %s key: %w", alg, err)
		}
		rotated = true
	}
	if distrust {
		return true, k.tidy(ctx)
	}
	return true, nil
}

// Newest is the kid to pass to Rotate.
func (k *Service) Newest(ctx context.Context) (string, error) {
	if _, err := k.Public(ctx); err != nil {
		return "", err
	}
	return k.ring.Load().newest(), nil
}

// newest is the last key of the algorithm that is rotated last.
func (r *ring) newest() string {
	all := kinds()
	keys := r.byAlg[all[len(all)-1]]
	if len(keys) == 0 {
		return ""
	}
	return keys[0].KID
}

func (r *ring) waiting(alg string, now time.Time) int {
	n := 0
	for _, key := range r.byAlg[alg] {
		if now.Before(key.Starts) {
			n++
		}
	}
	return n
}

// next adds the key after the newest of the ring. The number in its id decides
// between concurrent processes.
func (k *Service) next(ctx context.Context, r *ring, alg string, alone bool) (ours bool, err error) {
	var starts time.Time
	if use(alg) == "sig" && !alone {
		starts = k.now().Add(lead)
	}
	key, err := k.newKey(alg, r.last[alg]+1, starts)
	if err != nil {
		return false, err
	}
	key.Alone = alone
	return k.add(ctx, key)
}

// nextAlone is next with distrust; it repeats until it succeeds.
func (k *Service) nextAlone(ctx context.Context, alg string) error {
	for {
		ours, err := k.next(ctx, k.ring.Load(), alg, true)
		if err != nil || ours {
			return err
		}
	}
}

// Tend does the due work, and returns the algorithms with a new key: keys older
// than every get a successor (never if every is 0), replaced keys lose their
// private half and are deleted later. Any number of processes may call it at
// any time.
func (k *Service) Tend(ctx context.Context, every time.Duration) (rotated []string, err error) {
	if err := k.load(ctx); err != nil {
		return nil, err
	}
	r := k.ring.Load()
	for _, alg := range k.kinds() {
		keys := r.byAlg[alg]
		if every <= 0 || len(keys) == 0 || k.now().Sub(keys[0].starts()) < every-lead {
			continue
		}
		ours, err := k.next(ctx, r, alg, false)
		if err != nil {
			return rotated, fmt.Errorf("rotate the %s key: %w", alg, err)
		}
		if ours {
			rotated = append(rotated, alg)
		}
	}
	return rotated, k.tidy(ctx)
}

// tidy deletes expired keys, and private halves that are not needed.
func (k *Service) tidy(ctx context.Context) error {
	stored, damaged, err := k.stored(ctx)
	if err != nil {
		return err
	}
	r, err := k.newRing(stored, damaged, k.ring.Load())
	if err != nil {
		return err
	}
	for _, key := range stored {
		if damaged[key.ID] != nil || r.misses(key.alg()) {
			continue // a lost key may have made others void
		}
		if err := k.tidyOne(ctx, r, key); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return k.load(ctx)
}

// misses reports whether a key of the algorithm is lost.
func (r *ring) misses(alg string) bool {
	return slices.ContainsFunc(r.lost, func(l Lost) bool { return Key{ID: l.ID}.alg() == alg })
}

func (k *Service) tidyOne(ctx context.Context, r *ring, key Key) error {
	known, now := r.byKID[key.KID], k.now()
	if known == nil {
		return k.set.Delete(ctx, key.ID) // it is void
	}
	retires := r.retires(known)
	switch {
	case retires.IsZero():
		return nil
	case !now.Before(retires.Add(keep)):
		return k.set.Delete(ctx, key.ID)
	case use(key.Alg) == "sig" && key.Private != "" && !now.Before(retires.Add(erase)):
		public, err := known.publicOnly()
		if err != nil {
			return err
		}
		return k.set.Update(ctx, key.ID, func(stored *Key) error {
			if stored.KID != key.KID || stored.Private == "" {
				return store.ErrUnchanged
			}
			*stored = public
			return nil
		})
	}
	return nil
}
