package hub_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/store"
)

// A faulty backend lets one write fail: before it happens, or behind it, when
// whoever waits hears that it may or may not have happened.
type faulty struct {
	store.Backend
	countdown atomic.Int64 // the write that fails is the one that takes it to 0
	behind    atomic.Bool
}

var errFault = errors.New("the database went away")

// next arms the backend: the nth write from now on fails.
func (f *faulty) next(n int64, behind bool) {
	f.behind.Store(behind)
	f.countdown.Store(n)
}

// over disarms it, and tells whether it has failed meanwhile.
func (f *faulty) over() bool { return f.countdown.Swap(0) <= 0 }

func (f *faulty) write(set string, do func() error) error {
	// What the hub writes beside the requests must not use the failure up.
	if !slices.Contains([]string{"grants", "families", "opaques"}, set) || f.countdown.Add(-1) != 0 {
		return do()
	}
	if !f.behind.Load() {
		return errFault
	}
	return errors.Join(errFault, do())
}

func (f *faulty) Insert(ctx context.Context, set string, r store.Record) error {
	return f.write(set, func() error { return f.Backend.Insert(ctx, set, r) })
}

func (f *faulty) Replace(ctx context.Context, set string, r store.Record) error {
	return f.write(set, func() error { return f.Backend.Replace(ctx, set, r) })
}

func (f *faulty) Take(ctx context.Context, set, id string) (r store.Record, err error) {
	err = f.write(set, func() error { r, err = f.Backend.Take(ctx, set, id); return err })
	return r, err
}

// SECURITY TK-35: whatever write fails while a code or a refresh token is
// redeemed, there are no tokens without their records, and nothing works
// twice.
func TestADatabaseThatFailsInTheMiddleGivesNothingTwice(t *testing.T) {
	f := &faulty{Backend: openSQLite(t)}
	w := newWorld(t, f)
	w.person("ada@example.org")
	a := w.app(func(c *clients.Client) { c.RefreshTokens = true; c.Scopes = append(c.Scopes, "offline_access") })
	b := w.browser()
	code := func() string { return b.signInTo(a, "ada@example.org", "scope", "openid offline_access").Get("code") }
	for name, redeem := range map[string]func() func() reply{
		"a code": func() func() reply {
			c := code()
			return func() reply { return a.redeem(c) }
		},
		"a refresh token": func() func() reply {
			token := a.redeem(code()).str("refresh_token")
			return func() reply { return a.refresh(token) }
		},
	} {
		for _, behind := range []bool{false, true} {
			for n := int64(1); ; n++ {
				if n > 20 {
					t.Fatalf("%s: redeeming makes no end of writing", name)
				}
				try := redeem()
				f.next(n, behind)
				r := try()
				if !f.over() {
					want(t, name+" without a failure", r.Status, 200)
					if n == 1 {
						t.Errorf("%s is redeemed without a write", name)
					}
					break // it needs fewer writes than that
				}
				if r.Status != 503 && r.Status != 400 {
					t.Errorf("%s, write %d fails (behind: %v): answered %d %s", name, n, behind, r.Status, r.Body)
				}
				if again := try(); again.Status != 400 && (behind || n > 1) {
					t.Errorf("%s, write %d failed (behind: %v): it works again: %d", name, n, behind, again.Status)
				}
			}
		}
	}
}
