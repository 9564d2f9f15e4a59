package passwords

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strconv"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// Hashes from other systems are verified with the password as it was typed,
// because that is what those systems hashed; the first sign-in replaces them.

// maxBcryptCost keeps one comparison near a second.
const maxBcryptCost = 14

// bcryptHash is $2a$, $2b$ or $2y$.
type bcryptHash string

func parseBcrypt(s string) (verifier, error) {
	if len(s) != 60 || !strings.Contains("aby", s[2:3]) || s[3] != '$' || s[6] != '$' {
		return nil, errHash
	}
	cost, err := bcrypt.Cost([]byte(s))
	if err != nil || cost > maxBcryptCost {
		return nil, errHash
	}
	for _, c := range []byte(s[7:]) {
		if c != '.' && c != '/' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return nil, errHash
		}
	}
	return bcryptHash(s), nil
}

// usable refuses what bcrypt would cut off: it reads 72 bytes and would call
// those plus anything a match.
func (b bcryptHash) usable(password string) bool { return len(password) <= 72 }

func (b bcryptHash) matches(password string) bool {
	return b.usable(password) && bcrypt.CompareHashAndPassword([]byte(b), []byte(password)) == nil
}

// Iterations that are verified: fewer were never sensible, more cost seconds.
const (
	minIterations = 1000
	maxIterations = 2_000_000
)

// pbkdf2Hash is PBKDF2 with HMAC-SHA-256 (RFC 8018 §5.2).
type pbkdf2Hash struct {
	iterations int
	salt, sum  []byte
}

// parsePasslib reads "$pbkdf2-sha256$29000$salt$sum" as passlib writes it:
// base64 without padding and with a dot for the plus.
func parsePasslib(s string) (verifier, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 5 {
		return nil, errHash
	}
	encoding := base64.RawStdEncoding.Strict()
	salt, err := encoding.DecodeString(strings.ReplaceAll(parts[3], ".", "+"))
	if err != nil {
		return nil, errHash
	}
	sum, err := encoding.DecodeString(strings.ReplaceAll(parts[4], ".", "+"))
	if err != nil {
		return nil, errHash
	}
	return newPBKDF2(parts[2], salt, sum)
}

// parseDjango reads "pbkdf2_sha256$600000$salt$sum", where the salt is text.
func parseDjango(s string) (verifier, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 4 {
		return nil, errHash
	}
	sum, err := base64.StdEncoding.Strict().DecodeString(parts[3])
	if err != nil {
		return nil, errHash
	}
	return newPBKDF2(parts[1], []byte(parts[2]), sum)
}

func newPBKDF2(iterations string, salt, sum []byte) (verifier, error) {
	n, err := strconv.Atoi(iterations)
	if err != nil || strconv.Itoa(n) != iterations || n < minIterations || n > maxIterations {
		return nil, errHash
	}
	if len(salt) < 4 || len(salt) > 128 || len(sum) != sha256.Size {
		return nil, errHash
	}
	return pbkdf2Hash{n, salt, sum}, nil
}

func (p pbkdf2Hash) usable(string) bool { return true }

func (p pbkdf2Hash) matches(password string) bool {
	sum, err := pbkdf2.Key(sha256.New, password, p.salt, p.iterations, len(p.sum))
	return err == nil && subtle.ConstantTimeCompare(sum, p.sum) == 1
}
