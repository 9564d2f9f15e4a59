package clients

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"sort"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
)

const issuer = "https://id.example.org"

// A world is a registry on an empty store, with a clock that is moved by hand.
type world struct {
	*testing.T
	*Registry
	clock *keytest.Clock
	store *memory
}

func newWorld(t *testing.T, options ...func(*Options)) *world {
	t.Helper()
	w := &world{T: t, clock: keytest.NewClock(), store: newMemory()}
	o := Options{
		Store: w.store, Documents: metadatadoc.Reader{HTTP: http.DefaultClient, Issuer: issuer}, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler),
		Auth: &clientauth.Verifier{
			Issuer: issuer, Replay: (&keytest.Replay{Clock: w.clock}).Use, Now: w.clock.Now,
			Keys: &clientauth.Keyring{
				Now: w.clock.Now, Log: slog.New(slog.DiscardHandler),
				Follow: func(ctx context.Context, id string, keys clientauth.Keys) error { return w.Follow(ctx, id, keys) },
			},
		},
	}
	for _, option := range options {
		option(&o)
	}
	o.Auth.Keys.Read = o.Documents.Read
	w.Registry = NewRegistry(o)
	t.Cleanup(w.Registry.Close)
	return w
}

func allowHTTP(o *Options) { o.AllowHTTP, o.Documents.AllowHTTP = true, true }

// sharing makes a world of another process on the same store.
func sharing(w *world) func(*Options) {
	return func(o *Options) {
		o.Store, o.Now, o.Auth.Now, o.Auth.Keys.Now, o.Auth.Replay = w.store, w.clock.Now, w.clock.Now, w.clock.Now, w.auth.Replay
	}
}

// add keeps a client that must be valid.
func (w *world) add(c Client) Client {
	w.Helper()
	c, err := w.Add(w.Context(), c)
	if err != nil {
		w.Fatalf("add client: %v", err)
	}
	return c
}

func (w *world) addSecret(id string, life time.Duration) string {
	w.Helper()
	secret, err := w.AddSecret(w.Context(), id, life)
	if err != nil {
		w.Fatalf("add secret: %v", err)
	}
	return secret
}

func (w *world) lookup(id string) Client {
	w.Helper()
	c, err := w.Lookup(w.Context(), id)
	if err != nil {
		w.Fatalf("look up: %v", err)
	}
	return c
}

func webApp() Client {
	return Client{ID: "web1", Name: "Web App", Type: Web, RedirectURIs: []string{"https://app.example.com/cb"}}
}

func nativeApp() Client {
	return Client{
		ID: "native1", Name: "Native App", Type: Native, DefaultRedirectURI: "com.example.app:/cb",
		RedirectURIs: []string{"http://127.0.0.1/cb", "http://[::1]/cb", "com.example.app:/cb"},
	}
}

func spaApp() Client {
	return Client{ID: "spa1", Name: "Browser App", Type: SPA, RedirectURIs: []string{"https://spa.example.com/cb"}}
}

// A memory is a Store whose records go through bson, so that the tags are
// tested too.
type memory struct {
	mu      sync.Mutex
	docs    map[string]bson.Raw
	reads   int
	writes  int
	failing error
}

func newMemory() *memory { return &memory{docs: map[string]bson.Raw{}} }

func (m *memory) Get(_ context.Context, id string) (Client, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	return m.get(id)
}

func (m *memory) get(id string) (c Client, err error) {
	if m.failing != nil {
		return c, m.failing
	}
	doc, found := m.docs[id]
	if !found {
		return c, fs.ErrNotExist
	}
	return c, bson.Unmarshal(doc, &c)
}

func (m *memory) put(c Client) error {
	if m.failing != nil {
		return m.failing
	}
	doc, err := bson.Marshal(c)
	m.docs[c.ID] = doc
	m.writes++
	return err
}

func (m *memory) Insert(_ context.Context, c Client) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, found := m.docs[c.ID]; found {
		return fs.ErrExist
	}
	return m.put(c)
}

func (m *memory) Update(_ context.Context, id string, change func(*Client) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, err := m.get(id)
	if err != nil {
		return err
	}
	if err := change(&c); err != nil {
		return err
	}
	return m.put(c)
}

func (m *memory) Delete(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, found := m.docs[id]; !found {
		return fs.ErrNotExist
	}
	delete(m.docs, id)
	return m.failing
}

func (m *memory) EachWhere(ctx context.Context, field, value string) iter.Seq2[Client, error] {
	return func(yield func(Client, error) bool) {
		all, err := m.Page(ctx, field, value, "", math.MaxInt)
		visitAll(all, err, yield)
	}
}

func visitAll(all []Client, err error, yield func(Client, error) bool) {
	for _, c := range all {
		if !yield(c, nil) {
			return
		}
	}
	if err != nil {
		yield(Client{}, err)
	}
}

// listed makes a list of what is visited.
func listed(visit iter.Seq2[Client, error]) (all []Client, err error) {
	for c, err := range visit {
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

func (m *memory) Page(_ context.Context, field, value, after string, limit int) ([]Client, error) {
	all, err := m.all()
	all = slices.DeleteFunc(all, func(c Client) bool {
		switch field {
		case "":
		case "server.state":
			if c.Server == nil || string(c.Server.State) != value {
				return true
			}
		case "frappe.url":
			if c.Frappe == nil || c.Frappe.URL != value {
				return true
			}
		default:
			return true
		}
		return c.ID <= after
	})
	return all[:min(limit, len(all))], err
}

func (m *memory) CountWhere(ctx context.Context, field, value string, most int) (int, error) {
	all, err := m.all()
	n := 0
	for _, c := range all {
		if field == "" || c.Server != nil && (value == "" || string(c.Server.State) == value) {
			n++
		}
	}
	return min(n, most), err
}

func (m *memory) Since(_ context.Context, field string, from time.Time) iter.Seq2[Client, error] {
	at := func(c Client) time.Time {
		switch {
		case field == "updated":
			return c.Updated
		case c.Document != nil:
			return c.Document.Fetched
		}
		return time.Time{}
	}
	return func(yield func(Client, error) bool) {
		all, err := m.all()
		all = slices.DeleteFunc(all, func(c Client) bool { return at(c).IsZero() || at(c).Before(from) })
		slices.SortStableFunc(all, func(a, b Client) int { return at(a).Compare(at(b)) })
		visitAll(all, err, yield)
	}
}

func (m *memory) all() ([]Client, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []Client
	for id := range m.docs {
		c, err := m.get(id)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	return all, nil
}

func (m *memory) counts() (reads, writes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.reads, m.writes
}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failing = err
}

func byKey(id, jwt string) clientauth.Credentials {
	return clientauth.Credentials{Method: clientauth.MethodKey, ID: id, Assertion: jwt}
}

// code returns the code of an clientauth.AuthError, or "" if it is none.
func code(err error) string {
	var auth *clientauth.AuthError
	if errors.As(err, &auth) {
		return auth.Code
	}
	return ""
}
