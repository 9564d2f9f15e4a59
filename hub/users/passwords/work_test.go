package passwords

import (
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

// Timing shows nothing about an account: every attempt costs at least one hash
// with the current parameters, for every stored hash.
func TestEveryAnswerCostsThePresentWork(t *testing.T) {
	byBcrypt, err := bcrypt.GenerateFromPassword([]byte("right"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	cheap := HashParams{Memory: 8, Time: 1, Threads: 1}
	older := HashParams{Memory: 16, Time: 1, Threads: 1}
	for kind, tt := range map[string]struct {
		stored Hash
		right  int // hashes in addition to the comparison
		wrong  int
	}{
		"nobody":           {"", 1, 1},
		"unusable":         {"$2b$nonsense", 1, 1},
		"bcrypt":           {Hash(byBcrypt), 1, 1},
		"an older Argon2":  {older.compute("right"), 1, 1},
		"the present kind": {cheap.compute("right"), 0, 0}, // the comparison is that work
	} {
		h := NewHasher(cheap)
		computed := 0
		h.compute = func(password string) Hash { computed++; return cheap.compute(password) }
		for password, want := range map[string]int{"right": tt.right, "wrong": tt.wrong, strings.Repeat("x", 80): tt.wrong} {
			computed = 0
			if _, _, err := h.Verify(t.Context(), tt.stored, password); err != nil || computed != want {
				t.Errorf("%s, %.5s: %d hashes of the present kind, want %d; %v", kind, password, computed, want, err)
			}
		}
	}
}
