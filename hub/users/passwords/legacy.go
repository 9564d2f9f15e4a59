package passwords

import (
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // PBKDF2 does not depend on collision resistance
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"hash"
	"strconv"
	"strings"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/text/unicode/norm"

	"github.com/fedhub/fedhub/internal/texts"
)

// Hashes from other systems are verified with the password exactly as typed,
// because those systems hashed it so. The first sign-in replaces them.

// maxBcryptCost keeps one comparison near a second.
const maxBcryptCost = 14

// bcryptHash is $2a$, $2b$ or $2y$.
type bcryptHash string

func parseBcrypt(s string) (verifier, error) {
	if len(s) != 60 || !strings.Contains("aby", s[2:3]) || s[3] != '$' || s[6] != '$' {
		return nil, broken("bcrypt")
	}
	cost, err := bcrypt.Cost([]byte(s))
	if err != nil {
		return nil, broken("bcrypt")
	}
	if cost > maxBcryptCost {
		return nil, texts.Err("user.hash.bcrypt", "max", maxBcryptCost)
	}
	for _, c := range []byte(s[7:]) {
		if c != '.' && c != '/' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return nil, broken("bcrypt")
		}
	}
	return bcryptHash(s), nil
}

// usable refuses passwords that bcrypt would cut off: it reads 72 bytes and
// would ignore the rest.
func (b bcryptHash) usable(password string) bool { return len(password) <= 72 }

func (b bcryptHash) matches(password string) bool {
	return b.usable(password) && bcrypt.CompareHashAndPassword([]byte(b), []byte(password)) == nil
}

// importedArgon is an Argon2id hash that may come from another system, of the
// password as typed there; or from this hub with an older cost, in NFKC.
type importedArgon struct{ argonHash }

func (a importedArgon) matches(password string) bool {
	plain := norm.NFKC.String(password)
	return a.is(password) || plain != password && a.is(plain)
}

// Bounds for verification: fewer iterations are insecure, more take seconds.
// Each block of the sum costs all iterations again (RFC 8018 §5.2).
const (
	minIterations = 1000
	maxWork       = 2_000_000 // iterations times blocks
	minSum        = 16        // bytes
	maxSum        = 64
	minSalt       = 4
	maxSalt       = 128
)

// A digest is the hash function of PBKDF2's HMAC.
type digest struct {
	name string // PBKDF2's name with it
	new  func() hash.Hash
	size int // bytes
}

var (
	bySHA1   = digest{"PBKDF2-SHA1", sha1.New, sha1.Size}
	bySHA256 = digest{"PBKDF2-SHA256", sha256.New, sha256.Size}
	bySHA512 = digest{"PBKDF2-SHA512", sha512.New, sha512.Size}
)

// pbkdf2Hash is PBKDF2 with HMAC (RFC 8018 §5.2).
type pbkdf2Hash struct {
	digest     digest
	iterations int
	salt, sum  []byte
}

// passlib reads "$pbkdf2-sha256$29000$salt$sum" as passlib writes it: base64
// without padding and with a dot instead of the plus.
func passlib(d digest) func(string) (verifier, error) {
	return func(s string) (verifier, error) {
		parts := strings.Split(s, "$")
		if len(parts) != 5 {
			return nil, broken(d.name)
		}
		encoding := base64.RawStdEncoding.Strict()
		salt, err := encoding.DecodeString(strings.ReplaceAll(parts[3], ".", "+"))
		if err != nil {
			return nil, broken(d.name)
		}
		sum, err := encoding.DecodeString(strings.ReplaceAll(parts[4], ".", "+"))
		if err != nil {
			return nil, broken(d.name)
		}
		return newPBKDF2(d, parts[2], salt, sum)
	}
}

// django reads "pbkdf2_sha256$600000$salt$sum", where the salt is plain text.
func django(d digest) func(string) (verifier, error) {
	return func(s string) (verifier, error) {
		parts := strings.Split(s, "$")
		if len(parts) != 4 {
			return nil, broken(d.name)
		}
		sum, err := base64.StdEncoding.Strict().DecodeString(parts[3])
		if err != nil {
			return nil, broken(d.name)
		}
		return newPBKDF2(d, parts[1], []byte(parts[2]), sum)
	}
}

func newPBKDF2(d digest, iterations string, salt, sum []byte) (verifier, error) {
	n, err := strconv.Atoi(iterations)
	if err != nil || strconv.Itoa(n) != iterations {
		return nil, texts.Err("user.hash.iterations", "form", d.name, "min", minIterations, "max", maxWork)
	}
	if len(sum) < minSum || len(sum) > maxSum || len(salt) < minSalt || len(salt) > maxSalt {
		return nil, texts.Err("user.hash.size", "form", d.name, "least", minSum, "most", maxSum, "salt", minSalt, "salts", maxSalt)
	}
	blocks := (len(sum) + d.size - 1) / d.size
	if n < minIterations || n > maxWork/blocks {
		return nil, texts.Err("user.hash.iterations", "form", d.name, "min", minIterations, "max", maxWork)
	}
	return pbkdf2Hash{d, n, salt, sum}, nil
}

func (p pbkdf2Hash) usable(string) bool { return true }

func (p pbkdf2Hash) matches(password string) bool {
	sum, err := pbkdf2.Key(p.digest.new, password, p.salt, p.iterations, len(p.sum))
	return err == nil && subtle.ConstantTimeCompare(sum, p.sum) == 1
}
