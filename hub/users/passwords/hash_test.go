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
		// The hash text itself is input too: whatever is flipped in it must
		// neither panic nor match by accident of parsing.
		text := []byte(hash)
		text[at%uint(len(text))] ^= flip
		if ok, _, _ := h.Verify(t.Context(), passwords.Hash(text), password+"x"); ok {
			t.Fatalf("%q matches a wrong password", text)
		}
	})
}

// FuzzHashFromElsewhere: a hash from an export is refused, or costs what can be
// afforded: nothing that is usable has more rounds than the bound.
func FuzzHashFromElsewhere(f *testing.F) {
	for _, hash := range []string{
		"$pbkdf2-sha256$1000$DcH4H0MIgbD23jsHgFBKiQ$zhM1iCpb0wDDHdSVvJxLNZy4ciwM6k2hU/E1B9zg8H8",
		"pbkdf2_sha256$1000$saltSALTsalt$VXZH/Aczz5VXCBnRo5BQt9yBMWWDLKxRF5JTs+S9Nws=",
		"$2b$04$VyL8fijdhTMDdfUgmKdYZuvlb38DDb.MWyxEsIPRoRnn0o3hjn43C",
		"$argon2id$v=19$m=64,t=1,p=2$muJ7hj4sG8m2xE+OSaVpHg$s76zN6g8q0HCBYWYONVMjM8vjXQdNilWs9pPFVlIdT0",
		"$pbkdf2-sha256$99999999$c2FsdHNhbHQ$zhM1", "$pbkdf2-sha256$$$", "$argon2id$v=19$m=4294967295,t=1,p=1$$", "$frappel$1$a$b",
	} {
		f.Add(hash)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if passwords.Hash(text).Check() != nil {
			return
		}
		parts := strings.Split(text, "$")
		if len(text) > 512 || strings.Contains(text, "pbkdf2") && len(parts[len(parts)-3]) > len("2000000") {
			t.Errorf("%q is usable", text)
		}
	})
}
