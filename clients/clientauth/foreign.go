package clientauth

import "github.com/fedhub/fedhub/internal/forms"

// Bounds of a secret that was made elsewhere, in bytes. Shorter ones are
// guessed. One that serves as a key of HMAC-SHA-256 is as long as its hash
// (RFC 7518 §3.2), unless the other system signs with it already.
const (
	leastForeignSecret = 8
	mostForeignSecret  = 512
	leastKeySecret     = 32
)

// CheckForeign says why a secret that was made elsewhere cannot be kept.
func CheckForeign(value string) forms.Problems {
	if len(value) < leastForeignSecret || len(value) > mostForeignSecret || !TextOK(value) {
		return forms.New("secret", "client.secret.bad", "min", leastForeignSecret, "max", mostForeignSecret)
	}
	return nil
}

// CheckForeignKey is CheckForeign for one that serves as a key.
func CheckForeignKey(value string) forms.Problems {
	if len(value) < leastKeySecret {
		return forms.New("secret", "client.secret.short", "min", leastKeySecret)
	}
	return CheckForeign(value)
}
