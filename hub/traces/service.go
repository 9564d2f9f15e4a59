package traces

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"time"

	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/lasting"
)

// A Service keeps traces.
type Service struct {
	Set      *store.Collection[Trace]
	Settings *settings.Service
	Log      *slog.Logger
	Now      func() time.Time

	// Begins and Strangers limit what one address can cause: attempts that it
	// began, and requests that failed before the user had to act. Anyone can
	// cause both any number of times.
	Begins, Strangers func(address string) bool
}

// How long a trace is kept that only shows a viewed page, or a failure before
// the user was known: briefly, because anyone can cause them.
const (
	idleLife     = time.Hour
	strangerLife = 2 * 24 * time.Hour
)

// Save stores what a request added. If that fails it is logged; the sign-in
// continues.
func (k *Service) Save(ctx context.Context, a *Recorder) {
	if a == nil || !a.begun || len(a.steps) == 0 {
		return
	}
	now, err := k.Settings.Current(ctx)
	if err == nil && a.worth(now.TraceMode()) {
		// It happened even if the browser is gone.
		err = k.save(lasting.Of(ctx), a, now.TraceLife())
	}
	if err != nil {
		k.Log.WarnContext(ctx, "could not store a sign-in trace", "ref", refOf(a.id), "error", err)
	}
}

// worth reports whether the request is stored. A silent sign-in without an
// error is routine, and so is an app that checks with prompt=none whether a
// user is signed in.
func (a *Recorder) worth(mode string) bool {
	switch mode {
	case settings.TraceOff:
		return false
	case settings.TraceAll:
		return true
	}
	return a.keeps || a.failed()
}

func (a *Recorder) failed() bool {
	for _, s := range a.steps {
		if s.Outcome == Failed {
			return true
		}
	}
	return false
}

func (k *Service) save(ctx context.Context, a *Recorder, life time.Duration) error {
	if a.later {
		err := k.Set.Update(ctx, a.id, func(t *Trace) error {
			k.extend(t, a, life)
			return nil
		})
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	t := Trace{ID: a.id, Ref: refOf(a.id), Began: a.began, State: Noted}
	k.extend(&t, a, life)
	if !k.admits(t, a) {
		return nil
	}
	err := k.Set.Insert(ctx, t)
	if errors.Is(err, fs.ErrExist) {
		// Another request of the same browser created it first.
		return k.Set.Update(ctx, a.id, func(t *Trace) error {
			k.extend(t, a, life)
			return nil
		})
	}
	return err
}

// admits bounds what unknown callers can make the hub store: anyone can be sent
// to a provider, or fail there.
func (k *Service) admits(t Trace, a *Recorder) bool {
	switch {
	case !a.keeps && t.State == Failed:
		return k.Strangers(a.address)
	case t.State != OK:
		return k.Begins(a.address)
	}
	return true
}

// extend adds the attempt to a trace, redacted.
func (k *Service) extend(t *Trace, a *Recorder, life time.Duration) {
	var secrets []string
	if a.Secrets != nil {
		secrets = a.Secrets()
	}
	steps := make([]Step, len(a.steps))
	for i, s := range a.steps {
		s.Why = redactText(s.Why, secrets...)
		facts := s.Facts
		s.Facts = nil
		for _, f := range facts[:min(len(facts), maxFacts)] {
			s.Facts = append(s.Facts, redactFact(f, secrets...))
		}
		steps[i] = s
	}
	t.learn(About{Client: cut(clean(a.about.Client), maxValue), LoginKey: a.about.LoginKey, User: a.about.User})
	t.add(steps)
	if a.from.Base != "" {
		t.From, t.FromRef = a.from, a.from.Ref
	}
	if a.to.Base != "" {
		t.To = a.to
	}
	t.Updated = k.Now()
	switch {
	case !t.Acted:
		life = min(life, idleLife)
	case t.User == "" && t.LoginKey == "" && !a.keeps:
		life = min(life, strangerLife)
	}
	t.Expires = t.Began.Add(life)
	if e := t.Updated.Add(idleLife); t.Expires.Before(e) && life > idleLife {
		t.Expires = e
	}
}

// ByReference returns the traces with this reference: ours, or else those of
// users that another hub sent with it. There is at most one, unless a reference
// was drawn twice.
func (k *Service) ByReference(ctx context.Context, ref string) ([]Trace, error) {
	const most = 10
	found, err := k.Set.List(ctx, store.Query{Field: "ref", Equals: ref, Desc: true, Limit: most})
	if err != nil || len(found) > 0 {
		return found, err
	}
	return k.Set.List(ctx, store.Query{Field: "fromRef", Equals: ref, Desc: true, Limit: most})
}

// A Filter says which traces to list.
type Filter struct {
	About
	Failed bool
	Before string // id; empty: from the newest
}

// scanned bounds the records read for one page of a list.
const scanned = 2000

// Latest lists traces, the newest first, and returns the id for the next page;
// empty if there are no more.
func (k *Service) Latest(ctx context.Context, f Filter, limit int) ([]Trace, string, error) {
	q := store.Query{Desc: true, After: f.Before, Limit: limit + 1}
	q.Field, q.Equals = f.index()
	var out []Trace
	for seen := 0; seen < scanned; {
		batch, err := k.Set.List(ctx, q)
		if err != nil {
			return nil, "", err
		}
		for _, t := range batch {
			if !f.matches(t) {
				continue
			}
			if len(out) == limit {
				return out, out[limit-1].ID, nil
			}
			out = append(out, t)
		}
		if len(batch) < q.Limit {
			return out, "", nil
		}
		seen += len(batch)
		q.After = batch[len(batch)-1].ID
	}
	return out, q.After, nil
}

// index is the field that leaves the fewest records to read.
func (f Filter) index() (field, value string) {
	switch {
	case f.User != "":
		return "userId", f.User
	case f.LoginKey != "":
		return "keyId", f.LoginKey
	case f.Client != "":
		return "clientId", f.Client
	case f.Failed:
		return "failed", Failed
	}
	return "", ""
}

func (f Filter) matches(t Trace) bool {
	return (f.User == "" || f.User == t.User) && (f.LoginKey == "" || f.LoginKey == t.LoginKey) &&
		(f.Client == "" || f.Client == t.Client) && (!f.Failed || t.State == Failed)
}
