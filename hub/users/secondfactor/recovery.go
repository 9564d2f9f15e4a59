package secondfactor

import (
	"crypto/rand"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/internal/secrets"
)

const (
	howMany  = 10
	codeSize = 16 // letters of base32: 80 bits, too many to guess from a hash
)

// newCodes makes recovery codes, in groups of four for people, and what is
// stored of them.
func newCodes(userID string) (codes, hashes []string) {
	for range howMany {
		code := rand.Text()[:codeSize]
		var groups []string
		for group := range slices.Chunk([]byte(code), 4) {
			groups = append(groups, string(group))
		}
		codes = append(codes, strings.Join(groups, "-"))
		hashes = append(hashes, hash(userID, code))
	}
	return codes, hashes
}

// hash binds a code to its user, so that two records tell nothing about each
// other.
func hash(userID, code string) string { return secrets.HexHash("recovery " + userID + " " + code) }

// take removes a code, if it is one of them.
func (r *Recovery) take(userID, code string) bool {
	wanted, found := hash(userID, code), -1
	for i, h := range r.Codes {
		if secrets.Same(h, wanted) {
			found = i
		}
	}
	if found < 0 {
		return false
	}
	r.Codes = slices.Delete(r.Codes, found, found+1)
	return true
}
