package passwords_test

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/fedhub/fedhub/hub/users/passwords"
)

func FuzzPasswordHash(f *testing.F) {
	for _, s := range []string{"", "a", good, strings.Repeat("x", 72), strings.Repeat("x", 73), "a\x00b", "\x00", " a ", "Ǆ", "e\u0301", "👩‍🚀", "\xff\xfe", strings.Repeat("ﷺ", 300)} {
		f.Add(s, uint(0), byte(1))
	}
	f.Fuzz(func(t *testing.T, password string, at uint, flip byte) {
		if len(password) > 1024 {
			return
		}
		h := passwords.NewHasher(passwords.HashParams{Memory: 8, Time: 1, Threads: 1, Slots: 4, Queue: 1000})
		hash, err := h.Hash(t.Context(), password)
		if err != nil {
			t.Fatal(err)
		}
		if ok, fresh, err := h.Verify(t.Context(), hash, password); !ok || fresh != "" || err != nil {
			t.Fatalf("%q does not verify: %v %q %v", password, ok, fresh, err)
		}
		if password == "" || flip == 0 {
			return
		}
		other := []byte(password)
		other[at%uint(len(other))] ^= flip
		same := norm.NFKC.String(string(other)) == norm.NFKC.String(password)
		if ok, _, _ := h.Verify(t.Context(), hash, string(other)); ok != same {
			t.Fatalf("%q against %q: got %v", other, password, ok)
		}
		// The hash text is input too: a flipped bit in it must neither panic nor
		// match.
		text := []byte(hash)
		text[at%uint(len(text))] ^= flip
		if ok, _, _ := h.Verify(t.Context(), passwords.Hash(text), password+"x"); ok {
			t.Fatalf("%q matches a wrong password", text)
		}
	})
}
