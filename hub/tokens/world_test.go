package tokens_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/testkit/signingtest"
)

const issuer = "https://id.example.org"

// A world has ada, who gave the client payroll consent, and a manual clock.
type world struct {
	*tokens.Service
	t        *testing.T
	time     time.Time
	ended    map[string]bool // sessions
	registry *clients.Registry
	people   *store.Collection[users.User]
	app      clients.Client
	ada      users.User
}

func newWorld(t *testing.T, edits ...func(*clients.Client)) *world {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	err = db.Prepare(t.Context(), []store.CollectionSpec{
		{Name: "users", Unique: []string{"emailKey", "founder"}, Index: []string{"rank"}}, {Name: "clients"}, {Name: "signing"},
		{Name: "grants", Index: []string{"userId", "clientId"}}, {Name: "families", Index: []string{"sid", "userId", "loginKey"}},
		{Name: "revoked"}, {Name: "opaques"}, {Name: "apis"}, {Name: "apiscopes"},
	})
	if err != nil {
		t.Fatal(err)
	}
	box, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, time: time.Now().Truncate(time.Second), ended: map[string]bool{}}
	now := func() time.Time { return w.time }
	w.people = store.NewCollection[users.User](db, "users", now)
	auth := &clientauth.Verifier{Issuer: issuer, Keys: &clientauth.Keyring{Now: now}, Now: now}
	w.registry = clients.NewRegistry(clients.Options{Store: store.NewCollection[clients.Client](db, "clients", now), Auth: auth, Now: now, Log: slog.New(slog.DiscardHandler)})
	keys := signing.NewService(store.NewCollection[signing.Key](db, "signing", now), box, now)
	keys.NewRSA = signingtest.RSA
	known := apis.New(apis.Options{Issuer: issuer, APIs: store.NewCollection[apis.API](db, "apis", now), Owners: store.NewCollection[apis.Owner](db, "apiscopes", now), Now: now})
	w.Service = &tokens.Service{
		APIs:   known,
		Issuer: issuer, Signing: keys, Clients: w.registry, ClientAuth: auth, Users: users.New(users.Options{Users: w.people, Now: now}),
		Grants:  grants.NewService(store.NewCollection[grants.Grant](db, "grants", now), store.NewCollection[grants.TokenFamily](db, "families", now), grants.DefaultLives(), []byte("the hub's key"), now),
		Revoked: store.NewCollection[tokens.Revoked](db, "revoked", now), Opaques: store.NewCollection[tokens.Opaque](db, "opaques", now),
		Pairwise: []byte("a key"), Now: now,
		Lives: func(_ context.Context, sid string) (bool, error) { return !w.ended[sid], nil },
	}
	w.ada = users.User{ID: "ada", Email: "ada@example.org", EmailVerified: true, Roles: []string{"clerk"}, SessionGeneration: 3}
	if err := w.people.Insert(t.Context(), w.ada); err != nil {
		t.Fatal(err)
	}
	w.app = w.client("payroll", edits...)
	return w
}

func (w *world) pass(d time.Duration) { w.time = w.time.Add(d) }

func (w *world) client(id string, edits ...func(*clients.Client)) clients.Client {
	w.t.Helper()
	c := clients.Client{ID: id, Name: id, Type: clients.Web, RedirectURIs: []string{"https://" + id + ".example.org/callback"},
		Scopes: []string{"openid", "roles", "files", "offline_access"}}
	for _, edit := range edits {
		edit(&c)
	}
	c, err := w.registry.Add(w.t.Context(), c)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// person changes ada's record.
func (w *world) person(edit func(*users.User)) {
	w.t.Helper()
	if err := w.people.Update(w.t.Context(), "ada", func(u *users.User) error { edit(u); return nil }); err != nil {
		w.t.Fatal(err)
	}
}

// signIn is ada's consent to the client, with a sign-in one minute ago.
func (w *world) signIn(c clients.Client, scopes ...string) grants.TokenFamily {
	w.t.Helper()
	g, err := w.Grants.Allow(w.t.Context(), grants.Allowance{UserID: "ada", ClientID: c.ID, Scopes: scopes})
	if err != nil {
		w.t.Fatal(err)
	}
	a := g.Authorization(scopes, grants.SignIn{})
	a.SessionGeneration, a.AuthTime, a.SID, a.ACR = w.ada.SessionGeneration, w.time.Add(-time.Minute), "the session", "urn:a"
	f, _, err := w.Grants.Begin(w.t.Context(), "begun "+c.ID+" "+strings.Join(scopes, " "), a, grants.CodeRedemption{Refresh: true, Access: time.Hour})
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

// token is an access token of the family.
func (w *world) token(f grants.TokenFamily) string {
	w.t.Helper()
	raw, err := w.ForUser(w.t.Context(), f, w.ada, f.Scopes, oauth.Confirmation{})
	if err != nil {
		w.t.Fatal(err)
	}
	return raw.Token
}

func (w *world) good(what, raw string) tokens.TokenInfo {
	w.t.Helper()
	h, err := w.Verify(w.t.Context(), raw)
	if err != nil {
		w.t.Errorf("%s: %v", what, err)
	}
	return h
}

func (w *world) invalid(what, raw string) {
	w.t.Helper()
	h, err := w.Verify(w.t.Context(), raw)
	if !errors.Is(err, tokens.ErrInvalid) || h.AccessTokenClaims.ID != "" || h.User.ID != "" {
		w.t.Errorf("%s: got %+v, %v, want that it is not valid", what, h.AccessTokenClaims, err)
	}
}

// claims reads a JWT without checking it.
func (w *world) claims(raw string) map[string]any {
	w.t.Helper()
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		w.t.Fatalf("%q is no JWT", raw)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		w.t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(text, &claims); err != nil {
		w.t.Fatal(err)
	}
	return claims
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}
