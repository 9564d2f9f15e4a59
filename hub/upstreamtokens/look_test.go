package upstreamtokens_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

func TestAPersonIsLookedAtEveryFewMinutesAndNoMore(t *testing.T) {
	w := newWorld(t)
	w.came("t1")
	if k := w.kept(); !strings.HasPrefix(k.Sealed, "v1.") || strings.HasSuffix(k.Sealed, ".t1") || k.Subject != "1" {
		t.Errorf("kept is %+v", k)
	}
	w.wantLook("just signed in", w.looks(5*time.Minute-time.Second), nil)
	w.wantList("asked", w.company.asked)
	w.wantLook("five minutes later", w.looks(time.Second), nil)
	w.wantList("asked", w.company.asked, "t1")
	w.wantList("taken over", w.reviewed, "ada Ada")
	w.wantLook("soon after", w.looks(5*time.Minute-time.Second), nil)
	w.wantLook("and again", w.looks(time.Second), nil)
	w.wantList("asked, each time with what came last", w.company.asked, "t1", "t1+")
	w.wantLook("somebody else", w.Look(t.Context(), "bob", "company"), nil)
	w.wantLook("by another key", w.Look(t.Context(), "ada", "branch"), nil)
	w.wantList("asked about these", w.company.asked, "t1", "t1+")
}

func TestOfManyWhoWantToKnowOneAsks(t *testing.T) {
	w := newWorld(t)
	w.came("t1")
	w.company.says = func(old federation.Tokens) (federation.Identity, error) {
		w.wantLook("while it is asked", w.Look(t.Context(), "ada", "company"), nil)
		return adaWith("t2"), nil
	}
	w.wantLook("the one who asks", w.looks(5*time.Minute), nil)
	w.wantList("asked", w.company.asked, "t1")
}

// The answer may hold the only token that works from now on.
func TestTheAnswerIsKeptAlsoIfWhoAskedHasLeft(t *testing.T) {
	w := newWorld(t)
	w.came("t1")
	ctx, leave := context.WithCancel(t.Context())
	w.company.says = func(federation.Tokens) (federation.Identity, error) { leave(); return adaWith("t2"), nil }
	w.clock.Move(5 * time.Minute)
	w.wantLook("who left", w.Look(ctx, "ada", "company"), nil)
	w.goesOn()
	w.wantLook("the next", w.looks(5*time.Minute), nil)
	w.wantList("asked", w.company.asked, "t1", "t2")
}

func TestAnUpstreamThatSpeaksForSomebodyNoMoreEndsWhatTheyHaveHere(t *testing.T) {
	for name, happens := range map[string]func(*world){
		"it says no": func(w *world) { w.fails(saysNo) },
		"it names somebody else": func(w *world) {
			w.company.says = func(federation.Tokens) (federation.Identity, error) {
				i := adaWith("t2")
				i.Subject = "2"
				return i, nil
			}
		},
		"the identity was disconnected": func(w *world) { w.gone = true },
	} {
		w := newWorld(t)
		w.came("t1")
		one, two := w.browser("cookie one", "1"), w.browser("cookie two", "1")
		other := w.browser("cookie three", "2")
		happens(w)
		w.wantLook(name, w.looks(5*time.Minute), upstreamtokens.ErrEnded)
		if len(w.ended) != 2 || w.ended[0] == w.ended[1] || w.ended[0] != one && w.ended[0] != two || w.ended[1] != one && w.ended[1] != two {
			t.Errorf("%s: ended are %q, want %q and %q and not %q", name, w.ended, one, two, other)
		}
		if k := w.kept(); !k.Ended || k.Sealed != "" {
			t.Errorf("%s: kept is %+v, want no token", name, k)
		}
		w.wantList(name+": noted", w.events, "upstream.ended company ada")
		asked := len(w.company.asked)
		w.gone = false
		w.goesOn()
		w.wantLook(name+", and later", w.looks(time.Hour), upstreamtokens.ErrEnded)
		if len(w.company.asked) != asked {
			t.Errorf("%s: it is asked again", name)
		}
		w.came("t9")
		w.wantLook(name+", and signed in anew", w.looks(5*time.Minute), nil)
		w.wantList(name+": asked last", w.company.asked[asked:], "t9")
	}
}

// A no to this hub, or no answer, is no word about the person.
func TestAnUpstreamThatDoesNotAnswerIsWaitedForADay(t *testing.T) {
	for name, err := range map[string]error{"silent": silence, "busy": saysBusy, "it does not know this hub": federation.NewRefusal("Company", "invalid_client", "")} {
		w := newWorld(t)
		w.came("t1")
		w.browser("cookie", "1")
		w.fails(err)
		w.wantLook(name, w.looks(5*time.Minute), nil)
		w.wantLook(name+" for a day", w.looks(24*time.Hour-5*time.Minute), nil)
		w.wantLook(name+" for more than a day", w.looks(time.Second), upstreamtokens.ErrSilent)
		w.wantList(name+": ended", w.ended)
		w.wantList(name+": noted", w.events, "upstream.error company ada", "upstream.error company ada")
		w.goesOn()
		w.wantLook(name+", and back", w.looks(5*time.Minute), nil)
		w.wantList(name+": asked", w.company.asked, "t1", "t1", "t1")
		w.wantLook(name+", a day after that", w.looks(24*time.Hour), nil)
	}
}

// A provider that cannot be asked does not count as a confirmation.
func TestAKeyThatCannotBeOpenedIsToldAndNotPassedOver(t *testing.T) {
	w := newWorld(t)
	w.came("t1")
	w.changeKey(func(k *federation.LoginKey) { k.Kind = "of no connector" })
	if err := w.looks(5 * time.Minute); federationtest.Fault(err) != federation.Misconfigured {
		t.Errorf("got %v", err)
	}
}

// An error of our own is neither.
func TestWhatFailsHereIsToldAsItIs(t *testing.T) {
	w := newWorld(t)
	w.came("t1")
	broken := errors.New("the disk is full")
	w.fails(broken)
	w.wantLook("our own", w.looks(5*time.Minute), broken)
	w.wantList("noted", w.events)
}

// After a timeout, the provider may have received the request and used the
// refresh token up. A refusal after that may be about the token, not about the
// user.
func TestANoAfterSilenceIsNotBelieved(t *testing.T) {
	w := newWorld(t)
	w.came("t1")
	w.fails(silence)
	w.wantLook("silence", w.looks(5*time.Minute), nil)
	w.fails(saysBusy)
	w.wantLook("a no to us", w.looks(5*time.Minute), nil)
	w.fails(saysNo)
	w.wantLook("a no to the token", w.looks(5*time.Minute), nil)
	w.wantLook("and for a day", w.looks(24*time.Hour), upstreamtokens.ErrSilent)
	w.goesOn()
	w.wantLook("it speaks for her", w.looks(5*time.Minute), nil)
	w.fails(saysNo)
	w.wantLook("the next no", w.looks(5*time.Minute), upstreamtokens.ErrEnded)
}

func TestABusyUpstreamIsBelievedWhenItSaysNo(t *testing.T) {
	w := newWorld(t)
	w.came("t1")
	w.fails(saysBusy) // it answered, so it used nothing up
	w.wantLook("busy", w.looks(5*time.Minute), nil)
	w.fails(saysNo)
	w.wantLook("no", w.looks(5*time.Minute), upstreamtokens.ErrEnded)
}

func TestWhoSignsInWhileTheUpstreamIsAskedCounts(t *testing.T) {
	w := newWorld(t)
	w.came("t1")
	w.company.says = func(federation.Tokens) (federation.Identity, error) { w.came("t5"); return adaWith("t2"), nil }
	w.wantLook("an answer that is late", w.looks(5*time.Minute), nil)
	w.wantList("went back", w.company.back, "t1", "t2")

	w.company.says = func(federation.Tokens) (federation.Identity, error) {
		w.came("t6")
		return federation.Identity{}, saysNo
	}
	w.browser("cookie", "1")
	w.wantLook("a no to what she had", w.looks(5*time.Minute), nil)
	if k := w.kept(); k.Ended || k.Sealed == "" {
		t.Errorf("kept is %+v, want what the sign-in brought", k)
	}
	w.goesOn()
	w.wantLook("the next", w.looks(5*time.Minute), nil)
	w.wantList("asked", w.company.asked, "t1", "t5", "t6")
}

func TestWhatIsDisconnectedWhileTheUpstreamIsAskedStaysSo(t *testing.T) {
	w := newWorld(t)
	w.came("t1")
	w.company.says = func(federation.Tokens) (federation.Identity, error) {
		if err := w.Disconnect(t.Context(), linking.Identity{UserID: "ada", LoginKey: "company", Subject: "1"}); err != nil {
			t.Error(err)
		}
		return adaWith("t2"), nil
	}
	w.wantLook("meanwhile", w.looks(5*time.Minute), nil)
	w.wantList("went back", w.company.back, "t1", "t2")
	if k := w.kept(); k.ID != "" {
		t.Errorf("kept is %+v, want nothing", k)
	}
}

func TestATieIsKeptForHalfAYearAfterItWasOfUse(t *testing.T) {
	w := newWorld(t)
	w.came("t1")
	for range 2 {
		if got, want := w.kept().Expires, w.clock.Now().Add(180*24*time.Hour); !got.Equal(want) {
			t.Errorf("kept until %v, want %v", got, want)
		}
		w.wantLook("a look", w.looks(time.Hour), nil)
	}
}

// If the database fails, the session does not continue, and no unwritten change
// counts as done.
func TestADatabaseThatFailsIsTold(t *testing.T) {
	for what, do := range map[string]func(*world) error{
		"a first sign-in":     func(w *world) error { return w.Keep(t.Context(), users.User{ID: "bob"}, adaWith("t2")) },
		"another sign-in":     func(w *world) error { return w.Keep(t.Context(), ada, adaWith("t2")) },
		"one without a token": func(w *world) error { return w.Keep(t.Context(), ada, adaWith("")) },
		"a look":              func(w *world) error { return w.looks(time.Hour) },
		"a look that is busy": func(w *world) error { w.fails(saysBusy); return w.looks(time.Hour) },
		"a sign-out":          func(w *world) error { return w.Untie(t.Context(), "ada", "company") },
		"a disconnection": func(w *world) error {
			return w.Disconnect(t.Context(), linking.Identity{UserID: "ada", LoginKey: "company", Subject: "1"})
		},
		"a look that ends all": func(w *world) error { w.fails(saysNo); return w.looks(time.Hour) },
	} {
		for n := 1; ; n++ {
			w := newWorld(t)
			w.came("t1")
			if what != "a sign-out" {
				w.browser("cookie", "1")
			}
			w.db.Arm(faultstore.Plan{Nth: n, Counts: func(c faultstore.Call) bool { return c.Set != "audit" }})
			err := do(w)
			report := w.db.Disarm()
			if !report.Failed {
				break
			}
			if !errors.Is(err, faultstore.Err) {
				t.Errorf("%s, without %s: got %v", what, report.Last(), err)
			}
		}
	}
}

func TestNobodyIsAskedWhereNothingCanBe(t *testing.T) {
	for name, change := range map[string]func(*federation.LoginKey){
		"the key is off":           func(k *federation.LoginKey) { k.Enabled = false },
		"it cannot look at people": func(k *federation.LoginKey) { k.Kind = "mute" },
	} {
		w := newWorld(t)
		w.came("t1")
		w.changeKey(change)
		w.wantLook(name, w.looks(48*time.Hour), nil)
		w.wantList(name+": asked", w.company.asked)
	}
}

// Tokens of one provider are never sent to another (AD-10).
func TestAKeyThatLeadsElsewhereIsNotAskedWithWhatItBroughtBefore(t *testing.T) {
	for name, change := range map[string]func(*federation.LoginKey){
		"another address":        func(k *federation.LoginKey) { k.BaseURL = "https://evil.example" },
		"another token endpoint": func(k *federation.LoginKey) { k.Endpoints.Token = "https://evil.example/token" },
	} {
		w := newWorld(t)
		w.came("t1")
		w.changeKey(change)
		w.wantLook(name, w.looks(time.Hour), nil)
		w.wantLook(name+", for more than a day", w.looks(24*time.Hour), upstreamtokens.ErrSilent)
		w.came("t7") // from the new place
		w.wantList(name+": asked", w.company.asked)
		w.wantList(name+": went back", w.company.back)
		w.wantLook(name+", and signed in there", w.looks(5*time.Minute), nil)
		w.wantList(name+": asked then", w.company.asked, "t7")
	}
}
