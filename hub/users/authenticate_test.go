package users_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

func TestAPasswordSignsIn(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("Ada@Example.org")
	for _, spelling := range []string{"Ada@Example.org", " ada@example.org ", "ADA@EXAMPLE.ORG", "ａda@example.org"} {
		got, err := w.Authenticate(t.Context(), spelling, userstest.Good, users.From{})
		if err != nil || got.ID != ada.ID {
			t.Errorf("%q: got %q, %v", spelling, got.ID, err)
		}
	}
}

func TestAPasswordIsComparedWhole(t *testing.T) {
	w := newWorld(t)
	long := "é " + strings.Repeat("fifteen letters ", 7) + "end"
	must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "ada@example.org", Password: long}))
	for _, wrong := range []string{long + " ", " " + long, long[:len(long)-1], strings.ToUpper(long), long + "\x00", ""} {
		if got, want := w.SignIn("ada@example.org", wrong), users.ErrWrongPassword; !errors.Is(got, want) {
			t.Errorf("%q: got %v, want %v", wrong, got, want)
		}
		w.Pass(time.Hour)
	}
	// The same password from a system that uses decomposed Unicode.
	if err := w.SignIn("ada@example.org", "e\u0301"+strings.TrimPrefix(long, "é")); err != nil {
		t.Errorf("decomposed: %v", err)
	}
}

// Without the password, the responses for these users are the same (no user
// enumeration).
func TestStrangersGetOneAnswer(t *testing.T) {
	w := newWorld(t)
	w.Person("ada@example.org")
	off := w.Person("off@example.org")
	must[users.User](t)(w.SetDisabled(t.Context(), off.ID, true))
	must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "upstream@example.org"})) // no password
	want := w.SignIn("nobody@example.org", "whatever else").Error()
	for _, email := range []string{"ada@example.org", "off@example.org", "upstream@example.org", "not an address", ""} {
		for _, password := range []string{"", "null", "undefined", "wrong", strings.Repeat("x", 1<<20)} {
			err := w.SignIn(email, password)
			if !errors.Is(err, users.ErrWrongPassword) || err.Error() != want {
				t.Errorf("%q %.10q: got %v, want %v", email, password, err, want)
			}
			w.Pass(time.Hour)
		}
	}
}

func TestDisabledIsToldOnlyToWhoKnowsThePassword(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@example.org")
	must[users.User](t)(w.SetDisabled(t.Context(), ada.ID, true))
	if got, want := w.SignIn("ada@example.org", "wrong"), users.ErrWrongPassword; !errors.Is(got, want) {
		t.Errorf("wrong password: got %v, want %v", got, want)
	}
	if got, want := w.SignIn("ada@example.org", userstest.Good), users.ErrDisabled; !errors.Is(got, want) {
		t.Errorf("right password: got %v, want %v", got, want)
	}
}

func TestTheWaitGrowsToAnHourAndNoFurther(t *testing.T) {
	for _, email := range []string{"ada@example.org", "nobody@example.org"} {
		w := newWorld(t)
		w.Person("ada@example.org")
		for i := range 5 {
			if got, want := w.SignIn(email, "wrong"), users.ErrWrongPassword; !errors.Is(got, want) {
				t.Fatalf("free failure %d: got %v, want %v", i+1, got, want)
			}
		}
		want := time.Second
		for range 80 {
			if err := w.SignIn(email, "wrong"); !errors.Is(err, users.ErrWrongPassword) {
				t.Fatalf("after the wait: %v", err)
			}
			for range 3 { // further attempts change nothing
				throttled, ok := errors.AsType[*passwords.Throttled](w.SignIn(email, userstest.Good))
				if !ok {
					t.Fatal("was not asked to wait")
				}
				if got := throttled.Until.Sub(w.Now()); got != want {
					t.Fatalf("got a wait of %v, want %v", got, want)
				}
			}
			w.Pass(want - time.Millisecond)
			if _, ok := errors.AsType[*passwords.Throttled](w.SignIn(email, userstest.Good)); !ok {
				t.Fatal("did not wait to the end")
			}
			w.Pass(time.Millisecond)
			want = min(2*want, time.Hour)
		}
	}
}

func TestTheRightPasswordAfterTheWaitForgetsEverything(t *testing.T) {
	w := newWorld(t)
	w.Person("ada@example.org")
	for range 30 {
		w.SignIn("ada@example.org", "wrong")
		w.Pass(time.Hour)
	}
	if err := w.SignIn("ADA@example.org", userstest.Good); err != nil {
		t.Fatalf("after the wait: %v", err)
	}
	for i := range 5 {
		if got, want := w.SignIn("ada@example.org", "wrong"), users.ErrWrongPassword; !errors.Is(got, want) {
			t.Errorf("failure %d: got %v, want %v", i+1, got, want)
		}
	}
	if err := w.SignIn("ada@example.org", userstest.Good); err != nil {
		t.Errorf("after five more failures: %v", err)
	}
}

func TestSpellingsShareOneCounter(t *testing.T) {
	w := newWorld(t)
	for _, email := range []string{"ada@example.org", "ADA@example.org", " ada@example.org", "ａda@example.org", "ada@EXAMPLE.org", "Ada@example.ORG"} {
		w.SignIn(email, "wrong")
	}
	if _, ok := errors.AsType[*passwords.Throttled](w.SignIn("ada@example.org", userstest.Good)); !ok {
		t.Error("six spellings were six counters")
	}
	if got, want := w.SignIn("eve@example.org", "wrong"), users.ErrWrongPassword; !errors.Is(got, want) {
		t.Errorf("somebody else: got %v, want %v", got, want)
	}
}

func TestADayOfQuietForgetsFailures(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		for range 6 {
			w.SignIn("ada@example.org", "wrong")
		}
		w.Pass(24 * time.Hour)
		for i := range 5 {
			if got, want := w.SignIn("ada@example.org", "wrong"), users.ErrWrongPassword; !errors.Is(got, want) {
				t.Errorf("failure %d of the next day: got %v, want %v", i+1, got, want)
			}
		}
	})
}

// Of parallel attempts, five are checked, and they cause one step of the wait.
// The others do not count.
func TestABurstOfGuessesIsOneStep(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		w.Person("ada@example.org")
		for range 6 { // the free ones are used up, and the wait has begun
			w.SignIn("ada@example.org", "wrong")
		}
		for step := range 6 {
			w.Pass(time.Hour)
			looked := 0
			for _, err := range userstest.Race(32, func(i int) error { return w.SignIn("ada@example.org", fmt.Sprint("guess ", i)) }) {
				switch _, slow := errors.AsType[*passwords.Throttled](err); {
				case errors.Is(err, users.ErrWrongPassword):
					looked++
				case !slow:
					t.Fatal(err)
				}
			}
			if looked < 1 || looked > passwords.AtOnce {
				t.Errorf("%d of 32 guesses were looked at", looked)
			}
			slow, _ := errors.AsType[*passwords.Throttled](w.SignIn("ada@example.org", userstest.Good))
			if slow == nil || slow.Until.Sub(w.Now()) != time.Second<<(step+1) {
				t.Errorf("after %d bursts: %v", step+1, slow)
			}
		}
		w.Pass(time.Hour)
		if err := w.SignIn("ada@example.org", userstest.Good); err != nil {
			t.Errorf("after the wait: %v", err)
		}
	})
}

// Every wrong password counts, also if several are checked in parallel.
func TestNoWrongPasswordIsLost(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		w.Person("ada@example.org")
		looked := 0
		for looked < 100 {
			for n, err := range userstest.Race(32, func(i int) error {
				return w.SignInFrom("ada@example.org", fmt.Sprint("guess ", i), users.From{Network: fmt.Sprint(i % 4)})
			}) {
				if errors.Is(err, users.ErrWrongPassword) {
					looked++
				} else if _, slow := errors.AsType[*passwords.Throttled](err); !slow {
					t.Fatal(n, err)
				}
			}
			w.Pass(time.Hour)
		}
		set := store.NewCollection[passwords.Throttle](w.Backend, "throttles", w.Now)
		all, err := set.Find(t.Context(), store.Query{Limit: 2})
		if err != nil || len(all) != 1 || all[0].InARow != looked || all[0].Wait.Failures != looked || len(all[0].Looking) != 0 {
			t.Errorf("%d were looked at, and %+v is counted, %v", looked, all, err)
		}
	})
}

// Right passwords from many devices at once are checked five at a time, and cause
// no wait afterwards.
func TestSigningInOnManyDevicesAtOnceCountsForNothing(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		w.Person("ada@example.org")
		in := 0
		for _, err := range userstest.Race(32, func(int) error { return w.SignIn("ada@example.org", userstest.Good) }) {
			if _, slow := errors.AsType[*passwords.Throttled](err); err != nil && !slow {
				t.Errorf("got %v", err)
			}
			if err == nil {
				in++
			}
		}
		if in == 0 {
			t.Error("nobody is in")
		}
		if err := w.SignIn("ada@example.org", userstest.Good); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}
