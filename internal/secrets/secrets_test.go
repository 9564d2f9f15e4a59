package secrets_test

import (
	"testing"

	"github.com/fedhub/fedhub/internal/secrets"
)

// Databases contain values of these two functions, so they never change: the
// values of "abc" are from FIPS 180-2 appendix B.1.
func TestAHashIsWhatDatabasesHold(t *testing.T) {
	if got, want := secrets.HexHash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := secrets.Hash("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestASecretIsLongAndNeverTheSame(t *testing.T) {
	a, b := secrets.New(), secrets.New()
	if len(a) != 43 || len(b) != 43 || a == b {
		t.Errorf("got %s and %s", a, b)
	}
	if got := secrets.Text(16); len(got) != 22 {
		t.Errorf("16 bytes: got %s", got)
	}
}

func TestOnlyTheSameIsTheSame(t *testing.T) {
	for _, other := range []string{"", "secre", "secret ", "Secret", "secrex"} {
		if secrets.Same("secret", other) || secrets.Same(other, "secret") {
			t.Errorf("%q was taken for another", other)
		}
	}
	if !secrets.Same("secret", "secret") {
		t.Error("it was not taken for itself")
	}
}
