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
// fs.ErrExist. Update may call change several times; if it returns an error,
// nothing is written and Update returns that error.
type Store interface {
	Get(ctx context.Context, id string) (Client, error)
	Insert(ctx context.Context, c Client) error
	Update(ctx context.Context, id string, change func(*Client) error) error
	Delete(ctx context.Context, id string) error
	// EachWhere visits the clients that have the value in an indexed field,
	// server.state, frappe.url or registration.network, in the order of ids;
	// all clients if field is empty.
	EachWhere(ctx context.Context, field, value string) iter.Seq2[Client, error]
	// Page returns up to limit of them in the order of ids, after the id
	// `after`; of all clients if field is empty.
	Page(ctx context.Context, field, value, after string, limit int) ([]Client, error)
	// CountWhere counts them, up to most. An empty value counts those that have
	// the field.
	CountWhere(ctx context.Context, field, value string, most int) (int, error)
	// Since visits the clients with a time of at least from in an indexed
	// field, as updated or document.fetched, the oldest first.
	Since(ctx context.Context, field string, from time.Time) iter.Seq2[Client, error]
}

// Options are the parts of a Registry.
type Options struct {
	Store     Store                // required
	Auth      *clientauth.Verifier // required
	Documents metadatadoc.Reader   // reads documents that clients publish

	// Forget deletes what belongs to a client besides its record: grants and
	// tokens. May be nil.
	Forget func(ctx context.Context, id string) error

	// AllowHTTP allows plain http addresses beyond loopback, for hubs in
	// development.
	AllowHTTP bool

	Now func() time.Time // time.Now if nil
	Log *slog.Logger     // slog.Default() if nil
}

// A Registry keeps clients and authenticates them. It is safe for concurrent
// use, and any number of processes may use one store: a process sees its own
// changes at once and those of others within two seconds.
type Registry struct {
	store     Store
	auth      *clientauth.Verifier
	documents metadatadoc.Reader
	forget    func(ctx context.Context, id string) error
	allowHTTP bool
	now       func() time.Time
	log       *slog.Logger

	cache   *cache.Lookups[*Client]
	origins cache.Book         // origins of all clients, now or earlier
	flights singleflight.Group // one concurrent fetch per key
	turns   *cache.Turns
	onGet   func(Client)
}

const (
	// cacheLife bounds how long another process may still see an old version of
	// a client. The process that makes a change sees it at once.
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

// OnGet sets a function that is called with every client that Get returns. Set
// it before the Registry is used. It must not block, because requests wait for
// it.
func (r *Registry) OnGet(told func(Client)) { r.onGet = told }

// Get returns a client that may be used. An unknown or disabled client, or a
// hub that is not active, is fs.ErrNotExist, so that callers cannot forget the
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

// maxID is the longest id of a client: that of a hub is a URL.
const maxID = redirecturi.MaxLength

// Known is Get for a client in any state. The caller must not change the
// result.
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

// Lookup returns a client in any state, directly from the store. It is for
// administration.
func (r *Registry) Lookup(ctx context.Context, id string) (Client, error) {
	client, err := r.store.Get(ctx, id)
	if err != nil {
		return Client{}, fmt.Errorf("look up client: %w", err)
	}
	return client, nil
}

// All visits every client, in any state. It is for commands only; the cost of
// requests and pages must not grow with the number of clients.
func (r *Registry) All(ctx context.Context) iter.Seq2[Client, error] {
	return r.store.EachWhere(ctx, "", "")
}

// ByState visits the federated hubs in this state.
func (r *Registry) ByState(ctx context.Context, state State) iter.Seq2[Client, error] {
	return r.store.EachWhere(ctx, "server.state", string(state))
}

// BySite visits the clients for the Frappe site at an origin.
func (r *Registry) BySite(ctx context.Context, origin string) iter.Seq2[Client, error] {
	return r.store.EachWhere(ctx, "frappe.url", origin)
}

// Count counts clients by an indexed field, as the Store does.
func (r *Registry) Count(ctx context.Context, field, value string, most int) (int, error) {
	return r.store.CountWhere(ctx, field, value, most)
}

// ByDocument visits the clients with a metadata document, in the order in which
// the documents were read.
func (r *Registry) ByDocument(ctx context.Context) iter.Seq2[Client, error] {
	return r.store.Since(ctx, "document.fetched", time.Unix(0, 0))
}

// Add adds a client and returns it as stored. An empty ID is generated. Broken
// rules are forms.Problems; a taken id is fs.ErrExist. The new client has no
// secret (AddSecret) and is no hub, whatever is passed in.
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

// Insert stores a client as it is, for callers that made it from a document and
// checked it. A taken id is fs.ErrExist.
func (r *Registry) Insert(ctx context.Context, c Client) error {
	defer r.origins.Forget()
	defer r.cache.Drop(c.ID)
	if err := r.store.Insert(ctx, c); err != nil {
		return fmt.Errorf("add client: %w", err)
	}
	return nil
}

// newID makes an id in a form that nothing else uses: a token for a client must
// never pass as one for a user (RFC 9700 §4.15).
func newID() string { return names.ClientPrefix + strings.ToLower(rand.Text()[:20]) }

// checkID accepts ids that need no escaping. A colon is not allowed, so that no
// registered client can take the id of a hub, which is a URL.
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

// Update changes a client. Broken rules are forms.Problems, and nothing is
// written. ID, Secrets, Server, ConsentVersion and the creation data stay
// whatever change does to them, so a form may fill in a whole Client; they have
// their own methods.
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

// Delete removes a client for good, with everything that belongs to it: a later
// client with this id is another client. Its data goes first, so that a removal
// that fails half-way can be repeated, and once more after, for what was issued
// meanwhile. That also happens for a client that is gone, which is
// fs.ErrNotExist.
func (r *Registry) Delete(ctx context.Context, id string) error {
	defer r.origins.Forget()
	defer r.cache.Drop(id)
	defer r.auth.Keys.Drop(id)
	if err := r.forget(ctx, id); err != nil {
		return fmt.Errorf("delete what belongs to a client: %w", err)
	}
	if err := r.store.Delete(ctx, id); err != nil {
		return fmt.Errorf("delete client: %w", err)
	}
	r.cache.Drop(id)
	if err := r.forget(ctx, id); err != nil {
		return fmt.Errorf("delete what belongs to a client: %w", err)
	}
	return nil
}

// ErrUnchanged, returned by the function given to Change or Amend, stops it
// without a write and without an error.
var ErrUnchanged = errors.New("unchanged")

// Change writes data that the hub keeps about a client, such as its secrets.
// Every write to a stored client goes through it.
func (r *Registry) Change(ctx context.Context, id string, change func(*Client) error) error {
	// Even if the write was not acknowledged, it may have happened.
	defer r.cache.Drop(id)
	defer r.origins.Forget()
	if err := r.store.Update(ctx, id, change); err != nil && !errors.Is(err, ErrUnchanged) {
		return err
	}
	return nil
}

// Amend writes what an administrator decided about a client, or what the client
// says about itself.
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

// Stamp is the current time in the precision of the database.
func (r *Registry) Stamp() time.Time { return r.now().UTC().Truncate(time.Millisecond) }
