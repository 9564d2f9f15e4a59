package upstreamtokens_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// ada is who comes from the company, where she is called "1".
var ada = users.User{ID: "ada"}

// A company is a provider with scripted answers that stores the tokens it was
// asked with and those that were revoked.
type company struct {
	asked, back []string
	deaf        error // the error of Revoke
	says        func(federation.Tokens) (federation.Identity, error)
}

func (u *company) Begin(context.Context, *federation.AuthState, federation.AuthRequestOptions) (string, error) {
	return "", errors.New("nobody signs in in these stories")
}

func (u *company) Finish(context.Context, federation.AuthState, url.Values) (federation.Identity, error) {
	return federation.Identity{}, errors.New("nobody signs in in these stories")
}

func (u *company) Refresh(_ context.Context, tokens federation.Tokens) (federation.Identity, error) {
	u.asked = append(u.asked, tokens.Refresh)
	return u.says(tokens)
}

func (u *company) Revoke(_ context.Context, old federation.Tokens) error {
	u.back = append(u.back, old.Refresh)
	return u.deaf
}

// A world has the stored tokens of the company's users, on a real database.
type world struct {
	*upstreamtokens.Service
	clock    *federationtest.Clock
	t        *testing.T
	db       *faultstore.Store
	company  *company
	keys     *federationtest.Memory
	reviewed []string // the user names in the company's answers
	gone     bool     // the identity was unlinked
	ended    []string // session ids
	events   []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	file, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close(context.Background()) }) //nolint:errcheck // the test is over
	db := faultstore.New(file)
	err = db.Prepare(t.Context(), []store.CollectionSpec{
		{Name: "ties"}, {Name: "audit"},
		{Name: "sessions", Unique: []string{"sid"}, Index: []string{"userId", "upstreamSid", "upstreamSub"}},
		{Name: "grants", Index: []string{"userId", "clientId"}}, {Name: "families", Index: []string{"sid", "userId", "loginKey"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	box, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{clock: federationtest.NewClock(), t: t, db: db, company: &company{}}
	w.keys = federationtest.NewMemory(federation.LoginKey{ID: "company", Name: "Company", Kind: "openid", BaseURL: "https://id.company.example", Enabled: true})
	now := w.clock.Now
	w.Service = &upstreamtokens.Service{
		Ties: store.NewCollection[upstreamtokens.Token](db, "ties", now), Box: box,
		Upstreams: federation.NewRegistry(federation.Options{
			Store: w.keys, Env: federationtest.NewEnv(&http.Client{}, w.clock, federationtest.NewHubKey(), &bytes.Buffer{}), Seal: federationtest.Seal,
			Factories: map[string]federation.Factory{
				"openid": func(federation.LoginKey, federation.Dependencies) (federation.Connector, error) {
					return w.company, nil
				},
				"mute": func(federation.LoginKey, federation.Dependencies) (federation.Connector, error) {
					return struct{ federation.Connector }{w.company}, nil // a connector without optional interfaces
				},
			},
		}),
		Sessions: &sessions.Service{Sessions: store.NewCollection[sessions.Session](db, "sessions", now), Box: box, Now: now},
		Grants:   grants.NewService(store.NewCollection[grants.Grant](db, "grants", now), store.NewCollection[grants.TokenFamily](db, "families", now), grants.DefaultLives(), []byte("the hub's key"), now),
		Review: func(_ context.Context, userID string, i federation.Identity, _ federation.LoginKey) error {
			w.reviewed = append(w.reviewed, userID+" "+i.Name)
			if w.gone {
				return fs.ErrNotExist
			}
			return nil
		},
		Audit: &audit.Recorder{Set: store.NewCollection[audit.Event](db, "audit", now), Log: slog.New(slog.DiscardHandler), Now: now,
			Watch: func(e audit.Event) { w.events = append(w.events, e.Kind+" "+e.LoginKey+" "+e.Target) }},
		Log: slog.New(slog.DiscardHandler), Now: now,
	}
	w.End = func(ctx context.Context, s sessions.Session) error {
		w.ended = append(w.ended, s.SID)
		return w.Sessions.Delete(ctx, s)
	}
	w.goesOn()
	return w
}

// goesOn makes the company confirm every user, with a new token each time: "t1"
// is followed by "t1+".
func (w *world) goesOn() {
	w.company.says = func(old federation.Tokens) (federation.Identity, error) { return adaWith(old.Refresh + "+"), nil }
}

// fails lets it answer with an error.
func (w *world) fails(err error) {
	w.company.says = func(federation.Tokens) (federation.Identity, error) { return federation.Identity{}, err }
}

// adaWith is ada as the company describes her, with a refresh token.
func adaWith(refresh string) federation.Identity {
	return federation.Identity{Key: "company", Subject: "1", Name: "Ada", Tokens: federation.Tokens{Refresh: refresh, ID: "an id token"}}
}

// came says that ada signed in by the company, which gave this token.
func (w *world) came(refresh string) {
	w.t.Helper()
	if err := w.Keep(w.t.Context(), ada, adaWith(refresh)); err != nil {
		w.t.Fatalf("keep %s: %v", refresh, err)
	}
}

// looks looks at ada after a while.
func (w *world) looks(after time.Duration) error {
	w.clock.Move(after)
	return w.Look(w.t.Context(), "ada", "company")
}

// wantLook checks the result of a check at the provider.
func (w *world) wantLook(what string, got, want error) {
	w.t.Helper()
	if !errors.Is(got, want) {
		w.t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func (w *world) wantList(what string, got []string, want ...string) {
	w.t.Helper()
	if !slices.Equal(got, want) {
		w.t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// kept is ada's stored record; zero if there is none.
func (w *world) kept() upstreamtokens.Token {
	w.t.Helper()
	t, err := w.Ties.Get(w.t.Context(), "ada company")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		w.t.Fatal(err)
	}
	return t
}

// changeKey changes the login key, and waits until this process has seen it.
func (w *world) changeKey(change func(*federation.LoginKey)) {
	w.t.Helper()
	if err := w.keys.Update(w.t.Context(), "company", func(k *federation.LoginKey) error { change(k); return nil }); err != nil {
		w.t.Fatal(err)
	}
	w.clock.Move(3 * time.Second)
	if _, err := w.Upstreams.All(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// browser is one that is signed in here by the company, as the person with
// that name there. It returns the name of the session.
func (w *world) browser(cookie, subject string) string {
	w.t.Helper()
	s, err := w.Sessions.Begin(w.t.Context(), cookie, sessions.Start{User: ada, LoginKey: "company", UpstreamSub: subject}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return s.SID
}

var (
	saysNo   = federation.NewRefusal("Company", "invalid_grant", "")
	saysBusy = federation.NewRefusal("Company", "temporarily_unavailable", "")
	silence  = federation.NewFault(federation.Unreachable, "Company", errors.New("no answer"))
)
