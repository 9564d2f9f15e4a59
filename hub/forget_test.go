package hub

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
)

// Whoever adds a set that is looked up by a person or an app says that its
// records go with them.
func TestWhatIsFoundByItsOwnerGoesWithThem(t *testing.T) {
	table := reflect.TypeFor[data]()
	for i := range table.NumField() {
		tag := table.Field(i).Tag
		for _, field := range strings.Fields(tag.Get("index")) {
			owner := map[string]string{"userId": "user", "user": "user", "clientId": "client"}[field]
			if owner != "" && tag.Get(owner) != field {
				t.Errorf("the set %s is found by %s and has no %s:%q", tag.Get("set"), field, owner, field)
			}
		}
		for _, owner := range []string{"user", "client"} {
			if by := tag.Get(owner); by != "" && by != "id" && !slices.Contains(strings.Fields(tag.Get("index")), by) {
				t.Errorf("the set %s is forgotten by %s, which is no index", tag.Get("set"), by)
			}
		}
	}
}

// Whoever prepared an account at another's address must have no way into it
// when its owner comes (docs/linking.md).
func TestAnEmptiedAccountHasNoFactors(t *testing.T) {
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context()) //nolint:errcheck // the test is over
	h, err := New(t.Context(), Config{URL: "http://localhost:1", SecretKey: bytes.Repeat([]byte{7}, 32), Log: slog.New(slog.DiscardHandler)}, db)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if err := h.data.SecondFactors.Insert(ctx, secondfactor.Factors{ID: "ada", App: secondfactor.App{Secret: "sealed"}}); err != nil {
		t.Fatal(err)
	}
	if err := h.data.Passkeys.Insert(ctx, passkeys.Passkey{ID: "key", UserID: "ada"}); err != nil {
		t.Fatal(err)
	}
	if err := h.emptyUser(ctx, "ada"); err != nil {
		t.Fatal(err)
	}
	if f, err := h.second.Codes.Of(ctx, "ada"); err != nil || f.HasApp() {
		t.Errorf("the authenticator app is there still: %v", err)
	}
	if left, err := h.passkeys.Of(ctx, "ada"); err != nil || len(left) > 0 {
		t.Errorf("%d passkeys are there still: %v", len(left), err)
	}
}
