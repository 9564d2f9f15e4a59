package users_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

func founder(i int) users.NewUser {
	return users.NewUser{Email: fmt.Sprintf("root%d@example.org", i), Profile: users.Profile{Name: "Root"}, Password: userstest.Good}
}

func TestASetupLinkMakesOneAdministrator(t *testing.T) {
	w := newWorld(t)
	token := must[string](t)(w.NewSetupLink(t.Context()))
	if err := w.CheckSetup(t.Context(), token); err != nil {
		t.Fatalf("fresh link: %v", err)
	}
	root := must[users.User](t)(w.Setup(t.Context(), token, founder(0)))
	if !root.Admin() {
		t.Error("the first user is no administrator")
	}
	if err := w.SignIn("root0@example.org", userstest.Good); err != nil {
		t.Errorf("sign in: %v", err)
	}
	if _, err := w.Setup(t.Context(), token, founder(1)); !errors.Is(err, users.ErrSetUp) {
		t.Errorf("again: got %v", err)
	}
	if _, err := w.NewSetupLink(t.Context()); !errors.Is(err, users.ErrSetUp) {
		t.Errorf("another link: got %v", err)
	}
}

func TestFiftySetupsAtOnceMakeOneAdministrator(t *testing.T) {
	for _, links := range []int{1, 50} {
		t.Run(fmt.Sprintf("%d links", links), func(t *testing.T) {
			onEachEngine(t, func(t *testing.T, w *world) {
				var tokens []string
				for range links {
					tokens = append(tokens, must[string](t)(w.NewSetupLink(t.Context())))
				}
				won := 0
				for _, err := range userstest.Race(50, func(i int) error {
					_, err := w.Setup(t.Context(), tokens[i%links], founder(i))
					return err
				}) {
					switch {
					case err == nil:
						won++
					case !errors.Is(err, users.ErrSetUp) && !errors.Is(err, users.ErrSetupLink):
						t.Errorf("got %v", err)
					}
				}
				if n := must[int](t)(w.Count(t.Context(), 100)); won != 1 || n != 1 {
					t.Errorf("%d set-ups succeeded and made %d users", won, n)
				}
			})
		})
	}
}

func TestMistakesDoNotUseTheLinkUp(t *testing.T) {
	w := newWorld(t)
	taken := w.Person("taken@example.org")
	token := must[string](t)(w.NewSetupLink(t.Context()))
	for _, n := range []users.NewUser{
		{Email: "root@example.org", Password: "short"},
		{Email: "root@example.org"},
		{Email: "not an address", Password: userstest.Good},
	} {
		_, err := w.Setup(t.Context(), token, n)
		if _, ok := errors.AsType[forms.Problems](err); !ok {
			t.Errorf("%+v: got %v", n, err)
		}
	}
	if _, err := w.Setup(t.Context(), token, users.NewUser{Email: taken.Email, Password: userstest.Good}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("taken address: got %v", err)
	}
	must[users.User](t)(w.Setup(t.Context(), token, founder(0)))
}

func TestOldAndInventedLinksDoNotWork(t *testing.T) {
	w := newWorld(t)
	token := must[string](t)(w.NewSetupLink(t.Context()))
	for _, bad := range []string{"", "fhsetup_", token + "x", strings.ToLower(token)} {
		if _, err := w.Setup(t.Context(), bad, founder(0)); !errors.Is(err, users.ErrSetupLink) {
			t.Errorf("%q: got %v", bad, err)
		}
	}
	w.Pass(time.Hour)
	if _, err := w.Setup(t.Context(), token, founder(0)); !errors.Is(err, users.ErrSetupLink) {
		t.Errorf("after an hour: got %v", err)
	}
}

func TestAnAdministratorMadeByHandEndsSetup(t *testing.T) {
	w := newWorld(t)
	token := must[string](t)(w.NewSetupLink(t.Context()))
	w.Person("root@example.org", "admin")
	if _, err := w.Setup(t.Context(), token, founder(0)); !errors.Is(err, users.ErrSetUp) {
		t.Errorf("got %v", err)
	}
}

func TestTheTokenIsNotStored(t *testing.T) {
	w := newWorld(t)
	token := must[string](t)(w.NewSetupLink(t.Context()))
	if strings.Contains(w.Memory.String(), token) {
		t.Error("the database holds the token itself")
	}
}
