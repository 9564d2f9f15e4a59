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
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/fedhub/fedhub/clients/clientauth"
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
	// server.state or frappe.url, in the order of ids; all clients if field is
	// empty.
	EachWhere(ctx context.Context, field, value string) iter.Seq2[Client, error]
	// Page returns up to limit of them in the order of ids, behind the id
	// after; of all clients if field is empty.
	Page(ctx context.Context, field, value, after string, limit int) ([]Client, error)
	// CountWhere counts them, no further than most. With an empty value it is
	// those that have the field at all.
	CountWhere(ctx context.Context, field, value string, most int) (int, error)
	// Since visits the clients that have a time of at least from in an indexed
	// field, updated or document.fetched, the earliest first.
	Since(ctx context.Context, field string, from time.Time) iter.Seq2[Client, error]
}

// Options are what a Registry works with.
type Options struct {
	Store     Store                // required
	Auth      *clientauth.Verifier // required
	Documents metadatadoc.Reader   // of what clients publish

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
	allowHTTP bool
	now       func() time.Time
	log       *slog.Logger

	cache         *clientCache
	sights        sights
	negativeCache sights // documents of clients that could not be used
	origins       originBook
	flights       singleflight.Group // one fetch of a thing at a time
	joining       sync.Mutex         // held while pending servers are counted and one is added
	worker        *worker

	mu      sync.Mutex
	claimed *cache.Map[string, time.Time] // chore → when it was last claimed
}

// NewRegistry returns a Registry. Close it to end what it does in the background.
func NewRegistry(o Options) *Registry {
	r := &Registry{
		store: o.Store, auth: o.Auth, documents: o.Documents, allowHTTP: o.AllowHTTP, now: o.Now, log: o.Log,
		cache: newCache(), sights: newSights(failureLife), negativeCache: newSights(missLife), worker: newWorker(),
		claimed: cache.NewMap[string, time.Time](maxClaimed),
	}
	if r.now == nil {
		r.now = time.Now
	}
	if r.log == nil {
		r.log = slog.Default()
	}
	return r
}

// Close stops refreshing in the background and waits until it has stopped.
func (r *Registry) Close() { r.worker.close() }

// Get returns a client that may ask. One that is unknown, disabled, or a
// server that is not active is fs.ErrNotExist, so no caller can forget to
// check. The answer may be two seconds old, never older.
func (r *Registry) Get(ctx context.Context, id string) (Client, error) {
	client, err := r.cached(ctx, id)
	if err != nil {
		return Client{}, err
	}
	if !client.Usable() {
		return Client{}, fmt.Errorf("client %q is not in use: %w", id, fs.ErrNotExist)
	}
	r.refreshIfOld(client)
	return client.clone(), nil
}

// maxID is the longest id a client can have: a server's is a URL.
const maxID = redirecturi.MaxLength

func (r *Registry) cached(ctx context.Context, id string) (Client, error) {
	if id == "" || len(id) > maxID {
		return Client{}, fmt.Errorf("client: %w", fs.ErrNotExist)
	}
	now := r.now()
	client, found, hit := r.cache.get(id, now)
	if !hit {
		epoch := r.cache.begin()
		var err error
		client, err = r.store.Get(ctx, id)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Client{}, fmt.Errorf("get client: %w", err)
		}
		if found = err == nil; found {
			r.cache.put(client, now, epoch)
		} else {
			r.cache.miss(id, now, epoch)
		}
	}
	if !found {
		return Client{}, fmt.Errorf("client %q: %w", id, fs.ErrNotExist)
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

// CountPending counts the federated servers that wait for a decision.
func (r *Registry) CountPending(ctx context.Context) (int, error) {
	return r.store.CountWhere(ctx, "server.state", string(Pending), maxPending)
}

// Add keeps a new client and returns it as kept. An empty ID is made up. Rules
// it breaks are forms.Problems; a taken id is fs.ErrExist. Whatever is handed in, it
// has no secret yet (AddSecret) and is no server (Introduce).
func (r *Registry) Add(ctx context.Context, c Client) (Client, error) {
	c = c.clone()
	if c.ID == "" {
		c.ID = newID()
	}
	c.Secrets, c.Server, c.Document, c.ConsentVersion, c.Imported = nil, nil, nil, 1, time.Time{}
	c.Created = r.stamp()
	c.Updated = c.Created
	c.Tidy()
	if err := append(checkID(c.ID), c.Validate(r.allowHTTP)...).Err(); err != nil {
		return Client{}, err
	}
	if err := r.checkSector(ctx, c); err != nil {
		return Client{}, err
	}
	return c, r.insert(ctx, c)
}

func (r *Registry) insert(ctx context.Context, c Client) error {
	defer r.origins.forget()
	defer r.cache.drop(c.ID)
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
	err := r.change(ctx, id, func(c *Client) error {
		before := c.clone()
		if err := change(c); err != nil {
			return err
		}
		c.ID, c.Secrets, c.Server = before.ID, before.Secrets, before.Server
		c.Created, c.CreatedBy, c.Origin, c.ConsentVersion, c.Imported = before.Created, before.CreatedBy, before.Origin, before.ConsentVersion, before.Imported
		c.Tidy()
		if err := c.Validate(r.allowHTTP).Err(); err != nil {
			return err
		}
		if !c.UsesSecret() {
			c.Secrets = nil
		}
		if !c.SharesKeys() {
			c.forgetKeys()
		}
		r.normalize(before, c)
		return nil
	})
	if err != nil {
		return fmt.Errorf("update client: %w", err)
	}
	return nil
}

// normalize stamps a changed client and raises its generation if it became
// someone else.
func (r *Registry) normalize(before Client, c *Client) {
	if differs(before, *c) {
		c.ConsentVersion++
	}
	c.Updated = r.stamp()
}

// Delete removes a client for good. A server may then introduce itself anew.
func (r *Registry) Delete(ctx context.Context, id string) error {
	defer r.origins.forget()
	defer r.cache.drop(id)
	defer r.auth.Keys.Drop(id)
	if err := r.store.Delete(ctx, id); err != nil {
		return fmt.Errorf("delete client: %w", err)
	}
	return nil
}

// errUnchanged, returned by the function given to change, ends it without a
// write and without an error.
var errUnchanged = errors.New("unchanged")

// change is the one way a kept client is written.
func (r *Registry) change(ctx context.Context, id string, change func(*Client) error) error {
	// Whether or not the write was acknowledged, it may have happened.
	defer r.cache.drop(id)
	defer r.origins.forget()
	if err := r.store.Update(ctx, id, change); err != nil && !errors.Is(err, errUnchanged) {
		return err
	}
	return nil
}

// maxClaimed bounds how many chores are remembered; one that was forgotten is
// done once too often.
const maxClaimed = 4096

// acquireLease lets one caller in a while do a chore, however many see the need.
func (r *Registry) acquireLease(chore string, every time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if last, found := r.claimed.Get(chore); found && now.Sub(last) < every {
		return false
	}
	r.claimed.Add(chore, now)
	return true
}

// stamp is now as a database gives it back.
func (r *Registry) stamp() time.Time { return r.now().UTC().Truncate(time.Millisecond) }
