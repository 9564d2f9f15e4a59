package signing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"

	"github.com/fedhub/fedhub/hub/store"
)

// A key is published before it signs and after it has signed, so that a
// verifier can always find the key of a token (OIDC Core §10.1.1; RFC 7517 says
// nothing about it).
const (
	// lead is how long a new key is published before it signs: the JWKS may be
	// cached for five minutes, and clocks differ.
	lead = 10 * time.Minute
	// erase is how long a replaced key keeps its private half: until no process
	// can still use it as the current one.
	erase = time.Hour
	// keep is how long a replaced key stays published. A token lives at most 15
	// minutes. But a hub that identifies this one by its keys may not look for
	// days and must then find a known key; and an app sends the ID token from
	// the start of a session when it signs its user out, up to 14 days later
	// (RP-Initiated Logout §4).
	keep = 15 * 24 * time.Hour
)

// A ring is all keys at one moment; it is never modified. It is not a
// cache.Value: signing reads it without a lock, an old ring is used while a new
// one is read and while the database is down, and a process that makes a key
// adds it.
type ring struct {
	read  time.Time
	turn  uint64              // number of that reading; unlike clocks it never goes back
	byAlg map[string][]*ready // newest first
	byKID map[string]*ready
	last  map[string]int // the highest number of each algorithm
	kinds []string       // the algorithms in use, in the order of the JWKS
	lost  []Lost
	jwks  []byte // the published ones (RFC 7517 §5)
}

// A Lost key is stored but cannot be used.
type Lost struct {
	store.Damage
	Cause error
}

// newRing sorts the stored keys and leaves out void ones. Keys of the earlier
// ring are taken over with their caches.
//
// If a key cannot be used, the earlier keys of its algorithm are not used
// either, because it may have made them void; the algorithm gets a new key. If
// no private key can be decrypted at all, the secret key is wrong.
func (k *Service) newRing(stored []Key, damaged map[string]error, before *ring) (*ring, error) {
	r := &ring{read: k.now(), byAlg: map[string][]*ready{}, byKID: map[string]*ready{}, last: map[string]int{}, kinds: k.kinds()}
	slices.SortFunc(stored, func(a, b Key) int { return b.number() - a.number() })
	alone, opened := map[string]bool{}, false
	for _, key := range stored {
		alg := key.alg()
		r.last[alg] = max(r.last[alg], key.number())
		if alone[alg] {
			continue
		}
		ready, err := k.reopen(key, damaged[key.ID], before)
		if err != nil {
			alone[alg], r.lost = true, append(r.lost, Lost{store.Damage{Set: k.set.Name(), ID: key.ID}, err})
			continue
		}
		alone[alg] = ready.Alone
		opened = opened || ready.private != nil
		r.byAlg[alg] = append(r.byAlg[alg], ready)
		r.byKID[ready.KID] = ready
	}
	if len(r.lost) > 0 && !opened {
		return nil, r.lost[0].Cause
	}
	var err error
	r.jwks, err = json.Marshal(r.public(r.read))
	if err != nil {
		return nil, fmt.Errorf("encode the public keys: %w", err)
	}
	return r, nil
}

func (k *Service) reopen(key Key, damage error, before *ring) (*ready, error) {
	if before != nil {
		for _, known := range before.byAlg[key.alg()] {
			if known.ID == key.ID && (known.KID == key.KID || damage != nil) {
				return known, nil
			}
		}
	}
	if damage != nil {
		return nil, damage
	}
	return unseal(k.box, key)
}

// stored returns the keys in the database, and the errors of those with only a
// readable id. The set is small: a few generations of each algorithm.
func (k *Service) stored(ctx context.Context) (all []Key, damaged map[string]error, err error) {
	all, lost, err := k.set.Salvage(ctx, store.Query{})
	damaged = map[string]error{}
	for _, damage := range lost {
		all, damaged[damage.ID] = append(all, Key{ID: damage.ID}), damage
	}
	return all, damaged, err
}

// Lost returns the keys that are readable but cannot be decrypted. The store
// reports unreadable ones.
func (k *Service) Lost() []Lost {
	r := k.ring.Load()
	if r == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(r.lost), func(l Lost) bool { return errors.Is(l.Cause, store.ErrDamaged) })
}

// LookForLost reads the keys, and then returns Lost.
func (k *Service) LookForLost(ctx context.Context) []Lost {
	_ = k.load(ctx) // if no key can be decrypted, the secret key is wrong
	return k.Lost()
}

// current is the key that signs now: the newest that has started or, if none
// has by this clock, the oldest.
func (r *ring) current(alg string, now time.Time) *ready {
	keys := r.byAlg[alg]
	for _, key := range keys {
		if !now.Before(key.Starts) {
			return key
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return keys[len(keys)-1]
}

// retires is when the next key takes over; zero if there is none.
func (r *ring) retires(key *ready) time.Time {
	keys := r.byAlg[key.Alg]
	for i, one := range keys {
		if one == key && i > 0 {
			return keys[i-1].starts()
		}
	}
	return time.Time{}
}

// starts is when the key starts to sign, also if that was not stored.
func (k Key) starts() time.Time {
	if k.Starts.IsZero() {
		return k.Created
	}
	return k.Starts
}

// published reports whether the key is in the JWKS. An old encryption key still
// decrypts, but is not published for new encryption.
func (r *ring) published(key *ready, now time.Time) bool {
	retires := r.retires(key)
	if use(key.Alg) == "enc" {
		return key == r.current(key.Alg, now)
	}
	return retires.IsZero() || now.Before(retires.Add(keep))
}

// public returns the published keys, for each algorithm the newest first.
func (r *ring) public(now time.Time) jose.JSONWebKeySet {
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, alg := range r.kinds {
		for _, key := range r.byAlg[alg] {
			if r.published(key, now) {
				set.Keys = append(set.Keys, key.public)
			}
		}
	}
	return set
}

// How old the ring may be. Run reads it in the background every refreshEvery.
// Without Run, it is read again beside a request when it is older than stale,
// and before a request when it is older than tooOld, with a short wait. So
// another process's change is seen within seconds, and signing needs no
// database read. While the database is down the ring is used for up to a day.
const (
	refreshEvery = time.Second
	stale        = 2 * time.Second
	tooOld       = 10 * time.Second
	kept         = 24 * time.Hour
	waitFor      = time.Second
)

// Time limits for a read, and for making a key.
const (
	readLimit = 10 * time.Second
	makeLimit = 15 * time.Second
)

// Run prepares the keys, and then reads them in the background until the
// context ends, so that no request has to.
func (k *Service) Run(ctx context.Context) {
	k.Warm(ctx)
	timer := time.NewTicker(refreshEvery)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		_, _ = k.readSoon(ctx)
	}
}

// keys returns the ring. While the database is down it returns the last one.
func (k *Service) keys(ctx context.Context) (*ring, error) {
	r := k.ring.Load()
	if r == nil || k.now().Sub(r.read) >= kept {
		return k.reread(ctx)
	}
	age := k.now().Sub(r.read)
	switch {
	case 0 <= age && age < stale, k.pausing():
		return r, nil
	case 0 <= age && age < tooOld:
		k.start(ctx, "read", readLimit, k.load)
		return r, nil
	}
	return k.keysNow(ctx, r)
}

// moment is how long a ring counts as current, so that invented kids do not
// cost a database read each.
const moment = 100 * time.Millisecond

// keysNow returns a ring that was just read.
func (k *Service) keysNow(ctx context.Context, r *ring) (*ring, error) {
	if r != nil && (k.pausing() || k.now().Sub(r.read).Abs() < moment) {
		return r, nil
	}
	if r == nil {
		return k.reread(ctx)
	}
	if fresh, err := k.readSoon(ctx); err == nil {
		return fresh, nil
	}
	return r, nil
}

// readSoon is reread with a short wait, for callers that have a ring.
func (k *Service) readSoon(ctx context.Context) (*ring, error) {
	soon, done := context.WithTimeout(ctx, waitFor)
	defer done()
	r, err := k.reread(soon)
	if err != nil && ctx.Err() == nil {
		k.failed.Store(k.now().UnixNano())
	}
	return r, err
}

// pausing reports whether a read failed just now.
func (k *Service) pausing() bool {
	failed := k.failed.Load()
	return failed != 0 && k.now().Sub(time.Unix(0, failed)).Abs() < stale
}

// reread reads the keys, once for concurrent callers. If the one that reads is
// cancelled, the others still get the result.
func (k *Service) reread(ctx context.Context) (*ring, error) {
	return k.once(ctx, "read", readLimit, k.load)
}

// load reads the keys itself.
func (k *Service) load(ctx context.Context) error {
	began, turn := k.now(), k.turns.Add(1)
	stored, damaged, err := k.stored(ctx)
	if err != nil {
		k.failed.Store(k.now().UnixNano())
		return err
	}
	r, err := k.newRing(stored, damaged, k.ring.Load())
	if err != nil {
		return err
	}
	r.read, r.turn = began, turn
	k.failed.Store(0)
	k.tell(ctx, r, k.ring.Load())
	for {
		last := k.ring.Load()
		if last != nil && last.turn > turn {
			return nil // a later reading finished first
		}
		if k.ring.CompareAndSwap(last, r) {
			return nil
		}
	}
}

// tell logs lost keys, once. The store logs unreadable ones.
func (k *Service) tell(ctx context.Context, r, before *ring) {
	for _, lost := range r.lost {
		known := before != nil && slices.ContainsFunc(before.lost, func(l Lost) bool { return l.ID == lost.ID })
		if !known && !errors.Is(lost.Cause, store.ErrDamaged) {
			k.Log.ErrorContext(ctx, "a key of this hub cannot be used; the hub creates a new one", "id", lost.ID, "error", lost.Cause)
		}
	}
}

// once runs a task once for concurrent callers, and returns the ring
// afterwards.
func (k *Service) once(ctx context.Context, what string, limit time.Duration, do func(context.Context) error) (*ring, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-k.start(ctx, what, limit, do):
		return k.ring.Load(), result.Err
	}
}

func (k *Service) start(ctx context.Context, what string, limit time.Duration, do func(context.Context) error) <-chan singleflight.Result {
	return k.flights.DoChan(what, func() (any, error) {
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), limit)
		defer done()
		return nil, do(ctx)
	})
}

// key returns the algorithm's current key, and makes the first one.
func (k *Service) key(ctx context.Context, alg string) (*ready, error) {
	r, err := k.keys(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(r.kinds, alg) {
		return nil, fmt.Errorf("there is no key for %s; use one of %s", alg, strings.Join(r.kinds, " "))
	}
	if key := r.current(alg, k.now()); key != nil {
		return key, nil
	}
	r, err = k.once(ctx, "make "+alg, makeLimit, func(ctx context.Context) error { return k.first(ctx, alg) })
	if err != nil {
		return nil, fmt.Errorf("the %s signing key: %w", alg, err)
	}
	return r.current(alg, k.now()), nil
}

// first makes the first key of an algorithm, unless another process did.
func (k *Service) first(ctx context.Context, alg string) error {
	if err := k.load(ctx); err != nil || k.ring.Load().current(alg, k.now()) != nil {
		return err
	}
	key, err := k.newKey(alg, k.ring.Load().last[alg]+1, time.Time{})
	if err != nil {
		return err
	}
	_, err = k.add(ctx, key)
	return err
}

// add stores a new key, unless another process stored one with that number.
func (k *Service) add(ctx context.Context, key Key) (ours bool, err error) {
	err = k.set.Insert(ctx, key)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return false, err
	}
	return err == nil, k.load(ctx)
}
