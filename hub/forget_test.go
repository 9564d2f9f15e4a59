package hub

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
)

// An attacker who creates an account with another person's address must lose
// access when the owner of the address signs in (docs/linking.md).
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
