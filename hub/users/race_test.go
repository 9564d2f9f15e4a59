package users_test

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"testing"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
)

// Here something happens exactly between two steps of another call.

// between runs what once, ahead of the next such operation.
func (w *world) between(op, set string, what func()) {
	var mu sync.Mutex
	done := false
	w.memory.before = func(o, s, _ string) error {
		mu.Lock()
		now := !done && o == op && s == set
		done = done || now
		mu.Unlock()
		if now {
			what()
		}
		return nil
	}
}

func TestGuessesAtOnceAreBounded(t *testing.T) {
	w := newWorld(t)
	w.person("ada@example.org")
	var come sync.WaitGroup
	come.Add(100)
	w.memory.before = func(op, set, _ string) error {
		if op == "find" && set == "users" {
			come.Done()
			come.Wait() // nobody's guess is looked at before all have come
		}
		return nil
	}
	looked := 0
	for _, err := range race(100, func(i int) error {
		err := w.signIn("ada@example.org", fmt.Sprint("guess ", i))
		if _, throttled := errors.AsType[*passwords.Throttled](err); throttled {
			come.Done()
		}
		return err
	}) {
		if errors.Is(err, users.ErrWrongPassword) {
			looked++
		}
	}
	if got, want := looked, 64; got != want {
		t.Errorf("%d guesses were looked at, want %d", got, want)
	}
}

func TestAttemptsNobodyLookedAtAreNotCounted(t *testing.T) {
	w := newWorld(t)
	w.person("ada@example.org")
	w.memory.before = func(op, set, _ string) error {
		if op == "find" && set == "users" {
			return errCrash
		}
		return nil
	}
	for range 20 {
		if got, want := w.signIn("ada@example.org", "wrong"), errCrash; !errors.Is(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
	w.memory.before = nil
	for range 5 {
		if got, want := w.signIn("ada@example.org", "wrong"), users.ErrWrongPassword; !errors.Is(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
	if err := w.signIn("ada@example.org", good); err != nil {
		t.Error(err)
	}
}

func TestARehashDoesNotUndoANewPassword(t *testing.T) {
	w := newWorld(t)
	ada := must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "ada@example.org", Imported: byBcrypt}))
	w.between("get", "users", func() { must[users.User](t)(w.SetPassword(t.Context(), ada.ID, good)) })
	if err := w.signIn("ada@example.org", foreign); err != nil {
		t.Fatal(err)
	}
	if got, want := w.signIn("ada@example.org", foreign), users.ErrWrongPassword; !errors.Is(got, want) {
		t.Errorf("old password: got %v, want %v", got, want)
	}
	if err := w.signIn("ada@example.org", good); err != nil {
		t.Errorf("new password: %v", err)
	}
}

func TestAPasswordSetWhileATrapIsEmptiedIsGone(t *testing.T) {
	w := newWorld(t)
	trap := must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "victim@gmail.example", Password: good}))
	evil := users.Claim{Key: "evil", Issuer: "https://evil.example", Subject: "eve"}
	wants(t, must[users.Decision](t)(w.Link(t.Context(), trap, evil, users.Policy{KeyID: "evil", Enabled: true})), "D2", users.Link)
	w.between("take", "identities", func() { must[users.User](t)(w.SetPassword(t.Context(), trap.ID, good)) })
	wants(t, w.match(google("1", "victim@gmail.example"), trusted()), "D6", users.Link)
	if got, want := w.signIn("victim@gmail.example", good), users.ErrWrongPassword; !errors.Is(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTwoSubjectsOfOneUpstreamAreNotLinkedAtOnce(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada@gmail.example")
	w.between("insert", "identities", func() {
		wants(t, w.match(google("2", "ada@gmail.example"), trusted()), "D8", users.Link)
	})
	wants(t, w.match(google("1", "ada@gmail.example"), trusted()), "D8", users.Refuse)
	if n := len(must[[]users.Identity](t)(w.ByUser(t.Context(), ada.ID))); n != 1 {
		t.Errorf("%d identities were linked", n)
	}
}

// trapped is an account whose address nobody verified, with an identity of
// whoever made it.
func trapped(t *testing.T, w *world) users.User {
	t.Helper()
	trap := must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "victim@gmail.example", Password: good}))
	evil := users.Claim{Key: "evil", Issuer: "https://evil.example", Subject: "eve"}
	wants(t, must[users.Decision](t)(w.Link(t.Context(), trap, evil, users.Policy{KeyID: "evil", Enabled: true})), "D2", users.Link)
	return must[users.User](t)(w.Get(t.Context(), trap.ID))
}

// What was decided about an account that nobody verified is not done to another
// one: it may have become a person's, an administrator's or a disabled one since.
func TestAnAccountIsNotEmptiedThatChangedSinceItWasDecidedOn(t *testing.T) {
	for _, tt := range []struct {
		name, op, set string
		change        func(w *world, id string) (users.User, error)
		row           string
		want          users.Action
	}{
		{"verified before", "insert", "decisions", verify, "D8", users.Link},
		{"an administrator before", "insert", "decisions", promote, "D6", users.Refuse},
		{"disabled before", "insert", "decisions", disable, "D11", users.Refuse},
		{"an administrator half-way", "take", "identities", promote, "D6", users.Refuse},
		{"disabled half-way", "take", "identities", disable, "D11", users.Refuse},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.person("root@example.org", users.AdminRole)
			trap := trapped(t, w)
			w.between(tt.op, tt.set, func() { must[users.User](t)(tt.change(w, trap.ID)) })
			d := w.match(google("1", "victim@gmail.example"), trusted())
			wants(t, d, tt.row, tt.want)
			if d.Emptied {
				t.Error("the account was emptied")
			}
			after := must[users.User](t)(w.Get(t.Context(), trap.ID))
			if kept := after.Password != ""; kept != (tt.op == "insert") {
				t.Errorf("the password is kept: %v", kept)
			}
			if tt.want == users.Refuse && after.EmailVerified {
				t.Error("the address counts as verified")
			}
		})
	}
}

func verify(w *world, id string) (users.User, error) {
	return w.SetEmail(w.t.Context(), id, "victim@gmail.example", true)
}

func promote(w *world, id string) (users.User, error) {
	return w.SetRoles(w.t.Context(), id, []string{users.AdminRole})
}

func disable(w *world, id string) (users.User, error) {
	return w.SetDisabled(w.t.Context(), id, true)
}

// A first arrival that loses its address to somebody else leaves nothing behind,
// and is asked to prove that account.
func TestAnAddressTakenWhileItsUserIsMadeIsDecidedAnew(t *testing.T) {
	w := newWorld(t)
	var ada users.User
	w.between("insert", "users", func() { ada = w.person("ada@example.org") })
	d := w.match(google("1", "ada@example.org"), trusted())
	wants(t, d, "D7", users.Confirm)
	if d.User.ID != ada.ID {
		t.Errorf("asked to prove %s, want %s", d.User.ID, ada.ID)
	}
	if _, err := w.identities.Get(t.Context(), users.IdentityID(google("1", ""))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the identity is still there: %v", err)
	}
}

// What a first arrival cleans up may be somebody's by then: two others of the
// same person were quicker, and their sign-in stays.
func TestCleaningUpAfterALostRaceTakesNothingFromTheWinner(t *testing.T) {
	w := newWorld(t)
	claim := google("1", "ada@example.org")
	w.memory.before = func(op, set, _ string) error {
		if op == "insert" && set == "users" {
			return errCrash
		}
		return nil
	}
	_, _ = w.Match(t.Context(), claim, trusted()) // leaves a pending identity
	w.memory.before = nil
	ada := w.person("ada@example.org")
	steps := 0
	w.memory.before = func(op, set, _ string) error {
		if op != "get" || set != "identities" {
			return nil
		}
		if steps++; steps != 3 { // the owner, the same again, and then what is to be cleaned up
			return nil
		}
		return w.identities.Update(t.Context(), users.IdentityID(claim), func(i *users.Identity) error {
			i.UserID, i.Pending = ada.ID, false
			return nil
		})
	}
	wants(t, w.match(claim, trusted()), "D1", users.SignIn)
	if steps < 3 {
		t.Fatalf("the identity was read %d times", steps)
	}
}

// A sign-in by an identity that was given to somebody else meanwhile is theirs
// and nobody else's.
func TestAnIdentityThatChangedHandsMeanwhileSignsInItsNewOwner(t *testing.T) {
	w := newWorld(t)
	ada, bob := w.person("ada@example.org"), w.person("bob@example.org")
	claim := google("1", "")
	wants(t, must[users.Decision](t)(w.Link(t.Context(), ada, claim, trusted())), "D2", users.Link)
	once := true
	w.memory.before = func(op, set, _ string) error {
		if op != "replace" || set != "identities" || !once {
			return nil
		}
		once = false
		must[users.User](t)(w.Unlink(t.Context(), ada.ID, users.IdentityID(claim), ada.ID))
		wants(t, must[users.Decision](t)(w.Link(t.Context(), bob, claim, trusted())), "D2", users.Link)
		wants(t, w.match(claim, trusted()), "D1", users.SignIn)
		return nil
	}
	d := w.match(claim, trusted())
	wants(t, d, "D1", users.SignIn)
	if d.User.ID != bob.ID {
		t.Errorf("signed in %s, want %s", d.User.ID, bob.ID)
	}
}
