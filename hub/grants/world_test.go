package grants_test

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

const day = 24 * time.Hour

// A world has ada, who gave the client payroll consent, and a manual clock.
type world struct {
	*grants.Service
	t    *testing.T
	time time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	err = db.Prepare(t.Context(), []store.CollectionSpec{
		{Name: "grants", Index: []string{"userId", "clientId"}},
		{Name: "families", Index: []string{"sid", "userId", "loginKey"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, time: time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return w.time }
	w.Service = grants.NewService(store.NewCollection[grants.Grant](db, "grants", now), store.NewCollection[grants.TokenFamily](db, "families", now), grants.DefaultLives(), []byte("the hub's key"), now)
	return w
}

func (w *world) pass(d time.Duration) { w.time = w.time.Add(d) }

// allowance is ada's consent to payroll.
func allowance(scopes ...string) grants.Allowance {
	return grants.Allowance{UserID: "ada", ClientID: "payroll", Generation: 1, Scopes: scopes}
}

// allow lets payroll have openid and offline_access.
func (w *world) allow() grants.Grant {
	w.t.Helper()
	g, err := w.Allow(w.t.Context(), allowance("openid", "offline_access"))
	if err != nil {
		w.t.Fatal(err)
	}
	return g
}

// code is a code for the scopes of the grant; edit changes its data.
func (w *world) code(g grants.Grant, edit ...func(*grants.Authorization)) string {
	w.t.Helper()
	a := g.Authorization(g.Scopes, grants.SignIn{})
	a.AuthTime, a.SID = w.time, "the session"
	for _, change := range edit {
		change(&a)
	}
	code, _, err := w.NewCode(w.t.Context(), a, false)
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

// proof is what payroll presents with a code of its own.
func proof() grants.CodeRedemption {
	return grants.CodeRedemption{ClientID: "payroll", Refresh: true, Access: 15 * time.Minute}
}

// signIn redeems a code, and returns the family and its refresh token.
func (w *world) signIn(g grants.Grant, edit ...func(*grants.Authorization)) (grants.TokenFamily, string) {
	w.t.Helper()
	f, token, err := w.Redeem(w.t.Context(), w.code(g, edit...), proof())
	if err != nil {
		w.t.Fatal(err)
	}
	return f, token
}

// refresh is payroll's, and must be granted.
func (w *world) refresh(token string) string {
	w.t.Helper()
	_, next, err := w.Refresh(w.t.Context(), token, grants.RefreshRequest{ClientID: "payroll"})
	if err != nil {
		w.t.Fatalf("refresh: %v", err)
	}
	return next
}

// refusedRefresh checks for an error after which the client must ask the user
// again.
func (w *world) refusedRefresh(what, token string) {
	w.t.Helper()
	_, next, err := w.Refresh(w.t.Context(), token, grants.RefreshRequest{ClientID: "payroll"})
	if oauth.Code(err) != "invalid_grant" || next != "" {
		w.t.Errorf("%s: got %q, %v, want invalid_grant", what, next, err)
	}
}

// gone checks that something is not there.
func (w *world) gone(what string, err error) {
	w.t.Helper()
	if !errors.Is(err, fs.ErrNotExist) {
		w.t.Errorf("%s: got %v, want that it does not exist", what, err)
	}
}

// good checks that there is no error.
func (w *world) good(what string, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Errorf("%s: %v", what, err)
	}
}

// misuse checks the kind of misuse in the error.
func (w *world) misuse(what string, err error, kind string) {
	w.t.Helper()
	var m *grants.ReplayError
	if !errors.As(err, &m) || m.Kind != kind || oauth.Code(err) != "invalid_grant" {
		w.t.Errorf("%s: got %v, want %s as invalid_grant", what, err, kind)
	}
}
