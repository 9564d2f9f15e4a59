// Package sitesetup follows the first sign-in of a site that was just added, so
// that the administrator who sets it up sees the progress and the problems.
//
// It only follows sites that an administrator waits for; for other clients it
// costs one cache lookup per request. It reads the trace steps of each request;
// the record combines the requests, which different processes may serve.
package sitesetup

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/url"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/texts"
)

// How long a first sign-in is awaited, and how long the record is kept.
const (
	Patience = 24 * time.Hour
	memory   = 30 * 24 * time.Hour
)

// A Setup is the progress of the first sign-in of a site. The time of a step
// that did not happen is zero.
type Setup struct {
	ID   string `bson:"id"`   // of the client
	Host string `bson:"host"` // of the site, without its port

	Began     time.Time `bson:"began"`
	Authorize time.Time `bson:"authorize,omitempty"` // the site sent a user here
	Answered  time.Time `bson:"answered,omitempty"`  // the user was sent back with a code
	Token     time.Time `bson:"token,omitempty"`     // the site exchanged it
	Userinfo  time.Time `bson:"userinfo,omitempty"`  // the site read the user's profile
	Ref       string    `bson:"ref,omitempty"`       // of the latest trace

	Wrong *Mistake `bson:"wrong,omitempty"`

	Expires time.Time `bson:"expires"`
}

// Key names the record.
func (d Setup) Key() string { return d.ID }

// ExpiresAt is when it is forgotten.
func (d Setup) ExpiresAt() time.Time { return d.Expires }

// Done reports whether the site got everything it asks for.
func (d Setup) Done() bool { return !d.Userinfo.IsZero() }

// A Mistake is why the sign-in failed.
type Mistake struct {
	Kind string     `bson:"kind"`
	Why  texts.Text `bson:",inline"`        // of the trace
	Text string     `bson:"text,omitempty"` // the sentence that an earlier hub stored in place of Why
	Sent string     `bson:"sent,omitempty"` // the redirect URI or client id that was sent
	User string     `bson:"user,omitempty"` // the user, if known
	At   time.Time  `bson:"at"`
}

// Words is the reason as a sentence, as in the trace.
func (m Mistake) Words(words texts.Words) string { return m.Why.In(words, m.Text) }

// A Service follows the first sign-ins of sites.
type Service struct {
	Set     *store.Collection[Setup]
	Clients *clients.Registry
	Sites   *frappe.Service
	Log     *slog.Logger
	Now     func() time.Time

	// Allow limits how much one address can cause to be noted, because anyone
	// can start a sign-in.
	Allow func(address string) bool
}

// Begin starts waiting for the first sign-in of a site.
func (k *Service) Begin(ctx context.Context, client clients.Client) error {
	now := k.now()
	d := Setup{ID: client.ID, Host: hostOf(client.Frappe.URL), Began: now, Expires: now.Add(memory)}
	if err := k.Set.Put(ctx, d.ID, func(kept *Setup) error { *kept = d; return nil }); err != nil {
		return err
	}
	return k.Sites.Await(ctx, client.ID, now.Add(Patience))
}

// Of returns the set-up of a client; fs.ErrNotExist if there is none.
func (k *Service) Of(ctx context.Context, id string) (Setup, error) { return k.Set.Get(ctx, id) }

// Learn applies a request to the site that it belongs to, if one is awaited.
func (k *Service) Learn(ctx context.Context, a *traces.Recorder) {
	if a == nil {
		return
	}
	about := a.Knows()
	if k.Clients.Awaited(ctx, about.Client) {
		k.note(ctx, about, a, about.Client)
		return
	}
	if a.Has(traces.Stranger) {
		k.stranger(ctx, about, a, hostOf(askedFor(a.Steps())))
	}
}

// stranger handles a request with an unknown client id. It may come from the
// site, if its redirect URI is there.
func (k *Service) stranger(ctx context.Context, about traces.About, a *traces.Recorder, host string) {
	if host == "" || !k.Allow(a.Address()) {
		return
	}
	const most = 20
	found, err := k.Set.List(lasting.Of(ctx), store.Query{Field: "host", Equals: host, Limit: most})
	if err != nil {
		k.Log.WarnContext(ctx, "could not store the progress of a Frappe site's first sign-in", "error", err)
		return
	}
	for _, d := range found {
		if k.Clients.Awaited(ctx, d.ID) {
			k.note(ctx, about, a, d.ID)
		}
	}
}

func (k *Service) note(ctx context.Context, about traces.About, a *traces.Recorder, id string) {
	steps := a.Steps()
	if !telling(steps) || !proven(steps) && !k.Allow(a.Address()) {
		return
	}
	k.update(ctx, id, func(d *Setup) bool { return d.learn(about, a.Ref(), steps, k.now()) })
}

// Userinfo notes that a site read the user's profile. That completes the
// set-up, so the waiting ends.
func (k *Service) Userinfo(ctx context.Context, client clients.Client) {
	if client.Frappe == nil || !k.Now().Before(client.Frappe.Awaited) {
		return
	}
	k.update(ctx, client.ID, func(d *Setup) bool {
		d.Userinfo, d.Wrong = k.now(), nil
		return true
	})
	if err := k.Sites.Await(lasting.Of(ctx), client.ID, time.Time{}); err != nil {
		k.Log.WarnContext(ctx, "could not store that the first sign-in of a Frappe site succeeded; its page still waits", "client", client.ID, "error", err)
	}
}

// update never fails the sign-in that it is about.
func (k *Service) update(ctx context.Context, id string, change func(*Setup) bool) {
	err := k.Set.Update(lasting.Of(ctx), id, func(d *Setup) error {
		if !change(d) {
			return store.ErrUnchanged
		}
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		k.Log.WarnContext(ctx, "could not store the progress of a Frappe site's first sign-in", "client", id, "error", err)
	}
}

// now is the time in the precision of the database.
func (k *Service) now() time.Time { return k.Now().UTC().Truncate(time.Millisecond) }

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
