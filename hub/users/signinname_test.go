package users_test

import (
	"context"
	"errors"
	"io/fs"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

// named is a world in which names and numbers sign in, as far as allowed says.
func named(t *testing.T, allowed *users.SignInBy) *world {
	t.Helper()
	return newWorld(t, func(o *users.Options) {
		o.SignInBy = func(context.Context) (users.SignInBy, error) { return *allowed, nil }
	})
}

func (a person) add(t *testing.T, w *world) users.User {
	t.Helper()
	return must[users.User](t)(w.Add(t.Context(), users.NewUser{Email: a.email, EmailVerified: true, SignInName: a.name, SignInPhone: a.phone, Password: userstest.Good}))
}

type person struct{ email, name, phone string }

func TestAUserNameOrANumberSignsInWhereItIsAllowed(t *testing.T) {
	allowed := users.SignInBy{}
	w := named(t, &allowed)
	ada := person{"ada@example.org", "Ada.L", "+49 30 123456"}.add(t, w)
	for _, tt := range []struct {
		typed string
		by    users.SignInBy
		want  bool
	}{
		{"ada.l", users.SignInBy{}, false}, {"+4930123456", users.SignInBy{}, false},
		{"ADA.L", users.SignInBy{Names: true}, true}, {"ａda.l", users.SignInBy{Names: true}, true}, {"аda.l", users.SignInBy{Names: true}, false},
		{"+49-30-123456", users.SignInBy{Names: true}, false},
		{"0049 30 123456", users.SignInBy{Phones: true}, true}, {"ada.l", users.SignInBy{Phones: true}, false}, {"030123456", users.SignInBy{Phones: true}, false},
		{"ada@example.org", users.SignInBy{Names: true, Phones: true}, true},
	} {
		allowed = tt.by
		got, err := w.Authenticate(t.Context(), tt.typed, userstest.Good, users.From{})
		if tt.want && (err != nil || got.ID != ada.ID) || !tt.want && !errors.Is(err, users.ErrWrongPassword) {
			t.Errorf("%q with %+v: got %q, %v", tt.typed, tt.by, got.ID, err)
		}
		w.Pass(time.Hour)
	}
}

func TestAUserNameIsOfOneUserAndANumberOfTwoSignsInNobody(t *testing.T) {
	w := named(t, &users.SignInBy{Names: true, Phones: true})
	person{"ada@example.org", "ada", "+4930123456"}.add(t, w)
	for _, taken := range []string{"ada", "ADA", "ａｄａ"} {
		if _, err := w.Add(t.Context(), users.NewUser{Email: "eve@example.org", SignInName: taken}); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%q: %v", taken, err)
		}
	}
	for _, bad := range []string{"ada@example.org", "аda", "a", "+4930123456", "ad a"} {
		if _, err := w.Add(t.Context(), users.NewUser{Email: "eve@example.org", SignInName: bad}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if err := w.SignIn("+4930123456", userstest.Good); err != nil {
		t.Errorf("one user: %v", err)
	}
	bob := person{"bob@example.org", "", "0049 30 123456"}.add(t, w)
	if err := w.SignIn("+4930123456", userstest.Good); !errors.Is(err, users.ErrWrongPassword) {
		t.Errorf("two users: %v", err)
	}
	none := ""
	must[users.User](t)(w.SetSignIn(t.Context(), bob.ID, nil, &none))
	w.Pass(time.Hour)
	if err := w.SignIn("+4930123456", userstest.Good); err != nil {
		t.Errorf("one user again: %v", err)
	}
}

// A name recovers and proves nothing, and an address is never found by one.
func TestANameIsNoAddress(t *testing.T) {
	w := named(t, &users.SignInBy{Names: true, Phones: true})
	person{"ada@example.org", "ada", "+4930123456"}.add(t, w)
	for _, name := range []string{"ada", "+4930123456"} {
		if u, err := w.ByEmail(t.Context(), name); err == nil {
			t.Errorf("%q is the address of %q", name, u.ID)
		}
	}
}

// One account has one count of wrong passwords, however it is named.
func TestAnAccountIsCountedOnce(t *testing.T) {
	w := named(t, &users.SignInBy{Names: true, Phones: true})
	person{"ada@example.org", "ada", "+4930123456"}.add(t, w)
	tries := func(typed ...string) (n int) {
		for {
			err := w.SignIn(typed[n%len(typed)], "wrong password here")
			if _, throttled := errors.AsType[*passwords.Throttled](err); throttled {
				return n
			}
			if n++; n > 100 {
				t.Fatal("nothing is counted")
			}
		}
	}
	mixed := tries("ada@example.org", "ada", "+4930123456")
	w.Pass(24 * time.Hour)
	person{"bob@example.org", "bob", ""}.add(t, w)
	if alone := tries("bob@example.org"); mixed != alone {
		t.Errorf("%d tries under three names, %d under one", mixed, alone)
	}
	if unknown := tries("nobody"); unknown != mixed {
		t.Errorf("%d tries for a name without an account, %d for one", unknown, mixed)
	}
}

func TestTheLogNamesTheAccountOfAName(t *testing.T) {
	w := named(t, &users.SignInBy{Names: true})
	ada := person{"ada@example.org", "ada", ""}.add(t, w)
	if got := w.Meant(t.Context(), "ADA"); got != ada.ID {
		t.Errorf("got %q", got)
	}
	if got := w.Meant(t.Context(), "eve"); got == ada.ID || len(got) < len(users.Unknown) {
		t.Errorf("got %q", got)
	}
}
