package e2e_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"

	"github.com/fedhub/fedhub/cmd/fedhub/demo"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/testkit/mongodtest"
	"github.com/fedhub/fedhub/templates/locales"
)

// onBothEngines tells the same story on the embedded database and on a real
// MongoDB.
func onBothEngines(t *testing.T, story func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); story(t, newWorld(t, "")) })
	t.Run("mongodb", func(t *testing.T) { t.Parallel(); story(t, newWorld(t, mongodtest.URI(t))) })
}

// onSQLite tells a story that has nothing to do with the database.
func onSQLite(t *testing.T, story func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	story(t, newWorld(t, ""))
}

// A world is the demo with one more person: a primary, a secondary that it has
// let in, and an app that is a client of the secondary.
type world struct {
	t                  *testing.T
	primary, secondary demo.Hub
	app                demo.App

	ada demo.Account // at the primary
	bo  demo.Account // at the secondary
}

// toPrimary is the button of the secondary's sign-in page.
const toPrimary = "#with-primary"

// cheap is what a password check costs here: these stories are not about
// guessing.
var cheap = passwords.HashParams{Memory: 64, Time: 1, Threads: 1}

// newWorld starts them all. A database is a mongodb:// address, or empty for
// the embedded one.
func newWorld(t *testing.T, database string) *world {
	t.Helper()
	return newWorldIn(t, database, nil)
}

// newWorldIn is newWorld with pages in other words than English.
func newWorldIn(t *testing.T, database string, words *locales.Words) *world {
	t.Helper()
	browser(t) // without one nothing needs to start
	d, err := demo.Start(t.Context(), demo.Options{Start: startHub(words), Database: database, Hash: cheap, Log: newLog(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{t: t, primary: d.Primary, secondary: d.Secondary, app: d.App, ada: d.People[0]}
	w.bo = person(t, d.Secondary.Operator, "Bo Brown", "bo@branch.example")
	return w
}

// startHub builds a hub of the demo.
func startHub(words *locales.Words) demo.StartHub {
	return func(ctx context.Context, s demo.Setup, backend store.Backend) (demo.Running, error) {
		h, err := hub.New(ctx, hub.Config{
			URL: s.URL, Name: s.Name, SecretKey: s.SecretKey, Hash: s.Hash, Log: s.Log, Watch: s.Watch, Fetched: s.Fetched, Words: words, SecondFactor: settings.SecondFactorOptional,
		}, backend)
		if err != nil {
			return demo.Running{}, err
		}
		return demo.Running{Handler: h, Operator: h.Service, Keys: h.LoginKeyService, Run: h.Run}, nil
	}
}

// person makes an account.
func person(t *testing.T, at *operator.Service, name, email string, roles ...string) demo.Account {
	t.Helper()
	account := demo.Account{Name: name, Email: email, Password: "green apples on the roof"}
	_, err := at.AddUser(t.Context(), audit.Named("test"), users.NewUser{Email: email, EmailVerified: true, Profile: users.Profile{Name: name}, Roles: roles, Password: account.Password})
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// A logbook keeps what the hubs and the app log, and shows the end of it when
// a story fails.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func newLog(t *testing.T) *slog.Logger {
	l := &logbook{}
	t.Cleanup(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if t.Failed() {
			t.Logf("the end of the log:\n%s", tail(l.text.String()))
		}
	})
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func tail(text string) string {
	const most = 4000
	return text[max(0, len(text)-most):]
}

// signIn fills in the sign-in page that the tab shows.
func (b *tab) signIn(who demo.Account) {
	b.t.Helper()
	b.fill("#email", who.Email)
	b.fill("#password", who.Password)
	b.press("#sign-in")
}

// want compares two values; what is their name in the message.
func want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
