package users_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

// One password, hashed by other programs.
const (
	foreign       = "Grüße aus dem Garten"
	byPasslib     = "$pbkdf2-sha256$1000$DcH4H0MIgbD23jsHgFBKiQ$zhM1iCpb0wDDHdSVvJxLNZy4ciwM6k2hU/E1B9zg8H8"
	byDjango      = "pbkdf2_sha256$1000$saltSALTsalt$VXZH/Aczz5VXCBnRo5BQt9yBMWWDLKxRF5JTs+S9Nws="
	byBcrypt      = "$2b$04$VyL8fijdhTMDdfUgmKdYZuvlb38DDb.MWyxEsIPRoRnn0o3hjn43C"
	byKeycloak    = `{"type":"password","secretData":"{\"value\":\"FPcITZs4FkuzIdSLhOGOcDHkGbi6NokmDZbijkJbh1frEPR3wj2nGAxkDyiNQP/1/gJP2OxhLxyDvVlrhPboaw==\",\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"additionalParameters\":{}}","credentialData":"{\"hashIterations\":1000,\"algorithm\":\"pbkdf2-sha512\",\"additionalParameters\":{}}"}`
	byArgon2CFFI  = "$argon2id$v=19$m=64,t=1,p=2$muJ7hj4sG8m2xE+OSaVpHg$s76zN6g8q0HCBYWYONVMjM8vjXQdNilWs9pPFVlIdT0"
	presentPrefix = "$argon2id$v=19$m=8,t=1,p=1$"
)

func TestImportedHashesSignInAndAreReplaced(t *testing.T) {
	for _, imported := range []passwords.Hash{byPasslib, byDjango, byBcrypt, byArgon2CFFI, byKeycloak} {
		w := newWorld(t)
		added, err := w.Add(t.Context(), users.NewUser{Email: "ada@example.org", Imported: imported})
		if err != nil {
			t.Fatalf("%.15s: %v", string(imported), err)
		}
		if got, want := w.SignIn("ada@example.org", foreign+"!"), users.ErrWrongPassword; !errors.Is(got, want) {
			t.Errorf("%.15s: wrong password: got %v, want %v", string(imported), got, want)
		}
		if err := w.SignIn("ada@example.org", foreign); err != nil {
			t.Errorf("%.15s: right password: %v", string(imported), err)
		}
		now := must[users.User](t)(w.Get(t.Context(), added.ID))
		if !strings.HasPrefix(string(now.Password), presentPrefix) {
			t.Errorf("%.15s was not replaced", string(imported))
		}
		if got, want := now.SessionGeneration, added.SessionGeneration; got != want {
			t.Errorf("rehash: got epoch %d, want %d", got, want)
		}
		if err := w.SignIn("ada@example.org", foreign); err != nil {
			t.Errorf("%.15s: after the rehash: %v", string(imported), err)
		}
	}
}

func TestBcryptIsNotAskedBeyondWhatItReads(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("abcdefgh", 9) // 72 bytes
	hash, err := bcrypt.GenerateFromPassword([]byte(long), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "ada@example.org", Imported: passwords.Hash(hash)}))
	if got, want := w.SignIn("ada@example.org", long+"x"), users.ErrWrongPassword; !errors.Is(got, want) {
		t.Errorf("72 bytes and one more: got %v, want %v", got, want)
	}
	if err := w.SignIn("ada@example.org", long); err != nil {
		t.Errorf("72 bytes: %v", err)
	}
}

func TestHostileHashesAreNotImported(t *testing.T) {
	const salt, sum = "muJ7hj4sG8m2xE+OSaVpHg", "s76zN6g8q0HCBYWYONVMjM8vjXQdNilWs9pPFVlIdT0"
	for _, h := range []string{
		"plain", "$argon2id$", "$2b$", "$2", "pbkdf2_sha256$", "$pbkdf2-sha256$",
		"$argon2id$v=19$m=4194304,t=1,p=1$" + salt + "$" + sum, // 4 GiB
		"$argon2id$v=19$m=64,t=1000000,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=0,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=1,p=0$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=1,p=255$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=1,p=256$" + salt + "$" + sum,
		"$argon2id$v=19$m=7,t=1,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=-64,t=1,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=064,t=1,p=1$" + salt + "$" + sum,
		"$argon2id$v=16$m=64,t=1,p=1$" + salt + "$" + sum,
		"$argon2i$v=19$m=64,t=1,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=1,p=1$$" + sum,
		"$argon2id$v=19$m=64,t=1,p=1$" + salt + "$",
		"$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + sum + "$",
		"$argon2id$v=19$m=64,t=1,p=1,x=1$" + salt + "$" + sum,
		strings.Replace(byBcrypt, "$04$", "$31$", 1), strings.Replace(byBcrypt, "$2b$", "$2x$", 1), byBcrypt + "a", byBcrypt[:59] + "!",
		strings.Replace(byPasslib, "$1000$", "$4000000000$", 1), strings.Replace(byPasslib, "$1000$", "$1$", 1),
		strings.Replace(byPasslib, "$1000$", "$+1000$", 1), byPasslib + "AA",
		strings.Replace(byDjango, "$1000$", "$99999999999999999999$", 1), strings.Replace(byDjango, "$saltSALTsalt$", "$$", 1),
		byArgon2CFFI + strings.Repeat("A", 1000),
	} {
		w := newWorld(t)
		_, err := w.Add(t.Context(), users.NewUser{Email: "ada@example.org", Imported: passwords.Hash(h)})
		if _, refused := errors.AsType[forms.Problems](err); !refused {
			t.Errorf("%.60q: got %v, want it refused", h, err)
		}
	}
}

func TestAHashDoesNotPrint(t *testing.T) {
	u := users.User{Password: byBcrypt}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if got := fmt.Sprintf(verb, u); strings.Contains(got, "VyL8") {
			t.Errorf("%s: %s", verb, got)
		}
	}
}

// 500 sign-ins at once: those without a place are refused immediately, and the
// address's count does not change.
func TestTooManySignInsAtOnceAreTurnedAway(t *testing.T) {
	hash := userstest.Cheap
	hash.Slots, hash.Queue, hash.Memory = 1, 3, 4096
	w := newWorldWith(t, hash)
	w.Person("ada@example.org")
	busy, in := 0, 0
	for _, err := range userstest.Race(500, func(i int) error { return w.SignIn(fmt.Sprintf("p%d@example.org", i%400), userstest.Good) }) {
		switch {
		case errors.Is(err, passwords.ErrBusy):
			busy++
		case errors.Is(err, users.ErrWrongPassword):
			in++
		default:
			t.Fatalf("got %v", err)
		}
	}
	if busy == 0 || in < 4 {
		t.Errorf("%d were turned away and %d answered", busy, in)
	}
	for range 5 {
		if got, want := w.SignIn("p0@example.org", userstest.Good), users.ErrWrongPassword; !errors.Is(got, want) {
			t.Fatalf("afterwards: got %v, want %v", got, want)
		}
		w.Pass(2 * 3600e9)
	}
}

func TestWaitingEndsWithItsRequest(t *testing.T) {
	w := newWorld(t)
	w.Person("ada@example.org")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 { // some find a free slot, some see the request gone
		_, err := w.Authenticate(ctx, "ada@example.org", userstest.Good, users.From{})
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
	}
	if err := w.SignIn("ada@example.org", userstest.Good); err != nil {
		t.Errorf("attempts never looked at were counted: %v", err)
	}
}
