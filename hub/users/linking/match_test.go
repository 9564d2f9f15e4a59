package linking_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

// google is a claim with a permissive policy.
func google(subject, email string) linking.Claim {
	return linking.Claim{Key: "google", Issuer: "https://accounts.example", Subject: subject, Email: email, EmailVerified: true, Profile: users.Profile{Name: "From Google"}}
}

func trusted() linking.Policy {
	return linking.Policy{KeyID: "google", Kind: "openid", Enabled: true, Linking: linking.LinkAuto, SignUps: linking.SignUpAllow,
		TrustEmail: true, AuthoritativeDomains: []string{"gmail.example"}}
}

func (w *world) match(c linking.Claim, p linking.Policy) linking.Decision {
	w.T.Helper()
	d, err := w.Match(w.T.Context(), c, p)
	if err != nil {
		w.T.Fatalf("match %s %s: %v", c.Subject, c.Email, err)
	}
	return d
}

func wants(t *testing.T, d linking.Decision, row string, action linking.Action) {
	t.Helper()
	if d.Row != row || d.Action != action {
		t.Errorf("got %s %s (%s), want %s %s", d.Row, d.Action, d.Why, row, action)
	}
}

func TestAFirstArrivalFoundsAUserAndTheNextSignsIn(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		first := w.match(google("1", "Ada@Gmail.example"), trusted())
		wants(t, first, "D5", linking.Create)
		u := must[users.User](t)(w.ByEmail(t.Context(), "ada@gmail.example"))
		if u.ID != first.User.ID || !u.EmailVerified || u.Origin != "google" || u.Name != "From Google" || u.Password != "" || u.Admin() {
			t.Errorf("got %+v", u)
		}
		second := w.match(google("1", "Ada@Gmail.example"), trusted())
		wants(t, second, "D1", linking.SignIn)
		if second.User.ID != u.ID {
			t.Errorf("got user %s, want %s", second.User.ID, u.ID)
		}
		if got, want := w.SignIn("ada@gmail.example", ""), users.ErrWrongPassword; !errors.Is(got, want) {
			t.Errorf("password sign-in: got %v, want %v", got, want)
		}
	})
}

func TestAnUnprovenAddressClaimsNothing(t *testing.T) {
	w := newWorld(t)
	c := google("1", "victim@example.org")
	c.EmailVerified = false
	squatter := w.match(c, trusted())
	wants(t, squatter, "D3", linking.CreateUnverified)
	if squatter.User.EmailKey != "" || squatter.User.EmailVerified {
		t.Errorf("got %+v", squatter.User)
	}
	if _, err := w.ByEmail(t.Context(), "victim@example.org"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the address leads to somebody: %v", err)
	}
	victim := w.match(google("2", "victim@example.org"), trusted())
	wants(t, victim, "D5", linking.Create)
	if victim.User.ID == squatter.User.ID {
		t.Error("the owner of the address became the squatter")
	}
}

func TestAKnownIdentityIsNeverMatchedAgain(t *testing.T) {
	w := newWorld(t)
	victim := w.Person("victim@gmail.example")
	eve := w.match(google("eve", "eve@gmail.example"), trusted())
	changed := w.match(google("eve", "victim@gmail.example"), trusted())
	wants(t, changed, "D1", linking.SignIn)
	if changed.User.ID != eve.User.ID || changed.User.EmailKey != "eve@gmail.example" {
		t.Errorf("got %+v", changed.User)
	}
	identities := must[[]linking.Identity](t)(w.ByUser(t.Context(), eve.User.ID))
	if len(identities) != 1 || identities[0].Email != "victim@gmail.example" {
		t.Errorf("got %+v", identities)
	}
	if got := must[users.User](t)(w.ByEmail(t.Context(), "victim@gmail.example")); got.ID != victim.ID {
		t.Errorf("the address moved to %s", got.ID)
	}
}

func TestDisabledPeopleAreNotRevived(t *testing.T) {
	w := newWorld(t)
	linked := w.match(google("1", "ada@gmail.example"), trusted()).User
	local := w.Person("off@gmail.example")
	for _, u := range []users.User{linked, local} {
		must[users.User](t)(w.SetDisabled(t.Context(), u.ID, true))
	}
	wants(t, w.match(google("1", "ada@gmail.example"), trusted()), "D11", linking.Refuse)
	wants(t, w.match(google("2", "off@gmail.example"), trusted()), "D11", linking.Refuse)
	for _, u := range []users.User{linked, local} {
		if !must[users.User](t)(w.Get(t.Context(), u.ID)).Disabled {
			t.Errorf("%s was enabled", u.Email)
		}
	}
	if err := w.Users.Delete(t.Context(), linked.ID); err != nil {
		t.Fatal(err)
	}
	wants(t, w.match(google("1", "ada@gmail.example"), trusted()), "D11", linking.Refuse)
}

func TestClosedSignUpCreatesNobody(t *testing.T) {
	w := newWorld(t)
	p := trusted()
	p.SignUps = linking.SignUpDeny
	wants(t, w.match(google("1", "ada@gmail.example"), p), "D5", linking.Refuse)
	wants(t, w.match(google("1", ""), p), "D3", linking.Refuse)
	p = trusted()
	p.Enabled = false
	wants(t, w.match(google("1", "ada@gmail.example"), p), "D0", linking.Refuse)
	if n := must[int](t)(w.Count(t.Context(), 100)); n != 0 {
		t.Errorf("%d users were made", n)
	}
}

func TestARecycledMailboxDoesNotInherit(t *testing.T) {
	w := newWorld(t)
	w.match(google("old", "ada@gmail.example"), trusted())
	wants(t, w.match(google("new", "ada@gmail.example"), trusted()), "D10", linking.Refuse)
}

func TestAdministratorsAreNotLinkedByAddress(t *testing.T) {
	w := newWorld(t)
	root := w.Person("root@gmail.example", "admin")
	wants(t, w.match(google("1", "root@gmail.example"), trusted()), "D9", linking.Refuse)
	d := must[linking.Decision](t)(w.Link(t.Context(), root, google("1", "root@gmail.example"), trusted()))
	wants(t, d, "D2", linking.Link)
	wants(t, w.match(google("1", "root@gmail.example"), trusted()), "D1", linking.SignIn)
}

// An attacker registered the address before its owner came: with a password, a
// linked identity and a session.
func TestATrapIsEmptiedBeforeItsOwnerGetsIt(t *testing.T) {
	w := newWorld(t)
	trap := must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "victim@gmail.example", Password: userstest.Good}))
	evil := linking.Claim{Key: "evil", Issuer: "https://evil.example", Subject: "eve"}
	evilPolicy := linking.Policy{KeyID: "evil", Enabled: true, Linking: linking.LinkConfirm, SignUps: linking.SignUpDeny}
	wants(t, must[linking.Decision](t)(w.Link(t.Context(), trap, evil, evilPolicy)), "D2", linking.Link)

	p := trusted()
	p.Linking = linking.LinkNever
	wants(t, w.match(google("1", "victim@gmail.example"), p), "D6", linking.Refuse)
	d := w.match(google("1", "victim@gmail.example"), trusted())
	wants(t, d, "D6", linking.Link)

	if d.User.ID != trap.ID || d.User.SessionGeneration <= trap.SessionGeneration || !d.User.EmailVerified {
		t.Errorf("got %+v", d.User)
	}
	if got, want := w.SignIn("victim@gmail.example", userstest.Good), users.ErrWrongPassword; !errors.Is(got, want) {
		t.Errorf("the trap's password: got %v, want %v", got, want)
	}
	wants(t, w.match(evil, evilPolicy), "D3", linking.Refuse)
	if d := must[linking.Decision](t)(w.Link(t.Context(), trap, evil, evilPolicy)); d.Action != linking.Refuse {
		t.Errorf("linking from the old session: got %s", d.Action)
	}
	if n := len(must[[]linking.Identity](t)(w.ByUser(t.Context(), trap.ID))); n != 1 {
		t.Errorf("%d identities are left, want the owner's", n)
	}
}

func TestConfirmLinksAfterProof(t *testing.T) {
	w := newWorld(t)
	ada, eve := w.Person("ada@example.org"), w.Person("eve@example.org")
	p := trusted()
	p.Linking = linking.LinkConfirm
	claim := google("1", "ada@example.org")
	d := w.match(claim, p)
	wants(t, d, "D7", linking.Confirm)
	if d.User.ID != ada.ID {
		t.Errorf("got user %s, want %s", d.User.ID, ada.ID)
	}
	if n := len(must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))); n != 0 {
		t.Error("it was linked without proof")
	}
	wants(t, must[linking.Decision](t)(w.Confirm(t.Context(), eve, claim, p, linking.ProofPassword)), "D7", linking.Refuse)
	never := p
	never.Linking = linking.LinkNever
	wants(t, must[linking.Decision](t)(w.Confirm(t.Context(), ada, claim, never, linking.ProofPassword)), "D7", linking.Refuse)
	ended := must[users.User](t)(w.EndEverything(t.Context(), ada.ID))
	wants(t, must[linking.Decision](t)(w.Confirm(t.Context(), ada, claim, p, linking.ProofPassword)), "D7", linking.Refuse)

	wants(t, must[linking.Decision](t)(w.Confirm(t.Context(), ended, claim, p, linking.ProofPassword)), "D7", linking.Link)
	wants(t, w.match(claim, p), "D1", linking.SignIn)
	wants(t, must[linking.Decision](t)(w.Confirm(t.Context(), ended, claim, p, linking.ProofPassword)), "D1", linking.SignIn) // the other tab
	wants(t, must[linking.Decision](t)(w.Confirm(t.Context(), eve, claim, p, linking.ProofPassword)), "D1", linking.Refuse)
}

// D13: only within a dated window, and only addresses that the primary speaks for.
func TestAPeersPeopleFindTheirOldAccountsOnlyWithinTheWindow(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@gmail.example")
	w.Person("eve@example.org")
	w.Person("root@gmail.example", "admin")
	p := trusted()
	p.Kind = linking.KindPeer
	wants(t, w.match(google("1", "ada@gmail.example"), p), "D7", linking.Confirm)
	p.MigrateUntil = w.Now().Add(24 * time.Hour)
	wants(t, w.match(google("2", "eve@example.org"), p), "D7", linking.Confirm)
	wants(t, w.match(google("3", "root@gmail.example"), p), "D9", linking.Refuse) // FE-44
	d := w.match(google("1", "ada@gmail.example"), p)
	wants(t, d, "D13", linking.Link)
	if d.User.ID != ada.ID {
		t.Errorf("got user %s, want %s", d.User.ID, ada.ID)
	}
	w.Person("bob@gmail.example")
	w.Pass(24 * time.Hour)
	wants(t, w.match(google("4", "bob@gmail.example"), p), "D7", linking.Confirm)
	p.Linking = linking.LinkNever
	wants(t, w.match(google("4", "bob@gmail.example"), p), "D7", linking.Refuse)
	wants(t, w.match(google("1", "ada@gmail.example"), p), "D1", linking.SignIn)
}

// D6 where the upstream is trusted but does not run the mailbox: an email first.
func TestATrapIsEmptiedByALetterAndByNothingElse(t *testing.T) {
	w := newWorld(t)
	trap := must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: "victim@example.org", Password: userstest.Good}))
	claim := google("1", "victim@example.org")
	d := w.match(claim, trusted())
	wants(t, d, "D6", linking.ConfirmByMail)
	if d.User.ID != trap.ID {
		t.Errorf("got user %s, want %s", d.User.ID, trap.ID)
	}
	for _, proof := range []linking.Proof{linking.ProofPassword, linking.ProofIdentity} {
		wants(t, must[linking.Decision](t)(w.Confirm(t.Context(), trap, claim, trusted(), proof)), "D6", linking.Refuse)
	}
	if err := w.SignIn("victim@example.org", userstest.Good); err != nil {
		t.Fatalf("the account was touched before the proof: %v", err)
	}
	wants(t, must[linking.Decision](t)(w.Confirm(t.Context(), trap, claim, trusted(), linking.ProofMail)), "D6", linking.Link)
	if got, want := w.SignIn("victim@example.org", userstest.Good), users.ErrWrongPassword; !errors.Is(got, want) {
		t.Errorf("the trap's password: got %v, want %v", got, want)
	}
}

// FE-30: who gets an account is one rule for each login key.
func TestSignUpsAreForTheInvitedOrForDomains(t *testing.T) {
	w := newWorld(t)
	w.Guest("guest@example.org")
	w.Guest("withdrawn@example.org")
	if err := w.Withdraw(t.Context(), "withdrawn@example.org"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		rule, email string
		verified    bool
		row         string
		want        linking.Action
	}{
		{linking.SignUpInvited, "guest@example.org", false, "D3", linking.Refuse},
		{linking.SignUpInvited, "Guest@example.org", true, "D5", linking.Create},
		{linking.SignUpInvited, "Guest@example.org", true, "D1", linking.SignIn},
		{linking.SignUpInvited, "other@example.org", true, "D5", linking.Refuse},
		{linking.SignUpInvited, "withdrawn@example.org", true, "D5", linking.Refuse},
		{linking.SignUpInvited, "", true, "D3", linking.Refuse},
		{linking.SignUpDomains, "ada@firm.example", true, "D5", linking.Create},
		{linking.SignUpDomains, "bob@firm.example", false, "D3", linking.Refuse},
		{linking.SignUpDomains, "eve@evilfirm.example", true, "D5", linking.Refuse},
		{linking.SignUpDomains, "eve@firm.example.evil", true, "D5", linking.Refuse},
		{linking.SignUpDomains, "", true, "D3", linking.Refuse},
		{"", "new@firm.example", true, "D5", linking.Refuse},
	} {
		p := trusted()
		p.SignUps, p.SignUpDomains = tt.rule, []string{"firm.example"}
		c := google("sub "+tt.rule+tt.email, tt.email)
		c.EmailVerified = tt.verified
		d, over, err := w.Would(t.Context(), c, p)
		if err != nil || d.Row != tt.row || d.Action != tt.want || len(over) == 0 {
			t.Errorf("%+v: would be %s %s behind %v, %v", tt, d.Row, d.Action, over, err)
		}
		wants(t, w.match(c, p), tt.row, tt.want)
	}
}

func TestLookingAheadChangesNothing(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@gmail.example")
	for email, want := range map[string]linking.Action{"ada@gmail.example": linking.Link, "new@gmail.example": linking.Create} {
		d, _, err := w.Would(t.Context(), google("1", email), trusted())
		if err != nil || d.Action != want {
			t.Errorf("%s: got %s, %v", email, d.Action, err)
		}
	}
	if n := len(must[[]linking.Identity](t)(w.ByUser(t.Context(), ada.ID))); n != 0 {
		t.Errorf("%d identities were linked", n)
	}
	if n := must[int](t)(w.Count(t.Context(), 100)); n != 1 {
		t.Errorf("%d users", n)
	}
}

func TestAuthoritativeUpstreamsLinkAtOnce(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@gmail.example")
	d := w.match(google("1", "ada@gmail.example"), trusted())
	wants(t, d, "D8", linking.Link)
	if d.User.ID != ada.ID || d.User.Name == "From Google" {
		t.Errorf("got %+v", d.User)
	}
	if err := w.SignIn("ada@gmail.example", userstest.Good); err != nil {
		t.Errorf("the password: %v", err)
	}
}

func TestOneIdentityBelongsToOneUser(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		a, b := w.Person("a@example.org"), w.Person("b@example.org")
		linked := make([]bool, 32)
		userstest.Race(32, func(i int) error {
			d, err := w.Link(t.Context(), []users.User{a, b}[i%2], google("1", ""), trusted())
			linked[i] = d.Action == linking.Link
			if err != nil {
				t.Error(err)
			}
			return err
		})
		owner := 0
		if len(must[[]linking.Identity](t)(w.ByUser(t.Context(), b.ID))) == 1 {
			owner = 1
		}
		for i, ok := range linked {
			if ok != (i%2 == owner) {
				t.Errorf("racer %d: got %v, and the owner is %d", i, ok, owner)
			}
		}
	})
}

func TestTheSameSubjectElsewhereIsSomebodyElse(t *testing.T) {
	w := newWorld(t)
	base := google("1", "")
	otherKey, otherIssuer, otherSubject := base, base, base
	otherKey.Key, otherIssuer.Issuer, otherSubject.Subject = "github", "https://other.example", "2"
	seen := map[string]bool{}
	for _, c := range []linking.Claim{base, otherKey, otherIssuer, otherSubject} {
		p := trusted()
		p.KeyID, p.Decided = c.Key, []string{base.Issuer} // of a former issuer without a decision, so it matches no user
		d := w.match(c, p)
		wants(t, d, "D3", linking.CreateUnverified)
		if seen[d.User.ID] {
			t.Errorf("%+v signed in as somebody else", c)
		}
		seen[d.User.ID] = true
	}
}

func TestRacingFirstArrivalsAreOneUser(t *testing.T) {
	for _, email := range []string{"ada@gmail.example", ""} {
		onEachEngine(t, func(t *testing.T, w *world) {
			ids := make([]string, 32)
			created := make([]bool, 32)
			for _, err := range userstest.Race(32, func(i int) error {
				d, err := w.Match(t.Context(), google("1", email), trusted())
				ids[i] = d.User.ID
				created[i] = d.Action == linking.Create || d.Action == linking.CreateUnverified
				if err == nil && !created[i] && d.Action != linking.SignIn {
					return fmt.Errorf("%s %s", d.Row, d.Action)
				}
				return err
			}) {
				if err != nil {
					t.Errorf("%q: %v", email, err)
				}
			}
			if n := must[int](t)(w.Count(t.Context(), 100)); n != 1 {
				t.Errorf("%q: %d users", email, n)
			}
			if ids[0] == "" || len(slices.Compact(ids)) != 1 {
				t.Errorf("%q: signed in as %v", email, slices.Compact(ids))
			}
			if n := len(slices.DeleteFunc(created, func(c bool) bool { return !c })); n != 1 {
				t.Errorf("%q: %d say they created the user", email, n)
			}
		})
	}
}

// Two users of two providers that both verified the same address.
func TestRacingOwnersOfOneAddressAreNotMerged(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		for round := range 10 {
			email := fmt.Sprintf("r%d@example.org", round)
			decisions := make([]linking.Decision, 8)
			userstest.Race(8, func(i int) error {
				c, p := google(fmt.Sprint("s", round), email), trusted()
				c.Key = fmt.Sprint("key", i)
				p.KeyID = c.Key
				d, err := w.Match(t.Context(), c, p)
				if err != nil {
					t.Error(err)
				}
				decisions[i] = d
				return err
			})
			created := 0
			for _, d := range decisions {
				switch d.Action {
				case linking.Create:
					created++
				case linking.Confirm: // told to prove it
				default:
					t.Errorf("got %s %s", d.Row, d.Action)
				}
			}
			if created != 1 {
				t.Errorf("%d users were created for %s", created, email)
			}
		}
	})
}

var errCrash = errors.New("the power went out")

func TestACrashedFirstArrivalIsFinishedByTheNext(t *testing.T) {
	w := newWorld(t)
	w.Memory.Before = func(op, set, _ string) error {
		if op == "insert" && set == "users" {
			return errCrash
		}
		return nil
	}
	if _, err := w.Match(t.Context(), google("1", "ada@gmail.example"), trusted()); !errors.Is(err, errCrash) {
		t.Fatalf("got %v", err)
	}
	w.Memory.Before = nil
	wants(t, w.match(google("1", "ada@gmail.example"), trusted()), "D5", linking.Create)
	wants(t, w.match(google("1", "ada@gmail.example"), trusted()), "D1", linking.SignIn)
	if n := must[int](t)(w.Count(t.Context(), 100)); n != 1 {
		t.Errorf("%d users", n)
	}
}

func TestAnAddressTakenAfterACrashIsDecidedAnew(t *testing.T) {
	w := newWorld(t)
	w.Memory.Before = func(op, set, _ string) error {
		if op == "insert" && set == "users" {
			return errCrash
		}
		return nil
	}
	_, _ = w.Match(t.Context(), google("1", "ada@example.org"), trusted())
	w.Memory.Before = nil
	ada := w.Person("ada@example.org")
	d := w.match(google("1", "ada@example.org"), trusted())
	wants(t, d, "D7", linking.Confirm)
	if d.User.ID != ada.ID {
		t.Errorf("got %s", d.User.ID)
	}
	wants(t, must[linking.Decision](t)(w.Confirm(t.Context(), ada, google("1", "ada@example.org"), trusted(), linking.ProofPassword)), "D7", linking.Link)
}

// An unlink or a lock that comes between the look and the sign-in wins.
func TestASignInThatLosesTheRaceIsDead(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@example.org")
	claim := google("1", "")
	wants(t, must[linking.Decision](t)(w.Link(t.Context(), ada, claim, trusted())), "D2", linking.Link)
	once := true
	w.Memory.Before = func(op, set, _ string) error {
		if op == "replace" && set == "identities" && once {
			once = false
			must[users.User](t)(w.EndEverything(t.Context(), ada.ID))
		}
		return nil
	}
	d := w.match(claim, trusted())
	stored := must[users.User](t)(w.Get(t.Context(), ada.ID))
	if d.Action == linking.SignIn && d.User.SessionGeneration >= stored.SessionGeneration {
		t.Errorf("the sign-in carries epoch %d of %d", d.User.SessionGeneration, stored.SessionGeneration)
	}
	once = true
	w.Memory.Before = func(op, set, _ string) error {
		if op == "replace" && set == "identities" && once {
			once = false
			must[users.User](t)(w.SetDisabled(t.Context(), ada.ID, true))
		}
		return nil
	}
	wants(t, w.match(claim, trusted()), "D11", linking.Refuse)
}

func TestProfilesFollowOnlyTheUpstreamThatMadeThem(t *testing.T) {
	w := newWorld(t)
	made := w.match(google("1", "made@gmail.example"), trusted()).User
	local := w.Person("local@gmail.example")
	w.match(google("2", "local@gmail.example"), trusted())
	for subject, id := range map[string]string{"1": made.ID, "2": local.ID} {
		c := google(subject, "")
		c.Name, c.Picture = "Renamed", "https://img.example/a.png"
		d := w.match(c, trusted())
		stored := must[users.User](t)(w.Get(t.Context(), id))
		if renamed := stored.Name == "Renamed" && stored.Picture != ""; renamed != (id == made.ID) || d.User.Name != stored.Name {
			t.Errorf("subject %s: got %q, stored %q", subject, d.User.Name, stored.Name)
		}
	}
}

func TestAnUpstreamTakesBackOnlyRolesItGave(t *testing.T) {
	w := newWorld(t)
	w.Person("root@example.org", "admin")
	p := trusted()
	p.RoleMap = map[string]string{"HR": "hr", "Staff": "staff", "Boss": "admin"}
	ada := w.Person("ada@gmail.example", "staff", "local")
	step := func(roles []string, want string) {
		t.Helper()
		c := google("1", "ada@gmail.example")
		c.Roles = roles
		w.match(c, p)
		stored := must[users.User](t)(w.Get(t.Context(), ada.ID))
		if got := fmt.Sprint(stored.Roles); got != want {
			t.Errorf("%v: got %s, want %s", roles, got, want)
		}
	}
	step([]string{"HR", "Staff", "admin"}, "[hr local staff]")
	step([]string{"Boss"}, "[admin local staff]")
	step([]string{"HR"}, "[hr local staff]")
	step([]string{"HR"}, "[hr local staff]") // said again, it is still the upstream's to take back
	step(nil, "[local staff]")
}

func TestAnUpstreamCannotTakeTheLastAdministrator(t *testing.T) {
	w := newWorld(t)
	p := trusted()
	p.RoleMap = map[string]string{"Boss": "admin", "HR": "hr"}
	c := google("1", "boss@gmail.example")
	c.Roles = []string{"Boss", "HR"}
	boss := w.match(c, p).User
	if !boss.Admin() {
		t.Fatal("a mapped role did not arrive")
	}
	c.Roles = nil
	d := w.match(c, p)
	if got, want := fmt.Sprint(d.User.Roles), "[admin]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// FE-44: if a provider verified an invited address, its user gets the invited
// roles, but not the administrator's.
func TestNoUpstreamMakesAnInvitedAdministrator(t *testing.T) {
	w := newWorld(t)
	_, _, err := w.Invite(t.Context(), users.NewInvitation{Email: "grace@gmail.example", Roles: []string{users.AdminRole, "editors"}, By: "test"})
	if err != nil {
		t.Fatal(err)
	}
	d := w.match(google("1", "grace@gmail.example"), trusted())
	wants(t, d, "D5", linking.Create)
	if d.User.Admin() || !d.User.Has("editors") {
		t.Errorf("got %v", d.User.Roles)
	}
}

// FE-17: an address that only folds to a user's address is another mailbox.
func TestAnotherMailboxThatFoldsIntoOneProvesNothing(t *testing.T) {
	w := newWorld(t)
	w.Person("sam.k@gmail.example")
	for i, email := range []string{"\u017fam.k@gmail.example", "sam.\u212a@gmail.example", "\uff53am.k@gmail.example"} {
		wants(t, w.match(google(string(rune('a'+i)), email), trusted()), "D4", linking.Refuse)
	}
	for raw, same := range map[string]bool{"Sam@example.org": true, "re\u0301sum\u00e9@example.org": true, "stra\u00dfe@example.org": false,
		"sam@b\u00fccher.example": true, "sam@\uff45xample.org": true, "no address": false} {
		if emailaddr.SameMailbox(raw) != same {
			t.Errorf("%q: want %v", raw, same)
		}
	}
}

// After the invitation has expired, its address cannot sign up.
func TestAnInvitationThatHasEndedLetsNobodySignUp(t *testing.T) {
	w := newWorld(t)
	w.Guest("guest@gmail.example")
	p := trusted()
	p.SignUps = linking.SignUpInvited
	w.Pass(7 * 24 * time.Hour)
	wants(t, w.match(google("1", "guest@gmail.example"), p), "D5", linking.Refuse)
	w.Guest("guest@gmail.example")
	wants(t, w.match(google("1", "guest@gmail.example"), p), "D5", linking.Create)
	if left := must[[]users.Invitation](t)(w.Invitations(t.Context(), 10)); len(left) != 0 {
		t.Errorf("the invitation of somebody who is here is left: %+v", left)
	}
}

// A sign-in alone does not change the user's modification time, which imports
// compare.
func TestASignInThatBringsNothingNewChangesNobody(t *testing.T) {
	w := newWorld(t)
	made := w.match(google("1", "ada@gmail.example"), trusted()).User
	w.Pass(time.Hour)
	wants(t, w.match(google("1", "ada@gmail.example"), trusted()), "D1", linking.SignIn)
	if now := must[users.User](t)(w.Get(t.Context(), made.ID)); !now.Updated.Equal(made.Updated) {
		t.Errorf("changed at %v", now.Updated)
	}
	linked := must[[]linking.Identity](t)(w.ByUser(t.Context(), made.ID))
	if len(linked) != 1 || !linked[0].LastUsed.Equal(w.Now()) {
		t.Errorf("got %+v", linked)
	}
}
