package clients

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/habits"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/names"
)

// A Store keeps clients. A missing one is fs.ErrNotExist, a taken id
// fs.ErrExist. Update may call change several times; an error from it is
// returned with nothing written.
type Store interface {
	Get(ctx context.Context, id string) (Client, error)
	Insert(ctx context.Context, c Client) error
	Update(ctx context.Context, id string, change func(*Client) error) error
	Delete(ctx context.Context, id string) error
	// EachWhere visits the clients that have value in an indexed field,
	// server.state, frappe.url or registration.network, in the order of ids; all clients if field is
	// empty.
	EachWhere(ctx context.Context, field, value string) iter.Seq2[Client, error]
	// Page returns up to limit of them in the order of ids, behind the id
	// after; of all clients if field is empty.
	Page(ctx context.Context, field, value, after string, limit int) ([]Client, error)
	// CountWhere counts them, no further than most. With an empty value it is
	// those that have the field at all.
	CountWhere(ctx context.Context, field, value string, most int) (int, error)
	// Since visits the clients that have a time of at least from in an indexed
	// field, as updated or document.fetched, the earliest first.
	Since(ctx context.Context, field string, from time.Time) iter.Seq2[Client, error]
}

// Options are what a Registry works with.
type Options struct {
	Store     Store                // required
	Auth      *clientauth.Verifier // required
	Documents metadatadoc.Reader   // of what clients publish

	// Forget removes what there is of a client beside its record: what people
	// allowed it, and what it was issued. Nothing if nil.
	Forget func(ctx context.Context, id string) error

	// AllowHTTP admits plain http addresses beyond loopback, for hubs in
	// development.
	AllowHTTP bool

	Now func() time.Time // time.Now if nil
	Log *slog.Logger     // slog.Default() if nil
}

// A Registry keeps clients and authenticates them. It is safe for concurrent
// use, and any number of processes may work on one store: what one changes,
// it sees at once and the others within two seconds.
type Registry struct {
	store     Store
	auth      *clientauth.Verifier
	documents metadatadoc.Reader
	forget    func(ctx context.Context, id string) error
	allowHTTP bool
	now       func() time.Time
	log       *slog.Logger

	cache   *cache.Lookups[*Client]
	origins cache.Book         // which clients have or had an origin
	flights singleflight.Group // one fetch of a thing at a time
	turns   *cache.Turns
	onGet   func(Client)
}

const (
	// cacheLife bounds how long another process may still see a client as it
	// was before a change. The process that makes the change forgets at once.
	cacheLife = 2 * time.Second
	cacheSize = 4096 // clients
)

// NewRegistry returns a Registry.
func NewRegistry(o Options) *Registry {
	r := &Registry{
		store: o.Store, auth: o.Auth, documents: o.Documents, forget: o.Forget, allowHTTP: o.AllowHTTP, now: o.Now, log: o.Log,
		cache: cache.NewLookups[*Client](cacheLife, cacheSize), turns: cache.NewTurns(), onGet: func(Client) {},
	}
	if r.now == nil {
		r.now = time.Now
	}
	if r.log == nil {
		r.log = slog.Default()
	}
	if r.forget == nil {
		r.forget = func(context.Context, string) error { return nil }
	}
	return r
}

// OnGet has every client told that Get returns, before the Registry is used.
// What is called must not wait: a request does.
func (r *Registry) OnGet(told func(Client)) { r.onGet = told }

// Get returns a client that may ask. One that is unknown, disabled, or a
// server that is not active is fs.ErrNotExist, so no caller can forget to
// check. The answer may be two seconds old, never older.
func (r *Registry) Get(ctx context.Context, id string) (Client, error) {
	client, err := r.Known(ctx, id)
	if err != nil {
		return Client{}, err
	}
	if !client.Usable() {
		return Client{}, fmt.Errorf("client %q is not in use: %w", id, fs.ErrNotExist)
	}
	r.onGet(client)
	return client.Clone(), nil
}

// maxID is the longest id a client can have: a server's is a URL.
const maxID = redirecturi.MaxLength

// Known is Get for a client in any state. What it returns is not to be changed.
func (r *Registry) Known(ctx context.Context, id string) (Client, error) {
	client, err := r.remembered(ctx, id)
	if err != nil {
		return Client{}, err
	}
	return *client, nil
}

func (r *Registry) remembered(ctx context.Context, id string) (*Client, error) {
	if id == "" || len(id) > maxID {
		return nil, fmt.Errorf("client: %w", fs.ErrNotExist)
	}
	now := r.now()
	client, found, hit := r.cache.Get(id, now)
	if !hit {
		epoch := r.cache.Begin()
		read, err := r.store.Get(ctx, id)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("get client: %w", err)
		}
		if found = err == nil; found {
			client = &read
			r.cache.Put(id, client, now, epoch)
		} else {
			r.cache.Miss(id, now, epoch)
		}
	}
	if !found {
		return nil, fmt.Errorf("client %q: %w", id, fs.ErrNotExist)
	}
	return client, nil
}

// Lookup returns a client in any state, straight from the store. It is for
// administration.
func (r *Registry) Lookup(ctx context.Context, id string) (Client, error) {
	client, err := r.store.Get(ctx, id)
	if err != nil {
		return Client{}, fmt.Errorf("look up client: %w", err)
	}
	return client, nil
}

// All visits every client, in any state. It is for an operator's list; what a
// request or a page reads must not grow with the hub.
func (r *Registry) All(ctx context.Context) iter.Seq2[Client, error] {
	return r.store.EachWhere(ctx, "", "")
}

// ByState visits the federated servers in this state.
func (r *Registry) ByState(ctx context.Context, state State) iter.Seq2[Client, error] {
	return r.store.EachWhere(ctx, "server.state", string(state))
}

// BySite visits the clients that are the Frappe site at an origin.
func (r *Registry) BySite(ctx context.Context, origin string) iter.Seq2[Client, error] {
	return r.store.EachWhere(ctx, "frappe.url", origin)
}

// Count counts clients by an indexed field, as the Store does.
func (r *Registry) Count(ctx context.Context, field, value string, most int) (int, error) {
	return r.store.CountWhere(ctx, field, value, most)
}

// ByDocument visits the clients that nobody registered, in the order in which
// their documents were read.
func (r *Registry) ByDocument(ctx context.Context) iter.Seq2[Client, error] {
	return r.store.Since(ctx, "document.fetched", time.Unix(0, 0))
}

// Add keeps a new client and returns it as kept. An empty ID is made up. Rules
// it breaks are forms.Problems; a taken id is fs.ErrExist. Whatever is handed in, it
// has no secret yet (AddSecret) and is no server (Introduce).
func (r *Registry) Add(ctx context.Context, c Client) (Client, error) {
	c = c.Clone()
	if c.ID == "" {
		c.ID = newID()
	}
	c.Secrets, c.Server, c.Document, c.ConsentVersion, c.Imported, c.Habits = nil, nil, nil, 1, time.Time{}, habits.Habits{}
	c.Created = r.Stamp()
	c.Updated = c.Created
	c.Tidy()
	if err := r.Check(c).Err(); err != nil {
		return Client{}, err
	}
	if err := r.CheckSector(ctx, c); err != nil {
		return Client{}, err
	}
	return c, r.Insert(ctx, c)
}

// Check returns everything that is wrong with a new client.
func (r *Registry) Check(c Client) forms.Problems {
	return append(checkID(c.ID), c.Validate(r.allowHTTP)...)
}

// Insert keeps a client as it is: for those who made it of a document and
// checked it. A taken id is fs.ErrExist.
func (r *Registry) Insert(ctx context.Context, c Client) error {
	defer r.origins.Forget()
	defer r.cache.Drop(c.ID)
	if err := r.store.Insert(ctx, c); err != nil {
		return fmt.Errorf("add client: %w", err)
	}
	return nil
}

// newID makes an id of a shape that nothing else in the hub has: a token for a
// client must never pass as one for a user (RFC 9700 §4.15).
func newID() string { return names.ClientPrefix + strings.ToLower(rand.Text()[:20]) }

// checkID accepts ids that need no escaping anywhere. A colon is out, so that
// no registered client can take the id of a server, which is a URL.
func checkID(id string) forms.Problems {
	ok := len(id) <= 128 && !strings.ContainsFunc(id, func(c rune) bool {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		return !letter && !strings.ContainsRune("-._~", c)
	})
	if !ok {
		return forms.New("id", "client.id.bad")
	}
	return nil
}

// Update changes a client. Rules it then breaks are forms.Problems, with nothing
// written. ID, Secrets, Server, Generation and the facts of its creation stay
// as they are whatever change does to them: they have verbs of their own, so
// a form may fill in a whole Client.
func (r *Registry) Update(ctx context.Context, id string, change func(*Client) error) error {
	if err := r.updateSector(ctx, id, change); err != nil {
		return err
	}
	err := r.Amend(ctx, id, func(c *Client) error {
		before := c.Clone()
		if err := change(c); err != nil {
			return err
		}
		c.ID, c.Secrets, c.Server, c.Habits = before.ID, before.Secrets, before.Server, before.Habits
		c.Created, c.CreatedBy, c.Origin, c.ConsentVersion, c.Imported = before.Created, before.CreatedBy, before.Origin, before.ConsentVersion, before.Imported
		c.Tidy()
		if err := c.Validate(r.allowHTTP).Err(); err != nil {
			return err
		}
		c.DropNeedlessSecrets()
		return nil
	})
	if err != nil {
		return fmt.Errorf("update client: %w", err)
	}
	return nil
}

// Delete removes a client for good, whoever takes it away and why, and all there
// is of it: should one of its id ever come, it is another client. What is the
// client's goes first, so that a removal that fails half-way can be repeated, and
// once more, for what was allowed meanwhile. That is done for a client that is
// gone, too, which is fs.ErrNotExist.
func (r *Registry) Delete(ctx context.Context, id string) error {
	defer r.origins.Forget()
	defer r.cache.Drop(id)
	defer r.auth.Keys.Drop(id)
	if err := r.forget(ctx, id); err != nil {
		return fmt.Errorf("forget what is a client's: %w", err)
	}
	if err := r.store.Delete(ctx, id); err != nil {
		return fmt.Errorf("delete client: %w", err)
	}
	r.cache.Drop(id)
	if err := r.forget(ctx, id); err != nil {
		return fmt.Errorf("forget what is a client's: %w", err)
	}
	return nil
}

// ErrUnchanged, returned by the function given to Change or Amend, ends it
// without a write and without an error.
var ErrUnchanged = errors.New("unchanged")

// Change writes what the hub notes about a client, as its secrets. It is the
// one way a kept client is written.
func (r *Registry) Change(ctx context.Context, id string, change func(*Client) error) error {
	// Whether or not the write was acknowledged, it may have happened.
	defer r.cache.Drop(id)
	defer r.origins.Forget()
	if err := r.store.Update(ctx, id, change); err != nil && !errors.Is(err, ErrUnchanged) {
		return err
	}
	return nil
}

// Amend writes what somebody decided about a client, or what it says of itself.
func (r *Registry) Amend(ctx context.Context, id string, change func(*Client) error) error {
	return r.Change(ctx, id, func(c *Client) error {
		before := c.Clone()
		if err := change(c); err != nil {
			return err
		}
		c.Amended(before, r.Stamp())
		return nil
	})
}

// Stamp is now as a database gives it back.
func (r *Registry) Stamp() time.Time { return r.now().UTC().Truncate(time.Millisecond) }
