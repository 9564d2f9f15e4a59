package signing

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

// benchClaims are of the size that access tokens have.
type benchClaims struct {
	Issuer  string `json:"iss"`
	Subject string `json:"sub"`
	Scope   string `json:"scope"`
	ID      string `json:"jti"`
	Expires int64  `json:"exp"`
}

func benchKeeper(b *testing.B) *Service {
	b.Helper()
	db, err := sqlite.Open(filepath.Join(b.TempDir(), "hub.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close(b.Context()) }) //nolint:errcheck // the benchmark is over
	if err := db.Prepare(b.Context(), []store.CollectionSpec{{Name: "signing"}}); err != nil {
		b.Fatal(err)
	}
	box, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		b.Fatal(err)
	}
	return NewService(store.NewCollection[Key](db, "signing", time.Now), box, time.Now)
}

func BenchmarkSign(b *testing.B) {
	k := benchKeeper(b)
	claims := benchClaims{"https://id.example.org", "client_abcdefghijklmnopqrst", "files", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1}
	for _, alg := range Algorithms() {
		b.Run(alg, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := k.Sign(b.Context(), alg, "at+jwt", claims); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	k := benchKeeper(b)
	for _, alg := range Algorithms() {
		token, err := k.Sign(b.Context(), alg, "at+jwt", benchClaims{Issuer: "https://id.example.org"})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(alg, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var claims benchClaims
				if err := k.Verify(b.Context(), token, "at+jwt", &claims); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
