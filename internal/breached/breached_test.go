package breached_test

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/internal/breached"
)

func TestBreachedPasswordsAreFound(t *testing.T) {
	for _, p := range []string{
		"chocolate", "footballer", "Princess1", // used by many
		"1qaz2wsx3edc4rfv", "perasperaadastra", "30secondstomars", // long ones
		"RainbowSkittles", "rainbow skittles", "you-look-you-die", "ashleywilliams2010",
	} {
		if !breached.Contains(breached.Plain(p)) {
			t.Errorf("%s is not found", p)
		}
	}
}

// TestOtherPasswordsAreNotFound holds the share of good passwords that are
// refused by mistake: one in 65,536 lookups.
func TestOtherPasswordsAreNotFound(t *testing.T) {
	const many = 10_000
	wrong := 0
	for i := range uint64(many) {
		if breached.Contains(breached.Plain(passphrase(i))) {
			wrong++
		}
	}
	if wrong > 1 {
		t.Errorf("%d of %d random passphrases count as breached", wrong, many)
	}
}

// passphrase makes four words of four letters, the same ones for the same
// number.
func passphrase(i uint64) string {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, i))
	letters := base32.StdEncoding.EncodeToString(sum[:10])
	return strings.ToLower(letters[:4] + " " + letters[4:8] + " " + letters[8:12] + " " + letters[12:])
}
