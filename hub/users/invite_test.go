package users_test

import (
	"errors"
	"io/fs"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

const day = 24 * time.Hour

func TestAnInvitationLastsAWeekUnlessItSaysOtherwise(t *testing.T) {
	onEachEngine(t, func(t *testing.T, w *world) {
		usual := w.Guest("usual@example.org")
		long, _, err := w.Invite(t.Context(), users.NewInvitation{Email: "long@example.org", Life: 90 * day})
		if err != nil {
			t.Fatal(err)
		}
		for _, life := range []time.Duration{90*day + time.Second, -time.Second} {
			_, _, err := w.Invite(t.Context(), users.NewInvitation{Email: "other@example.org", Life: life})
			if _, refused := errors.AsType[forms.Problems](err); !refused {
				t.Errorf("an invitation for %v: got %v", life, err)
			}
		}
		works := func(token string, want bool) {
			t.Helper()
			if _, err := w.Invitation(t.Context(), token); (err == nil) != want || !want && !errors.Is(err, users.ErrInvitation) {
				t.Errorf("works: want %v, got %v", want, err)
			}
		}
		w.Pass(7*day - time.Second)
		works(usual, true)
		w.Pass(time.Second)
		works(usual, false)
		if _, err := w.Accept(t.Context(), usual, "Late", userstest.Good); !errors.Is(err, users.ErrInvitation) {
			t.Errorf("accepted after a week: %v", err)
		}
		works(long, true)
		w.Pass(83 * day)
		works(long, false)
	})
}

func TestAnInvitationIsAcceptedWithAPasswordAndOnce(t *testing.T) {
	w := newWorld(t)
	token := w.Guest("grace@example.org", "editors")
	for _, poor := range []string{"", "short"} {
		_, err := w.Accept(t.Context(), token, "Grace", poor)
		if _, refused := errors.AsType[forms.Problems](err); !refused {
			t.Errorf("password %q: got %v", poor, err)
		}
	}
	grace := must[users.User](t)(w.Accept(t.Context(), token, "Grace", userstest.Good))
	if grace.EmailVerified || !grace.Has("editors") || grace.Admin() {
		t.Errorf("by a link that went from hand to hand: %+v", grace)
	}
	if err := w.SignIn("grace@example.org", userstest.Good); err != nil {
		t.Error(err)
	}
	if _, err := w.Accept(t.Context(), token, "Mallory", userstest.Good+"!"); !errors.Is(err, users.ErrInvitation) {
		t.Errorf("a second time: %v", err)
	}
	if _, _, err := w.Invite(t.Context(), users.NewInvitation{Email: "Grace@example.org"}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("inviting somebody who is here: %v", err)
	}
}

// A new invitation replaces the link of the one before, at any moment: who holds
// the old link makes no account, and uses nothing up.
func TestAReplacedInvitationIsOfNoUse(t *testing.T) {
	w := newWorld(t)
	old := w.Guest("grace@example.org", users.AdminRole)
	newer := w.Guest("grace@example.org")
	if _, err := w.Accept(t.Context(), old, "Mallory", userstest.Good); !errors.Is(err, users.ErrInvitation) {
		t.Errorf("replaced before: %v", err)
	}
	var newest string
	w.Between("take", "invitations", func() { newest = w.Guest("grace@example.org", "editors") })
	if _, err := w.Accept(t.Context(), newer, "Mallory", userstest.Good); !errors.Is(err, users.ErrInvitation) {
		t.Errorf("replaced meanwhile: %v", err)
	}
	if n := must[int](t)(w.Count(t.Context(), 100)); n != 0 {
		t.Fatalf("%d accounts were made", n)
	}
	grace := must[users.User](t)(w.Accept(t.Context(), newest, "Grace", userstest.Good))
	if !grace.Has("editors") || grace.Admin() {
		t.Errorf("got roles %v", grace.Roles)
	}
}
