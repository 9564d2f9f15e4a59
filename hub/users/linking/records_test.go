package linking_test

import (
	"errors"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

var undoLink = regexp.MustCompile(`/wasnt-me\?token=([^\s]+)`)

// undoToken is the secret in an email.
func undoToken(t *testing.T, l mail.Message) string {
	t.Helper()
	found := undoLink.FindStringSubmatch(l.Text)
	if found == nil {
		t.Fatalf("no link to undo in %q", l.Text)
	}
	return found[1]
}

// D8: the user gets an email, which can undo the link for 30 days, once.
func TestALinkIsOnRecordAndTheLetterUndoesIt(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		ada := w.Person("ada@gmail.example")
		d := w.match(google("1", "ada@gmail.example"), trusted())
		wants(t, d, "D8", linking.Link)
		r := must[linking.LinkEvent](t)(w.Record(t.Context(), d.Record))
		if r.Row != "D8" || r.UserID != ada.ID || r.Action != linking.Linked || r.Trust.Linking != linking.LinkAuto || !r.Standing() {
			t.Errorf("got %+v", r)
		}
		sent := w.post.Take()
		if len(sent) != 1 || sent[0].To != "ada@gmail.example" {
			t.Fatalf("got %+v", sent)
		}
		token := undoToken(t, sent[0])
		if strings.Contains(token, r.Token) || r.Token == "" {
			t.Error("the token is kept as it is")
		}
		for _, wrong := range []string{"", ".", r.ID, r.ID + ".", r.ID + ".x", token + "x", "\x00.x"} {
			if _, err := w.ByUndoToken(t.Context(), wrong); !errors.Is(err, linking.ErrUndoLink) {
				t.Errorf("%q: got %v", wrong, err)
			}
		}
		if got := must[linking.LinkEvent](t)(w.ByUndoToken(t.Context(), token)); got.ID != r.ID {
			t.Errorf("got %s", got.ID)
		}
		won := 0
		for _, err := range userstest.Race(32, func(int) error {
			_, _, err := w.Undo(t.Context(), r.ID, linking.ByEmail)
			return err
		}) {
			if err == nil {
				won++
			} else if !errors.Is(err, linking.ErrUndone) {
				t.Errorf("got %v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d undid it", won)
		}
		after := must[users.User](t)(w.Get(t.Context(), ada.ID))
		if after.SessionGeneration <= d.User.SessionGeneration {
			t.Error("nothing was ended")
		}
		if n := len(must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))); n != 0 {
			t.Errorf("%d identities are left", n)
		}
		if _, err := w.ByUndoToken(t.Context(), token); !errors.Is(err, linking.ErrUndoLink) {
			t.Errorf("the link works again: %v", err)
		}
	})
}

func TestALinkCanBeUndoneFor30Days(t *testing.T) {
	w := newWorld(t)
	w.Person("ada@gmail.example")
	d := w.match(google("1", "ada@gmail.example"), trusted())
	token := undoToken(t, w.post.Take()[0])
	w.Pass(30*24*time.Hour - time.Minute)
	if _, err := w.ByUndoToken(t.Context(), token); err != nil {
		t.Error(err)
	}
	w.Pass(time.Minute)
	if _, err := w.ByUndoToken(t.Context(), token); !errors.Is(err, linking.ErrUndoLink) {
		t.Errorf("got %v", err)
	}
	if _, _, err := w.Undo(t.Context(), d.Record, "admin"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// An identity that was linked again is another decision.
func TestUndoingAnOldLinkLeavesANewOne(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@gmail.example")
	first := w.match(google("1", "ada@gmail.example"), trusted())
	id := must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))[0].ID
	now := must[users.User](t)(w.Unlink(t.Context(), ada.ID, id, ada.ID))
	wants(t, must[linking.Decision](t)(w.Link(t.Context(), now, google("1", ""), trusted())), "D2", linking.Link)
	if _, _, err := w.Undo(t.Context(), first.Record, "admin"); err != nil {
		t.Fatal(err)
	}
	if n := len(must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))); n != 1 {
		t.Errorf("%d identities are left", n)
	}
}

func TestAnUnlinkIsUndone(t *testing.T) {
	w := newWorld(t)
	ada, eve := w.Person("ada@example.org"), w.Person("eve@example.org")
	claim := google("1", "")
	wants(t, must[linking.Decision](t)(w.Link(t.Context(), ada, claim, trusted())), "D2", linking.Link)
	id := must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))[0].ID
	must[users.User](t)(w.Unlink(t.Context(), ada.ID, id, ada.ID))
	r := must[[]linking.LinkEvent](t)(w.Records(t.Context(), ada.ID))[0]
	if r.Action != linking.Unlinked || r.By != ada.ID {
		t.Fatalf("got %+v", r)
	}
	wants(t, must[linking.Decision](t)(w.Link(t.Context(), eve, claim, trusted())), "D2", linking.Link)
	if _, _, err := w.Undo(t.Context(), r.ID, ada.ID); !errors.Is(err, fs.ErrExist) {
		t.Errorf("taking it from its new owner: got %v", err)
	}
	must[users.User](t)(w.Unlink(t.Context(), eve.ID, id, eve.ID))
	if _, _, err := w.Undo(t.Context(), r.ID, ada.ID); err != nil {
		t.Fatal(err)
	}
	d := w.match(claim, trusted())
	wants(t, d, "D1", linking.SignIn)
	if d.User.ID != ada.ID {
		t.Errorf("got user %s, want %s", d.User.ID, ada.ID)
	}
}

func TestNobodyUndoesTheOwnLastWayIn(t *testing.T) {
	w := newWorld(t)
	ada := must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "ada@gmail.example", EmailVerified: true}))
	d := w.match(google("1", "ada@gmail.example"), trusted())
	if _, _, err := w.Undo(t.Context(), d.Record, ada.ID); !errors.Is(err, linking.ErrLastWayIn) {
		t.Errorf("got %v", err)
	}
	if _, _, err := w.Undo(t.Context(), d.Record, linking.ByEmail); err != nil {
		t.Errorf("by the email: %v", err)
	}
}

// D4 and FE-18: the owner of the address gets an email, once a day, and only if
// they have verified the address.
func TestTheOwnerHearsOfAnUnprovenClaimOnceADay(t *testing.T) {
	w := newWorld(t)
	w.Person("ada@example.org")
	must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "trap@example.org", Password: userstest.Good}))
	c := google("1", "ada@example.org")
	c.EmailVerified = false
	trap := google("2", "trap@example.org")
	trap.EmailVerified = false
	for range 3 {
		wants(t, w.match(c, trusted()), "D4", linking.Refuse)
		wants(t, w.match(trap, trusted()), "D4", linking.Refuse)
	}
	if sent := w.post.Take(); len(sent) != 1 || sent[0].To != "ada@example.org" {
		t.Errorf("got %+v", sent)
	}
	w.Pass(24 * time.Hour)
	w.match(c, trusted())
	if sent := w.post.Take(); len(sent) != 1 {
		t.Errorf("a day later: got %+v", sent)
	}
}

// D6: an emptied account's data is deleted, its owner gets an email, and an undo
// gives the attacker nothing back.
func TestUndoingATakeOverGivesTheTrapNothingBack(t *testing.T) {
	w := newWorld(t)
	trap := must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "victim@gmail.example", Password: userstest.Good}))
	d := w.match(google("1", "victim@gmail.example"), trusted())
	wants(t, d, "D6", linking.Link)
	if !d.Emptied || len(w.emptied) != 1 || w.emptied[0] != trap.ID {
		t.Errorf("emptied: %v, %v", d.Emptied, w.emptied)
	}
	sent := w.post.Take()
	if len(sent) != 1 || !strings.Contains(sent[0].Text, "was never verified") {
		t.Fatalf("got %+v", sent)
	}
	if _, _, err := w.Undo(t.Context(), d.Record, linking.ByEmail); err != nil {
		t.Fatal(err)
	}
	after := must[users.User](t)(w.Get(t.Context(), trap.ID))
	if after.EmailVerified || after.Password != "" {
		t.Errorf("got %+v", after)
	}
	wants(t, w.match(google("1", "victim@gmail.example"), trusted()), "D6", linking.Link)
}

// If any step fails, there is no link without its event.
func TestALinkThatCameToNothingLeavesNoRecord(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@gmail.example")
	w.Memory.Before = func(op, set, _ string) error {
		if op == "insert" && set == "identities" {
			return errCrash
		}
		return nil
	}
	if _, err := w.Match(t.Context(), google("1", "ada@gmail.example"), trusted()); !errors.Is(err, errCrash) {
		t.Fatalf("got %v", err)
	}
	w.Memory.Before = nil
	if all := must[[]linking.LinkEvent](t)(w.Records(t.Context(), ada.ID)); len(all) != 0 {
		t.Errorf("got %+v", all)
	}
	if sent := w.post.Take(); len(sent) != 0 {
		t.Errorf("got %+v", sent)
	}
}

// An attacker links an identity and unlinks it again; the owner answers "this
// wasn't me" to both emails, in either order.
func TestUndoingALinkDoesNotLetItsRemovalBeUndone(t *testing.T) {
	for _, first := range []int{0, 1} {
		w := newWorld(t)
		ada := w.Person("ada@example.org")
		wants(t, must[linking.Decision](t)(w.Link(t.Context(), ada, google("thief", ""), trusted())), "D2", linking.Link)
		id := must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))[0].ID
		must[users.User](t)(w.Unlink(t.Context(), ada.ID, id, ada.ID))
		sent := w.post.Take()
		for _, l := range []mail.Message{sent[first], sent[1-first]} {
			if r, err := w.ByUndoToken(t.Context(), undoToken(t, l)); err == nil {
				must[users.User](t)(second(w.Undo(t.Context(), r.ID, linking.ByEmail)))
			}
		}
		if n := len(must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))); n != 0 {
			t.Errorf("email %d first: the thief is linked again", first)
		}
	}
}

func second(_ linking.LinkEvent, u users.User, err error) (users.User, error) { return u, err }

// FE-19: an email to an address that the account does not have any more undoes
// nothing.
func TestAnEmailToAnotherAddressUndoesNothing(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("thief@example.org")
	wants(t, must[linking.Decision](t)(w.Link(t.Context(), ada, google("thief", ""), trusted())), "D2", linking.Link)
	id := must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))[0].ID
	must[users.User](t)(w.Unlink(t.Context(), ada.ID, id, ada.ID))
	must[users.User](t)(w.SetEmail(t.Context(), ada.ID, "ada@example.org", true))
	for _, l := range w.post.Take() {
		if _, err := w.ByUndoToken(t.Context(), undoToken(t, l)); !errors.Is(err, linking.ErrUndoLink) {
			t.Errorf("%s: got %v", l.Subject, err)
		}
	}
}

func TestWhatAnAdministratorRemovedOnlyAnAdministratorPutsBack(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@example.org")
	wants(t, must[linking.Decision](t)(w.Link(t.Context(), ada, google("1", ""), trusted())), "D2", linking.Link)
	id := must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))[0].ID
	w.post.Take()
	must[users.User](t)(w.Unlink(t.Context(), ada.ID, id, "root"))
	if sent := w.post.Take(); len(sent) != 1 || undoLink.MatchString(sent[0].Text) || !strings.Contains(sent[0].Text, "An administrator disconnected") {
		t.Errorf("got %+v", sent)
	}
	r := must[[]linking.LinkEvent](t)(w.Records(t.Context(), ada.ID))[0]
	for _, by := range []string{ada.ID, linking.ByEmail} {
		if _, _, err := w.Undo(t.Context(), r.ID, by); !errors.Is(err, linking.ErrNotYours) {
			t.Errorf("by %s: got %v", by, err)
		}
	}
	if _, _, err := w.Undo(t.Context(), r.ID, "root"); err != nil {
		t.Errorf("by the administrator: %v", err)
	}
}

// A second undo ends nothing.
func TestWhatWasUndoneIsNotUndoneAgain(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@gmail.example")
	d := w.match(google("1", "ada@gmail.example"), trusted())
	_, once, err := w.Undo(t.Context(), d.Record, "root")
	if err != nil || !once.EmailVerified || once.Password == "" {
		t.Errorf("got %+v, %v", once, err)
	}
	if _, _, err := w.Undo(t.Context(), d.Record, "root"); !errors.Is(err, linking.ErrUndone) {
		t.Errorf("got %v", err)
	}
	if now := must[users.User](t)(w.Get(t.Context(), ada.ID)); now.SessionGeneration != once.SessionGeneration {
		t.Error("everything was ended again")
	}
}

// An upstream takes its roles with it.
func TestTheRolesOfALinkGoWhenItIsUndone(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@gmail.example", "staff")
	p, c := trusted(), google("1", "ada@gmail.example")
	p.RoleMap, c.Roles = map[string]string{"HR": "hr"}, []string{"HR"}
	d := w.match(c, p)
	if !d.User.Has("hr") {
		t.Fatalf("got %v", d.User.Roles)
	}
	if _, _, err := w.Undo(t.Context(), d.Record, ada.ID); err != nil {
		t.Fatal(err)
	}
	if now := must[users.User](t)(w.Get(t.Context(), ada.ID)); now.Has("hr") || !now.Has("staff") {
		t.Errorf("got %v", now.Roles)
	}
}

// To undo one link closes no other matter.
func TestARemovalCanBeUndoneAfterAnotherLinkWas(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@example.org")
	other := linking.Claim{Key: "github", Issuer: "https://github.example", Subject: "1"}
	thief := must[linking.Decision](t)(w.Link(t.Context(), ada, google("thief", ""), trusted()))
	must[linking.Decision](t)(w.Link(t.Context(), thief.User, other, linking.Policy{KeyID: "github", Enabled: true}))
	must[users.User](t)(w.Unlink(t.Context(), ada.ID, linking.IdentityID(other), ada.ID))
	removal := must[[]linking.LinkEvent](t)(w.Records(t.Context(), ada.ID))[0]
	for _, id := range []string{thief.Record, removal.ID} {
		if _, _, err := w.Undo(t.Context(), id, ada.ID); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	linked := must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))
	if len(linked) != 1 || linked[0].LoginKey != "github" {
		t.Errorf("got %+v", linked)
	}
}

// If the user has linked it again, an undo has nothing to restore, and still ends
// all sessions.
func TestARemovalIsUndoneThoughTheIdentityIsBack(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@example.org")
	claim := google("1", "")
	must[linking.Decision](t)(w.Link(t.Context(), ada, claim, trusted()))
	now := must[users.User](t)(w.Unlink(t.Context(), ada.ID, linking.IdentityID(claim), ada.ID))
	removal := must[[]linking.LinkEvent](t)(w.Records(t.Context(), ada.ID))[0]
	anew := must[linking.Decision](t)(w.Link(t.Context(), now, claim, trusted()))
	_, after, err := w.Undo(t.Context(), removal.ID, ada.ID)
	if err != nil || after.SessionGeneration <= now.SessionGeneration {
		t.Errorf("got generation %d after %d, %v", after.SessionGeneration, now.SessionGeneration, err)
	}
	linked := must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))
	if len(linked) != 1 || linked[0].Record != anew.Record {
		t.Errorf("got %+v", linked)
	}
}

// The user is deleted, so the email cannot undo anything.
func TestAnEmailToSomebodyWhoWasRemovedUndoesNothing(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@gmail.example")
	w.match(google("1", "ada@gmail.example"), trusted())
	token := undoToken(t, w.post.Take()[0])
	if err := w.Users.Delete(t.Context(), ada.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ByUndoToken(t.Context(), token); !errors.Is(err, linking.ErrUndoLink) {
		t.Errorf("got %v", err)
	}
}

// Linking an identity that is linked to the user already changes nothing and
// sends no email.
func TestWhatIsLinkedAlreadyIsNotOnRecordTwice(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@example.org")
	first := must[linking.Decision](t)(w.Link(t.Context(), ada, google("1", ""), trusted()))
	if r := must[linking.LinkEvent](t)(w.Record(t.Context(), first.Record)); r.By != ada.ID {
		t.Errorf("on record as by %q", r.By)
	}
	w.post.Take()
	again := must[linking.Decision](t)(w.Link(t.Context(), first.User, google("1", ""), trusted()))
	wants(t, again, "D2", linking.Link)
	if all := must[[]linking.LinkEvent](t)(w.Records(t.Context(), ada.ID)); again.Record != "" || len(all) != 1 {
		t.Errorf("got %q, and on record %+v", again.Record, all)
	}
	if sent := w.post.Take(); len(sent) != 0 {
		t.Errorf("got %+v", sent)
	}
}
