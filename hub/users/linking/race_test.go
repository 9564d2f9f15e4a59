package linking_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

// Here something happens exactly between two steps of another call.

func TestAPasswordSetWhileATrapIsEmptiedIsGone(t *testing.T) {
	w := newWorld(t)
	trap := must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "victim@gmail.example", Password: userstest.Good}))
	evil := linking.Claim{Key: "evil", Issuer: "https://evil.example", Subject: "eve"}
	wants(t, must[linking.Decision](t)(w.Link(t.Context(), trap, evil, linking.Policy{KeyID: "evil", Enabled: true})), "D2", linking.Link)
	w.Between("take", "identities", func() { must[users.User](t)(w.SetPassword(t.Context(), trap.ID, userstest.Good)) })
	wants(t, w.match(google("1", "victim@gmail.example"), trusted()), "D6", linking.Link)
	if got, want := w.SignIn("victim@gmail.example", userstest.Good), users.ErrWrongPassword; !errors.Is(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTwoSubjectsOfOneUpstreamAreNotLinkedAtOnce(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@gmail.example")
	w.Between("insert", "identities", func() {
		wants(t, w.match(google("2", "ada@gmail.example"), trusted()), "D8", linking.Link)
	})
	wants(t, w.match(google("1", "ada@gmail.example"), trusted()), "D8", linking.Refuse)
	if n := len(must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))); n != 1 {
		t.Errorf("%d identities were linked", n)
	}
}

// trapped is an account with an unverified address and an identity of its
// creator.
func trapped(t *testing.T, w *world) users.User {
	t.Helper()
	trap := must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "victim@gmail.example", Password: userstest.Good}))
	evil := linking.Claim{Key: "evil", Issuer: "https://evil.example", Subject: "eve"}
	wants(t, must[linking.Decision](t)(w.Link(t.Context(), trap, evil, linking.Policy{KeyID: "evil", Enabled: true})), "D2", linking.Link)
	return must[users.User](t)(w.Get(t.Context(), trap.ID))
}

// A decision about an unverified account is not applied if the account changed:
// it may be verified, an administrator's or disabled by now.
func TestAnAccountIsNotEmptiedThatChangedSinceItWasDecidedOn(t *testing.T) {
	for _, tt := range []struct {
		name, op, set string
		change        func(w *world, id string) (users.User, error)
		row           string
		want          linking.Action
	}{
		{"verified before", "insert", "decisions", verify, "D8", linking.Link},
		{"an administrator before", "insert", "decisions", promote, "D6", linking.Refuse},
		{"disabled before", "insert", "decisions", disable, "D11", linking.Refuse},
		{"an administrator half-way", "take", "identities", promote, "D6", linking.Refuse},
		{"disabled half-way", "take", "identities", disable, "D11", linking.Refuse},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.Person("root@example.org", users.AdminRole)
			trap := trapped(t, w)
			w.Between(tt.op, tt.set, func() { must[users.User](t)(tt.change(w, trap.ID)) })
			d := w.match(google("1", "victim@gmail.example"), trusted())
			wants(t, d, tt.row, tt.want)
			if d.Emptied {
				t.Error("the account was emptied")
			}
			after := must[users.User](t)(w.Get(t.Context(), trap.ID))
			if kept := after.Password != ""; kept != (tt.op == "insert") {
				t.Errorf("the password is kept: %v", kept)
			}
			if tt.want == linking.Refuse && after.EmailVerified {
				t.Error("the address counts as verified")
			}
		})
	}
}

func verify(w *world, id string) (users.User, error) {
	return w.SetEmail(w.T.Context(), id, "victim@gmail.example", true)
}

func promote(w *world, id string) (users.User, error) {
	return w.SetRoles(w.T.Context(), id, []string{users.AdminRole})
}

func disable(w *world, id string) (users.User, error) {
	return w.SetDisabled(w.T.Context(), id, true)
}

// If another sign-in takes the address during the first sign-in of a user,
// nothing of this one remains, and it must prove that account.
func TestAnAddressTakenWhileItsUserIsMadeIsDecidedAnew(t *testing.T) {
	w := newWorld(t)
	var ada users.User
	w.Between("insert", "users", func() { ada = w.Person("ada@example.org") })
	d := w.match(google("1", "ada@example.org"), trusted())
	wants(t, d, "D7", linking.Confirm)
	if d.User.ID != ada.ID {
		t.Errorf("asked to prove %s, want %s", d.User.ID, ada.ID)
	}
	if _, err := w.identities.Get(t.Context(), linking.IdentityID(google("1", ""))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the identity is still there: %v", err)
	}
}

// The cleanup of a lost first sign-in may find an account in use: two parallel
// sign-ins of the same user were faster, and theirs stays.
func TestCleaningUpAfterALostRaceTakesNothingFromTheWinner(t *testing.T) {
	w := newWorld(t)
	claim := google("1", "ada@example.org")
	w.Memory.Before = func(op, set, _ string) error {
		if op == "insert" && set == "users" {
			return errCrash
		}
		return nil
	}
	_, _ = w.Match(t.Context(), claim, trusted()) // leaves a pending identity
	w.Memory.Before = nil
	ada := w.Person("ada@example.org")
	steps := 0
	w.Memory.Before = func(op, set, _ string) error {
		if op != "get" || set != "identities" {
			return nil
		}
		if steps++; steps != 3 { // the owner, the same owner again, and then the account to clean up
			return nil
		}
		return w.identities.Update(t.Context(), linking.IdentityID(claim), func(i *linking.Identity) error {
			i.UserID, i.Pending = ada.ID, false
			return nil
		})
	}
	wants(t, w.match(claim, trusted()), "D1", linking.SignIn)
	if steps < 3 {
		t.Fatalf("the identity was read %d times", steps)
	}
}

// If an identity is linked to another user during a sign-in, the sign-in is that
// user's only.
func TestAnIdentityThatChangedHandsMeanwhileSignsInItsNewOwner(t *testing.T) {
	w := newWorld(t)
	ada, bob := w.Person("ada@example.org"), w.Person("bob@example.org")
	claim := google("1", "")
	wants(t, must[linking.Decision](t)(w.Link(t.Context(), ada, claim, trusted())), "D2", linking.Link)
	once := true
	w.Memory.Before = func(op, set, _ string) error {
		if op != "replace" || set != "identities" || !once {
			return nil
		}
		once = false
		must[users.User](t)(w.Unlink(t.Context(), ada.ID, linking.IdentityID(claim), ada.ID))
		wants(t, must[linking.Decision](t)(w.Link(t.Context(), bob, claim, trusted())), "D2", linking.Link)
		wants(t, w.match(claim, trusted()), "D1", linking.SignIn)
		return nil
	}
	d := w.match(claim, trusted())
	wants(t, d, "D1", linking.SignIn)
	if d.User.ID != bob.ID {
		t.Errorf("signed in %s, want %s", d.User.ID, bob.ID)
	}
}

// If two callers undo one change at once, one succeeds, and the other gets an
// error.
func TestOfTwoWhoUndoAtOnceOneDid(t *testing.T) {
	w := newWorld(t)
	w.Person("ada@gmail.example")
	d := w.match(google("1", "ada@gmail.example"), trusted())
	w.Between("replace", "decisions", func() {
		if _, _, err := w.Undo(t.Context(), d.Record, linking.ByEmail); err != nil {
			t.Error(err)
		}
	})
	if _, _, err := w.Undo(t.Context(), d.Record, "root"); !errors.Is(err, linking.ErrUndone) {
		t.Errorf("got %v", err)
	}
	if r := must[linking.LinkEvent](t)(w.Record(t.Context(), d.Record)); r.UndoneBy != linking.ByEmail {
		t.Errorf("on record as undone by %s", r.UndoneBy)
	}
}

// The event is stored before its link. An undo in between also undoes the link
// that follows.
func TestALinkThatIsUndoneBeforeItIsThereDoesNotCome(t *testing.T) {
	for _, own := range []bool{false, true} {
		w := newWorld(t)
		ada := w.Person("ada@gmail.example")
		w.Between("insert", "identities", func() {
			r := must[[]linking.LinkEvent](t)(w.Records(t.Context(), ada.ID))[0]
			if _, _, err := w.Undo(t.Context(), r.ID, "root"); err != nil {
				t.Error(err)
			}
		})
		claim := google("1", "ada@gmail.example")
		if own {
			wants(t, must[linking.Decision](t)(w.Link(t.Context(), ada, claim, trusted())), "D2", linking.Refuse)
		} else {
			wants(t, w.match(claim, trusted()), "D8", linking.Refuse)
		}
		if n := len(must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))); n != 0 {
			t.Errorf("own account %v: it is linked", own)
		}
	}
}

// A user who is disabled while their identity is linked cannot sign in with it.
func TestALinkOfSomebodyWhoIsDisabledMeanwhileIsTakenBack(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@gmail.example")
	w.Between("insert", "identities", func() {
		err := w.Users.Update(t.Context(), ada.ID, func(u *users.User) error { u.Disabled = true; return nil })
		if err != nil {
			t.Error(err)
		}
	})
	wants(t, w.match(google("1", "ada@gmail.example"), trusted()), "D8", linking.Refuse)
	if n := len(must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))); n != 0 {
		t.Error("it is linked")
	}
}

// If the user unlinks and links an identity again while the first link is undone,
// the second link stays, because it is another decision.
func TestALinkMadeAnewWhileTheOldOneIsUndoneStays(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@example.org")
	claim := google("1", "")
	old := must[linking.Decision](t)(w.Link(t.Context(), ada, claim, trusted()))
	var anew linking.Decision
	w.Between("take", "identities", func() {
		now := must[users.User](t)(w.Unlink(t.Context(), ada.ID, linking.IdentityID(claim), ada.ID))
		anew = must[linking.Decision](t)(w.Link(t.Context(), now, claim, trusted()))
		wants(t, anew, "D2", linking.Link)
	})
	if _, _, err := w.Undo(t.Context(), old.Record, "root"); err != nil {
		t.Fatal(err)
	}
	linked := must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))
	if len(linked) != 1 || linked[0].Record != anew.Record {
		t.Errorf("got %+v", linked)
	}
}

// An attacker unlinks their identity while the owner undoes the link: undoing
// that unlink must not restore it.
func TestARemovalWhileTheLinkIsUndoneCannotBeUndone(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@example.org")
	thief := google("thief", "")
	d := must[linking.Decision](t)(w.Link(t.Context(), ada, thief, trusted()))
	w.Between("get", "identities", func() {
		must[users.User](t)(w.Unlink(t.Context(), ada.ID, linking.IdentityID(thief), ada.ID))
	})
	if _, _, err := w.Undo(t.Context(), d.Record, linking.ByEmail); err != nil {
		t.Fatal(err)
	}
	for _, r := range must[[]linking.LinkEvent](t)(w.Records(t.Context(), ada.ID)) {
		if r.Standing() {
			t.Errorf("this can still be undone: %+v", r)
		}
	}
}

// Two removals at once each saw the other's identity still there.
func TestOfTwoRemovalsAtOnceOneLeavesTheLastWayIn(t *testing.T) {
	w := newWorld(t)
	ada := w.match(google("1", "ada@gmail.example"), trusted()).User
	must[linking.Decision](t)(w.Link(t.Context(), ada, google("2", ""), trusted()))
	first, second := linking.IdentityID(google("1", "")), linking.IdentityID(google("2", ""))
	w.Between("take", "identities", func() { must[users.User](t)(w.Unlink(t.Context(), ada.ID, second, ada.ID)) })
	if _, err := w.Unlink(t.Context(), ada.ID, first, ada.ID); !errors.Is(err, linking.ErrLastWayIn) {
		t.Errorf("got %v", err)
	}
	linked := must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))
	if len(linked) != 1 || linked[0].ID != first {
		t.Errorf("left: %+v", linked)
	}
	removals := 0
	for _, r := range must[[]linking.LinkEvent](t)(w.Records(t.Context(), ada.ID)) {
		if r.Action == linking.Unlinked {
			removals++
		}
	}
	if removals != 1 {
		t.Errorf("%d removals are on record", removals)
	}
}

// A sign-in with an identity that is unlinked at the same time matches no user.
func TestAnIdentityThatIsRemovedMeanwhileSignsInNobody(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@example.org")
	claim, p := google("1", ""), trusted()
	p.SignUps = linking.SignUpDeny
	must[linking.Decision](t)(w.Link(t.Context(), ada, claim, p))
	w.Between("replace", "identities", func() {
		must[users.User](t)(w.Unlink(t.Context(), ada.ID, linking.IdentityID(claim), ada.ID))
	})
	wants(t, w.match(claim, p), "D3", linking.Refuse)
}
