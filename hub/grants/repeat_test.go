package grants_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

// patient is payroll's refresh, which may be repeated for ten seconds.
func patient(edit ...func(*grants.RefreshRequest)) grants.RefreshRequest {
	r := grants.RefreshRequest{ClientID: "payroll", Grace: 10 * time.Second}
	for _, change := range edit {
		change(&r)
	}
	return r
}

func TestAnAnswerThatGotLostIsGivenAgain(t *testing.T) { // SECURITY TK-20
	w := newWorld(t)
	f, first := w.signIn(w.allow())
	_, second, err := w.Refresh(t.Context(), first, patient())
	w.good("the first time", err)
	w.pass(9 * time.Second)
	_, err = w.WouldRefresh(t.Context(), first, patient())
	w.good("what is looked at before", err)
	again, next, err := w.Refresh(t.Context(), first, patient())
	w.good("once more", err)
	if next != second || again.ID != f.ID || again.Rotations != 2 {
		t.Errorf("got another token, or it counted as a rotation: %+v", again)
	}
	if _, err := w.ByRefresh(t.Context(), first); err == nil {
		t.Error("a token that was exchanged is shown as good")
	}
	w.pass(999 * time.Millisecond)
	_, next, err = w.Refresh(t.Context(), first, patient())
	w.good("at the last moment", err)
	_, third, err := w.Refresh(t.Context(), next, patient())
	w.good("the successor", err)
	if third == second || third == first {
		t.Error("the successor was not exchanged")
	}
}

// One row for every repeat that counts as a replay, as all do without the grace
// period.
func TestARepetitionIsTheft(t *testing.T) { // RFC 9700 §4.14.2
	key := oauth.Confirmation{JKT: "the key"}
	for what, story := range map[string]func(w *world, token string) (string, grants.RefreshRequest){
		"after the moment": func(w *world, token string) (string, grants.RefreshRequest) {
			w.pass(10 * time.Second)
			return token, patient()
		},
		"by a clock that is far behind": func(w *world, token string) (string, grants.RefreshRequest) {
			w.pass(-10 * time.Second)
			return token, patient()
		},
		"though the first one repeated it": func(w *world, token string) (string, grants.RefreshRequest) {
			w.pass(9 * time.Second)
			_, _, err := w.Refresh(w.t.Context(), token, patient())
			w.good("the repetition", err)
			w.pass(time.Second)
			return token, patient()
		},
		"once the successor was used": func(w *world, token string) (string, grants.RefreshRequest) {
			_, next, err := w.Refresh(w.t.Context(), token, patient())
			w.good("the repetition", err)
			_, _, err = w.Refresh(w.t.Context(), next, patient())
			w.good("the successor", err)
			return token, patient()
		},
		"once the successor was used and kept": func(w *world, token string) (string, grants.RefreshRequest) {
			_, next, err := w.Refresh(w.t.Context(), token, patient())
			w.good("the repetition", err)
			_, _, err = w.Refresh(w.t.Context(), next, patient(func(r *grants.RefreshRequest) { r.Keep = true }))
			w.good("the successor", err)
			return token, patient()
		},
		"without grace": func(_ *world, token string) (string, grants.RefreshRequest) {
			return token, grants.RefreshRequest{ClientID: "payroll"}
		},
		"by a client that proves nothing": func(_ *world, token string) (string, grants.RefreshRequest) {
			return token, patient(func(r *grants.RefreshRequest) { r.Public = true })
		},
		"by a client that proves a key to which nothing was bound": func(_ *world, token string) (string, grants.RefreshRequest) {
			return token, patient(func(r *grants.RefreshRequest) { r.Public, r.Proven = true, key })
		},
		"of high security": func(_ *world, token string) (string, grants.RefreshRequest) {
			return token, patient(func(r *grants.RefreshRequest) { r.Keep = true })
		},
		"by another key": func(_ *world, token string) (string, grants.RefreshRequest) {
			return token, patient(func(r *grants.RefreshRequest) { r.Proven = key })
		},
		"for fewer scopes": func(_ *world, token string) (string, grants.RefreshRequest) {
			return token, patient(func(r *grants.RefreshRequest) { r.Narrow = []string{"openid"} })
		},
		"for another API": func(_ *world, token string) (string, grants.RefreshRequest) {
			return token, patient(func(r *grants.RefreshRequest) { r.Asked = []string{"https://api.example.org", ""} })
		},
		"of a token that was made up": func(_ *world, token string) (string, grants.RefreshRequest) {
			return token + "x", patient()
		},
	} {
		w := newWorld(t)
		f, token := w.signIn(w.allow())
		_, next, err := w.Refresh(t.Context(), token, patient())
		w.good(what, err)
		token, again := story(w, token)
		_, got, err := w.Refresh(t.Context(), token, again)
		w.misuse(what, err, "refresh.reused")
		if got != "" {
			t.Errorf("%s: got a token", what)
		}
		_, err = w.Live(t.Context(), f.ID)
		w.gone(what+": the sign-in", err)
		if _, _, err = w.Refresh(t.Context(), next, patient()); err == nil {
			t.Errorf("%s: the successor goes on", what)
		}
	}
}

func TestScopesAreTheSameInAnyOrder(t *testing.T) {
	w := newWorld(t)
	_, token := w.signIn(w.allow())
	_, next, err := w.Refresh(t.Context(), token, patient())
	w.good("without scopes", err)
	_, again, err := w.Refresh(t.Context(), token, patient(func(r *grants.RefreshRequest) { r.Narrow = []string{"offline_access", "openid"} }))
	w.good("with all of them", err)
	if next != again {
		t.Error("got another successor")
	}
}

// A DPoP key distinguishes a public client from a thief, so it may repeat a
// request for a moment. A client without a key may not.
func TestAPublicClientIsKnownByItsKeyAlone(t *testing.T) { // RFC 9449 §5
	w := newWorld(t)
	mine := oauth.Confirmation{JKT: "mine"}
	p := proof()
	p.Bound = mine
	_, token, err := w.Redeem(t.Context(), w.code(w.allow()), p)
	w.good("redeem", err)
	byKey := patient(func(r *grants.RefreshRequest) { r.Public, r.Proven = true, mine })
	_, next, err := w.Refresh(t.Context(), token, byKey)
	w.good("the first time", err)
	_, _, err = w.Refresh(t.Context(), token, patient(func(r *grants.RefreshRequest) { r.Public = true }))
	w.misuse("without the key", err, "refresh.misused")
	_, again, err := w.Refresh(t.Context(), token, byKey)
	w.good("once more", err)
	if next != again {
		t.Error("got another successor")
	}
}

// The successor cannot be derived from the old token and a copy of the database:
// it needs the hub's key.
func TestASuccessorIsMadeByTheHubsKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hub.db")
	now := func() time.Time { return time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC) }
	db, err := sqlite.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: "grants", Index: []string{"userId", "clientId"}}, {Name: "families", Index: []string{"sid", "userId", "loginKey"}}}); err != nil {
		t.Fatal(err)
	}
	by := func(key string) *world {
		return &world{t: t, time: now(), Service: grants.NewService(store.NewCollection[grants.Grant](db, "grants", now), store.NewCollection[grants.TokenFamily](db, "families", now), grants.DefaultLives(), []byte(key), now)}
	}
	hub, thief := by("the hub's key"), by("another key")
	f, token := hub.signIn(hub.allow())
	_, next, err := hub.Refresh(t.Context(), token, patient())
	hub.good("the hub", err)
	kept, err := hub.OfRefresh(t.Context(), next)
	hub.good("what is kept", err)
	if slices.Contains([]string{kept.RefreshHash, kept.RootHash, kept.RotatedFor, kept.CodeHash}, next) {
		t.Error("the token stands in the database")
	}
	_, got, err := thief.Refresh(t.Context(), token, patient())
	thief.misuse("with the database and the token, and another key", err, "refresh.reused")
	if got == next {
		t.Error("it is not the key that makes the successor")
	}
	_, err = hub.Live(t.Context(), f.ID)
	hub.gone("the sign-in", err)
}
