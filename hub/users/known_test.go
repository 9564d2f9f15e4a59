package users_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

func slow(err error) bool {
	_, is := errors.AsType[*passwords.Throttled](err)
	return is
}

// hammer tries wrong passwords from many networks until the account waits as
// long as it ever does.
func hammer(w *world, email string) {
	for n := range 12 {
		w.Pass(time.Minute)
		w.SignInFrom(email, "wrong", users.From{Network: fmt.Sprint("stranger ", n)})
	}
}

// known is a browser that signed the user in before.
func known(t *testing.T, w *world, u users.User) users.From {
	t.Helper()
	name, _, err := w.SignedIn(t.Context(), u, users.From{Network: "home"}, false)
	if err != nil || name == "" {
		t.Fatalf("the browser is not on record: %q, %v", name, err)
	}
	return users.From{Network: "home", Browsers: []string{name}}
}

func TestTheAccountAloneWaitsAMinuteAtMost(t *testing.T) {
	w := newWorld(t)
	w.Person("ada@example.org")
	hammer(w, "ada@example.org")
	err := w.SignInFrom("ada@example.org", userstest.Good, users.From{Network: "home"})
	if wait, ok := errors.AsType[*passwords.Throttled](err); !ok || wait.Until.Sub(w.Now()) != time.Minute {
		t.Errorf("got %v", err)
	}
	w.Pass(time.Minute)
	if err := w.SignInFrom("ada@example.org", userstest.Good, users.From{Network: "home"}); err != nil {
		t.Errorf("after a minute: %v", err)
	}
	// A browser that tried wrong passwords waits longer, also if the owner signed
	// in meanwhile.
	for range 18 {
		w.SignInFrom("ada@example.org", "wrong", users.From{Network: "thief"})
		w.Pass(time.Hour)
	}
	w.SignInFrom("ada@example.org", "wrong", users.From{Network: "thief"})
	w.Pass(time.Minute)
	if err := w.SignInFrom("ada@example.org", userstest.Good, users.From{Network: "home"}); err != nil {
		t.Errorf("the owner: %v", err)
	}
	w.Pass(50 * time.Minute)
	if err := w.SignInFrom("ada@example.org", userstest.Good, users.From{Network: "thief"}); !slow(err) {
		t.Errorf("the thief: %v", err)
	}
}

func TestAKnownBrowserHasACounterOfItsOwn(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		ada, bob := w.Person("ada@example.org"), w.Person("bob@example.org")
		home := known(t, w, ada)
		hammer(w, "ada@example.org")
		hammer(w, "bob@example.org")
		for range 3 { // nine wrong and a right one, as often as one likes
			for range 9 {
				if err := w.SignInFrom("ada@example.org", "wrong", home); !errors.Is(err, users.ErrWrongPassword) {
					t.Fatalf("a wrong one: %v", err)
				}
			}
			if err := w.SignInFrom("ada@example.org", userstest.Good, home); err != nil {
				t.Fatalf("strangers hold up the owner's browser: %v", err)
			}
		}
		if err := w.SignInFrom("bob@example.org", userstest.Good, home); !slow(err) {
			t.Errorf("it is known for another account: %v", err)
		}
		hammer(w, "ada@example.org")
		if err := w.SignInFrom("ada@example.org", userstest.Good, users.From{Network: "home", Browsers: []string{"made up"}}); !slow(err) {
			t.Errorf("a browser that is not on record: %v", err)
		}

		// Ten wrong ones in a row end it.
		for range 10 {
			if err := w.SignInFrom("ada@example.org", "wrong", home); !errors.Is(err, users.ErrWrongPassword) {
				t.Fatalf("a wrong one: %v", err)
			}
		}
		if err := w.SignInFrom("ada@example.org", userstest.Good, home); !slow(err) {
			t.Errorf("after ten wrong ones: %v", err)
		}
		// A new password and signing out everywhere do the same.
		for what, end := range map[string]func() (users.User, error){
			"a new password":         func() (users.User, error) { return w.SetPassword(t.Context(), bob.ID, userstest.Good+"!") },
			"signing out everywhere": func() (users.User, error) { return w.EndEverything(t.Context(), bob.ID) },
		} {
			bob = must[users.User](t)(w.Get(t.Context(), bob.ID))
			here := known(t, w, bob)
			bob = must[users.User](t)(end())
			hammer(w, "bob@example.org")
			if err := w.SignInFrom("bob@example.org", userstest.Good+"!", here); !slow(err) {
				t.Errorf("after %s: %v", what, err)
			}
		}
	})
}

func TestAKnownBrowserGuessesNoMoreThanTenAtOnce(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		home := known(t, w, w.Person("ada@example.org"))
		for range 6 {
			w.SignInFrom("ada@example.org", "wrong", home)
		}
		hammer(w, "ada@example.org") // so that the account's own limit is reached
		looked := 0
		for range 4 {
			for _, err := range userstest.Race(32, func(i int) error { return w.SignInFrom("ada@example.org", fmt.Sprint("guess ", i), home) }) {
				if errors.Is(err, users.ErrWrongPassword) {
					looked++
				} else if !slow(err) {
					t.Fatal(err)
				}
			}
		}
		if looked != 4 {
			t.Errorf("%d more were looked at after six, want four", looked)
		}
	})
}

func TestFewBrowsersAreOnRecord(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@example.org")
	var all []users.From
	for range 25 {
		w.Pass(time.Minute)
		all = append(all, known(t, w, ada))
	}
	n, err := store.NewCollection[passwords.Browser](w.Backend, "browsers", w.Now).Count(t.Context(), store.Query{}, 100)
	if err != nil || n != 20 {
		t.Errorf("%d are on record, %v", n, err)
	}
	hammer(w, "ada@example.org")
	if err := w.SignInFrom("ada@example.org", userstest.Good, all[0]); !slow(err) {
		t.Errorf("the first: %v", err)
	}
	if err := w.SignInFrom("ada@example.org", userstest.Good, all[24]); err != nil {
		t.Errorf("the last: %v", err)
	}
	// A browser that signs in again keeps its name; after 180 days without it is forgotten.
	if name, strange, err := w.SignedIn(t.Context(), ada, all[24], false); err != nil || strange || name != all[24].Browsers[0] {
		t.Error("a browser has two names")
	}
	w.Pass(180 * 24 * time.Hour)
	if name, _, err := w.SignedIn(t.Context(), ada, all[24], false); err != nil || name == all[24].Browsers[0] {
		t.Error("a browser is known for ever")
	}
}

// After a hundred wrong attempts in a row, the password alone is not enough. The
// response shows neither whether it is right nor whether the account exists.
func TestAfterAHundredWrongOnesALinkIsNeeded(t *testing.T) {
	delivers := true
	w := newWorld(t, func(o *users.Options) { o.Delivers = func() bool { return delivers } })
	ada := w.Person("ada@example.org")
	off := w.Person("off@example.org")
	must[users.User](t)(w.SetDisabled(t.Context(), off.ID, true))
	must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "unproved@example.org", Password: userstest.Good}))
	everybody := []string{"ada@example.org", "off@example.org", "unproved@example.org", "nobody@example.org"}
	for _, email := range everybody {
		for n := range 100 {
			if err := w.SignInFrom(email, "wrong", users.From{Network: fmt.Sprint("stranger ", n)}); !errors.Is(err, users.ErrWrongPassword) {
				t.Fatalf("%s, number %d: %v", email, n, err)
			}
			w.Pass(time.Minute)
		}
	}
	home := users.From{Network: "home"}
	for _, email := range everybody {
		if err := w.SignInFrom(email, "wrong", home); !errors.Is(err, users.ErrProveAddress) {
			t.Errorf("%s, a wrong one: %v", email, err)
		}
	}
	w.Pass(24 * time.Hour)
	for _, email := range everybody[:2] {
		if err := w.SignInFrom(email, userstest.Good, home); !errors.Is(err, users.ErrProveAddress) {
			t.Errorf("%s, the right one: %v", email, err)
		}
	}
	// A user who cannot get an emailed link is not locked out.
	if err := w.SignInFrom("unproved@example.org", userstest.Good, home); err != nil {
		t.Errorf("whose address is not proved: %v", err)
	}
	// With the link the browser is known, and the password counts again.
	name := must[string](t)(w.KnowBrowser(t.Context(), ada, home))
	if err := w.SignInFrom("ada@example.org", userstest.Good, users.From{Network: "home", Browsers: []string{name}}); err != nil {
		t.Errorf("with the link: %v", err)
	}
	// Without email, users are not locked out either.
	delivers = false
	w.Pass(time.Hour)
	if err := w.SignInFrom("ada@example.org", userstest.Good, users.From{Network: "elsewhere"}); err != nil {
		t.Errorf("without emails: %v", err)
	}
}

// A new password resets the count of attempts on the old one.
func TestANewPasswordClearsTheCounters(t *testing.T) {
	w := newWorld(t, func(o *users.Options) { o.Delivers = func() bool { return true } })
	ada := w.Person("ada@example.org")
	for n := range 120 {
		w.SignInFrom("ada@example.org", "wrong", users.From{Network: fmt.Sprint(n)})
		w.Pass(time.Minute)
	}
	w.SignInFrom("ada@example.org", "wrong", users.From{Network: "home"})
	must[users.User](t)(w.SetPassword(t.Context(), ada.ID, userstest.Good+"!"))
	if err := w.SignInFrom("ada@example.org", userstest.Good+"!", users.From{Network: "home"}); err != nil {
		t.Errorf("with the new password: %v", err)
	}
}

func TestWhatIsKeptOfAnAccountIsBounded(t *testing.T) {
	w := newWorld(t)
	for n := range 300 {
		w.SignInFrom("ada@example.org", "wrong", users.From{Network: fmt.Sprint(n)})
		w.Pass(time.Minute)
	}
	set := store.NewCollection[passwords.Throttle](w.Backend, "throttles", w.Now)
	all, err := set.Find(t.Context(), store.Query{Limit: 2})
	if err != nil || len(all) != 1 || len(all[0].Networks) != 64 {
		t.Fatalf("%d records, %v", len(all), err)
	}
	w.Pass(30 * 24 * time.Hour)
	if _, err := set.Get(t.Context(), all[0].ID); err == nil {
		t.Error("it is kept for ever")
	}
}

// Trying one password with many accounts (password spraying) slows down unknown
// browsers only.
func TestAFloodOfWrongPasswordsSlowsOnlyStrangers(t *testing.T) {
	w := newWorld(t, func(o *users.Options) { o.Failures, o.FailureEvery = 40, time.Second })
	ada := w.Person("ada@example.org")
	w.Person("bob@example.org")
	home := known(t, w, ada)
	if err := w.SignInFrom("bob@example.org", userstest.Good, users.From{Network: "office"}); err != nil {
		t.Fatal(err)
	}
	wrong, refused := 0, 0
	for round := range 4 {
		for _, err := range userstest.Race(32, func(i int) error {
			return w.SignInFrom(fmt.Sprintf("p%d.%d@example.org", round, i), "wrong", users.From{Network: fmt.Sprint(round, i)})
		}) {
			switch {
			case errors.Is(err, users.ErrWrongPassword):
				wrong++
			case slow(err):
				refused++
			default:
				t.Fatal(err)
			}
		}
	}
	if wrong != 40 || refused != 88 {
		t.Errorf("%d were looked at and %d refused", wrong, refused)
	}
	for name, tt := range map[string]struct {
		from users.From
		slow bool
	}{
		"a stranger":                             {users.From{Network: "new"}, true},
		"a made up browser":                      {users.From{Network: "new 2", Browsers: []string{"made up"}}, true},
		"a browser that somebody used":           {users.From{Network: "new 3", Browsers: home.Browsers}, false},
		"a network that somebody signed in from": {users.From{Network: "office"}, false},
	} {
		if err := w.SignInFrom("bob@example.org", userstest.Good, tt.from); slow(err) != tt.slow || !tt.slow && err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.Pass(time.Second) // brings one back, and a right password does not use it up
	for n := range 3 {
		if err := w.SignInFrom("bob@example.org", userstest.Good, users.From{Network: fmt.Sprint("new ", n)}); err != nil {
			t.Errorf("after a second: %v", err)
		}
	}
}

// Deleting a browser's record after its tenth wrong password may fail. The
// browser is still unknown from then on, and the account's own limit applies.
func TestABrowserIsNotShutForGoodByItsTenthWrongPassword(t *testing.T) {
	faults := faultstore.New(userstest.NewMemory())
	w := userstest.On(t, faults)
	ada := w.Person("ada@example.org")
	name, _, err := w.SignedIn(t.Context(), ada, users.From{Network: "home"}, false)
	if err != nil {
		t.Fatal(err)
	}
	home := users.From{Network: "home", Browsers: []string{name}}
	faults.Arm(faultstore.Plan{Nth: 1, Counts: func(c faultstore.Call) bool { return c.Verb == "Delete" && c.Set == "browsers" }})
	for range 10 {
		if err := w.SignInFrom("ada@example.org", "wrong", home); !errors.Is(err, users.ErrWrongPassword) {
			t.Fatalf("a wrong one: %v", err)
		}
	}
	if !faults.Disarm().Failed {
		t.Fatal("the browser was forgotten")
	}
	if err := w.SignInFrom("ada@example.org", userstest.Good, home); err != nil {
		t.Errorf("the right one: %v", err)
	}
}
