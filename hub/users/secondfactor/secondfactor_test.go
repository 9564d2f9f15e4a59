package secondfactor_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
)

type bench struct {
	*secondfactor.Service
	now time.Time
}

const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

func newBench(t testing.TB) *bench {
	t.Helper()
	b := &bench{now: time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)}
	now := func() time.Time { return b.now }
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "fedhub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: "second"}, {Name: "throttles"}}); err != nil {
		t.Fatal(err)
	}
	box, err := seal.New(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	b.Service = &secondfactor.Service{
		Set: store.NewCollection[secondfactor.Factors](db, "second", now), Box: box, Now: now,
		Limits: passwords.NewLimiter(store.NewCollection[passwords.Throttle](db, "throttles", now), now),
	}
	return b
}

// code is what an app shows, some steps from now.
func (b *bench) code(t *testing.T, steps int) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, b.now.Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func (b *bench) check(t *testing.T, code string) error {
	t.Helper()
	_, err := b.Check(t.Context(), "ada", "192.0.2.0/24", code)
	return err
}

func (b *bench) withApp(t *testing.T) *bench {
	t.Helper()
	if err := b.SetApp(t.Context(), "ada", secret, b.code(t, -1)); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestACodeOfTheAppCountsOnce(t *testing.T) {
	b := newBench(t).withApp(t)
	for _, w := range []struct {
		what  string
		steps int
		want  error
	}{
		{"the code that set it up", -1, secondfactor.ErrWrongCode},
		{"the code of now", 0, nil},
		{"the same again", 0, secondfactor.ErrWrongCode},
		{"an older one after a newer one", -1, secondfactor.ErrWrongCode},
		{"one of a clock that is ahead", 1, nil},
		{"one of a clock that is far ahead", 2, secondfactor.ErrWrongCode},
	} {
		if err := b.check(t, b.code(t, w.steps)); !errors.Is(err, w.want) {
			t.Errorf("%s: got %v, want %v", w.what, err, w.want)
		}
	}
	b.now = b.now.Add(time.Hour)
	code := b.code(t, 0)
	if err := b.check(t, " "+code[:3]+" "+code[3:]+" "); err != nil {
		t.Errorf("with blanks: %v", err)
	}
}

func TestOneOfManyRacersUsesACode(t *testing.T) {
	for name, code := range map[string]func(*testing.T, *bench) string{
		"of the app": func(t *testing.T, b *bench) string { t.Helper(); return b.code(t, 0) },
		"recovery": func(t *testing.T, b *bench) string {
			t.Helper()
			codes, err := b.NewRecovery(t.Context(), "ada")
			if err != nil {
				t.Fatal(err)
			}
			return codes[3]
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t).withApp(t)
			typed := code(t, b)
			var accepted atomic.Int32
			var all sync.WaitGroup
			for range 32 {
				all.Go(func() {
					if b.check(t, typed) == nil {
						accepted.Add(1)
					}
				})
			}
			all.Wait()
			if accepted.Load() != 1 {
				t.Errorf("accepted %d times", accepted.Load())
			}
		})
	}
}

func TestRecoveryCodesAreShownOnceAndWorkOnce(t *testing.T) {
	b := newBench(t).withApp(t)
	old, err := b.NewRecovery(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	codes, err := b.NewRecovery(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	f, err := b.Of(t.Context(), "ada")
	if err != nil || len(f.Recovery.Codes) != 10 || len(codes) != 10 {
		t.Fatalf("%d codes are kept, %d shown, %v", len(f.Recovery.Codes), len(codes), err)
	}
	for _, kept := range f.Recovery.Codes {
		for _, shown := range codes {
			if strings.Contains(kept, shown) || strings.Contains(kept, strings.ReplaceAll(shown, "-", "")) {
				t.Error("a code is kept in the clear")
			}
		}
	}
	if err := b.check(t, old[0]); !errors.Is(err, secondfactor.ErrWrongCode) {
		t.Errorf("a replaced code: %v", err)
	}
	if err := b.check(t, strings.ToLower(codes[2])); err != nil {
		t.Errorf("in small letters: %v", err)
	}
	if err := b.check(t, codes[2]); !errors.Is(err, secondfactor.ErrWrongCode) {
		t.Errorf("the same again: %v", err)
	}
	if _, err := b.Check(t.Context(), "eve", "192.0.2.0/24", codes[4]); !errors.Is(err, secondfactor.ErrWrongCode) {
		t.Errorf("of another user: %v", err)
	}
}

// An attacker with the password must not be able to try every code.
func TestWrongCodesWaitAndInTheEndTheAppIsRefused(t *testing.T) {
	b := newBench(t).withApp(t)
	recovery, err := b.NewRecovery(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	waited, wrong := 0, 0
	for wrong < 101 {
		err := b.check(t, "000000")
		var slow *passwords.Throttled
		switch {
		case errors.As(err, &slow):
			waited++
			b.now = slow.Until
		case errors.Is(err, secondfactor.ErrWrongCode):
			wrong++
		default:
			t.Fatalf("after %d wrong ones: %v", wrong, err)
		}
	}
	if waited < 50 {
		t.Errorf("101 wrong codes had to wait only %d times", waited)
	}
	b.now = b.now.Add(2 * time.Hour)
	if err := b.check(t, b.code(t, 0)); !errors.Is(err, secondfactor.ErrAppRefused) {
		t.Errorf("a right code after 100 wrong ones in a row: %v", err)
	}
	b.now = b.now.Add(2 * time.Hour)
	if err := b.check(t, recovery[0]); err != nil {
		t.Errorf("a recovery code: %v", err)
	}
	if err := b.check(t, b.code(t, 0)); err != nil {
		t.Errorf("the app after it: %v", err)
	}
}

func TestAnAppIsSetUpByItsCode(t *testing.T) {
	b := newBench(t)
	if err := b.check(t, b.code(t, 0)); !errors.Is(err, secondfactor.ErrWrongCode) {
		t.Errorf("without an app: %v", err)
	}
	for _, code := range []string{"", "12345", "1234567", "abcdef", "000000"} {
		if err := b.SetApp(t.Context(), "ada", secret, code); !errors.Is(err, secondfactor.ErrWrongCode) {
			t.Errorf("%q: %v", code, err)
		}
	}
	b.withApp(t)
	if err := b.RemoveApp(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	if f, err := b.Of(t.Context(), "ada"); err != nil || f.HasApp() || len(f.Recovery.Codes) > 0 {
		t.Errorf("after it was removed: %+v, %v", f, err)
	}
}

func TestTheQRCodeHoldsWhatAppsRead(t *testing.T) {
	address, err := secondfactor.Address("Contoso: ID", "ada@example.org", secondfactor.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"otpauth://totp/Contoso%20%20ID:ada@example.org?", "issuer=Contoso%20%20ID", "period=30", "digits=6", "algorithm=SHA1"} {
		if !strings.Contains(address, part) {
			t.Errorf("%s has no %s", address, part)
		}
	}
	picture, err := secondfactor.Draw(address)
	if err != nil || picture.Size < 29 || !strings.HasPrefix(picture.Path, "M4 4h1v1h-1z") {
		t.Errorf("%+v, %v", picture, err)
	}
}

func FuzzCode(f *testing.F) {
	for _, s := range []string{"123456", "AAAA-BBBB-CCCC-DDDD", "", "٣٤٥٦٧٨", strings.Repeat("9", 1000), "\x00", "12 34 56"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, code string) {
		b := newBench(t)
		if err := b.SetApp(t.Context(), "ada", secret, b.code(t, 0)); err != nil {
			t.Fatal(err)
		}
		if err := b.check(t, code); !errors.Is(err, secondfactor.ErrWrongCode) && code != b.code(t, 1) {
			t.Errorf("%q: %v", code, err)
		}
	})
}
