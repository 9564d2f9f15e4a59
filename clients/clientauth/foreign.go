package clientauth

import "github.com/fedhub/fedhub/internal/forms"

// Bounds of a secret that was made elsewhere, in bytes. Shorter ones can be
// guessed. A key of HMAC-SHA-256 must be as long as its hash (RFC 7518 §3.2),
// unless the other system already signs with it.
const (
	leastForeignSecret = 8
	mostForeignSecret  = 512
	leastKeySecret     = 32
)

// CheckForeign reports why a secret that was made elsewhere cannot be used.
func CheckForeign(value string) forms.Problems {
	if len(value) < leastForeignSecret || len(value) > mostForeignSecret || !TextOK(value) {
		return forms.New("secret", "client.secret.bad", "min", leastForeignSecret, "max", mostForeignSecret)
	}
	return nil
}

// CheckForeignKey is CheckForeign for a secret that is used as a key.
func CheckForeignKey(value string) forms.Problems {
	if len(value) < leastKeySecret {
		return forms.New("secret", "client.secret.short", "min", leastKeySecret)
	}
	return CheckForeign(value)
}
