// Package faultstore is a database that fails on demand: the n-th call from now
// on, before or after it takes effect. The caller gets the same error in both
// cases, as after a broken connection: the write may or may not have happened.
package faultstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

// Err is the error of a failed call.
var Err = errors.New("the database went away")

// A Call describes a call to the database.
type Call struct {
	Verb string // the method of store.Backend
	Set  string // empty for Sweep

	// OfRequest reports whether the call belongs to a request (see Request) and
	// not to background work.
	OfRequest bool
}

func (c Call) String() string { return c.Verb + " " + c.Set }

// Writes reports whether the call can change a record.
func (c Call) Writes() bool { return c.Verb != "Get" && c.Verb != "Find" && c.Verb != "Count" }

// A Plan says which call fails.
type Plan struct {
	// Counts selects the calls that count; nil selects all.
	Counts func(Call) bool
	// Nth is the number of the call that fails, from 1; 0 is none.
	Nth int
	// After makes the call take effect before it fails.
	After bool
	// Onwards makes all later calls that count fail too.
	Onwards bool
	// Hangs makes the calls wait until their context ends, and then fail.
	Hangs bool
	// With is the error; Err if nil.
	With error
}

// A Report is the result of a plan.
type Report struct {
	Calls  []Call // calls that counted
	Failed bool   // one of them failed
}

// Last is the last call that counted, in words.
func (r Report) Last() string {
	if len(r.Calls) == 0 {
		return "no call"
	}
	return r.Calls[len(r.Calls)-1].String()
}

// A Store is a backend with a plan. Prepare and Close never fail.
type Store struct {
	store.Backend // methods that are not wrapped below neither fail nor count

	mu     sync.Mutex
	plan   *Plan
	report Report
}

// New wraps a backend. Without a plan nothing fails.
func New(b store.Backend) *Store { return &Store{Backend: b} }

// Arm starts a plan and its count.
func (s *Store) Arm(p Plan) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plan, s.report = &p, Report{}
}

// Disarm ends the plan and returns its report.
func (s *Store) Disarm() Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.report
	s.plan, s.report = nil, Report{}
	return r
}

// Report returns the report of the running plan.
func (s *Store) Report() Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Report{Calls: slices.Clone(s.report.Calls), Failed: s.report.Failed}
}

type requestKey struct{}

// Request marks a context, and those derived from it, as a request's.
func Request(ctx context.Context) context.Context {
	return context.WithValue(ctx, requestKey{}, time.Now())
}

// IsRequest reports whether a context is one that Request marked.
func IsRequest(ctx context.Context) bool { return ctx.Value(requestKey{}) != nil }

// Begun is the time at which Request marked the context, or zero.
func Begun(ctx context.Context) time.Time {
	at, _ := ctx.Value(requestKey{}).(time.Time)
	return at
}

// OfRequest selects the calls of requests.
func OfRequest(c Call) bool { return c.OfRequest }

// fails counts the call, and returns the plan if it fails.
func (s *Store) fails(ctx context.Context, verb, set string) *Plan {
	c := Call{Verb: verb, Set: set, OfRequest: IsRequest(ctx)}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.plan
	if p == nil || p.Counts != nil && !p.Counts(c) || s.report.Failed && !p.Onwards {
		return nil
	}
	s.report.Calls = append(s.report.Calls, c)
	if p.Nth == 0 || len(s.report.Calls) < p.Nth {
		return nil
	}
	s.report.Failed = true
	return p
}

// call makes a call that may fail.
func call[T any](ctx context.Context, s *Store, verb, set string, do func() (T, error)) (T, error) {
	var none T
	plan := s.fails(ctx, verb, set)
	if plan == nil {
		return do()
	}
	err := cmp.Or(plan.With, Err)
	if plan.After {
		_, _ = do() // the caller has given up, so the result is dropped
	}
	if plan.Hangs {
		<-ctx.Done()
		err = ctx.Err()
	}
	return none, fmt.Errorf("%s %s: %w", verb, set, err)
}

func act(ctx context.Context, s *Store, verb, set string, do func() error) error {
	_, err := call(ctx, s, verb, set, func() (struct{}, error) { return struct{}{}, do() })
	return err
}

// Insert is one call.
func (s *Store) Insert(ctx context.Context, set string, r store.Record) error {
	return act(ctx, s, "Insert", set, func() error { return s.Backend.Insert(ctx, set, r) })
}

// Get is one call.
func (s *Store) Get(ctx context.Context, set, id string) (store.Record, error) {
	return call(ctx, s, "Get", set, func() (store.Record, error) { return s.Backend.Get(ctx, set, id) })
}

// Replace is one call.
func (s *Store) Replace(ctx context.Context, set string, r store.Record) error {
	return act(ctx, s, "Replace", set, func() error { return s.Backend.Replace(ctx, set, r) })
}

// Take is one call.
func (s *Store) Take(ctx context.Context, set, id string) (store.Record, error) {
	return call(ctx, s, "Take", set, func() (store.Record, error) { return s.Backend.Take(ctx, set, id) })
}

// Delete is one call.
func (s *Store) Delete(ctx context.Context, set, id string) error {
	return act(ctx, s, "Delete", set, func() error { return s.Backend.Delete(ctx, set, id) })
}

// Find is one call.
func (s *Store) Find(ctx context.Context, set string, q store.Query) ([]store.Record, error) {
	return call(ctx, s, "Find", set, func() ([]store.Record, error) { return s.Backend.Find(ctx, set, q) })
}

// Count is one call.
func (s *Store) Count(ctx context.Context, set string, q store.Query) (int, error) {
	return call(ctx, s, "Count", set, func() (int, error) { return s.Backend.Count(ctx, set, q) })
}

// Sweep is one call.
func (s *Store) Sweep(ctx context.Context, now time.Time) (int, error) {
	return call(ctx, s, "Sweep", "", func() (int, error) { return s.Backend.Sweep(ctx, now) })
}
