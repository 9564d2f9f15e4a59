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

// An answer that depended on the tries under another name would tell a stranger
// which name belongs to which address (SECURITY: no enumeration).
func TestNoCountTellsWhichNameAnAddressHas(t *testing.T) {
	for _, attacked := range []string{"ada@example.org", "ada", "+4930123456"} {
		w := named(t, &users.SignInBy{Names: true, Phones: true})
		person{"ada@example.org", "ada", "+4930123456"}.add(t, w)
		for range 30 {
			w.SignIn(attacked, "wrong password here") //nolint:errcheck // wrong or throttled
		}
		for _, other := range []string{"ada@example.org", "ada", "+4930123456", "eve@example.org", "eve", "+4930999999"} {
			err := w.SignIn(other, "wrong password here")
			_, throttled := errors.AsType[*passwords.Throttled](err)
			if throttled != (other == attacked) {
				t.Errorf("after tries of %s, %s: %v", attacked, other, err)
			}
		}
	}
}

// An account has one hundred wrong passwords in a row, however it is named (NIST
// SP 800-63B-4 §3.2.2).
func TestTheNamesOfAnAccountShareItsLimit(t *testing.T) {
	for _, tt := range []struct {
		by    users.SignInBy
		typed []string
		want  int
	}{
		{users.SignInBy{}, []string{"ada@example.org"}, 100},
		{users.SignInBy{Names: true}, []string{"ada@example.org", "ada"}, 100},
		{users.SignInBy{Names: true, Phones: true}, []string{"ada@example.org", "ada", "+4930123456"}, 99},
	} {
		w := newWorld(t, func(o *users.Options) {
			o.SignInBy = func(context.Context) (users.SignInBy, error) { return tt.by, nil }
			o.Delivers = func() bool { return true }
		})
		person{"ada@example.org", "ada", "+4930123456"}.add(t, w)
		n := 0
		for _, typed := range tt.typed {
			for !errors.Is(w.SignIn(typed, "wrong password here"), users.ErrProveAddress) {
				n++
				w.Pass(2 * time.Hour)
				if n > 200 {
					t.Fatal("no limit")
				}
			}
			if err := w.SignIn(typed, userstest.Good); err == nil {
				t.Errorf("%s: a password alone signs in after %d wrong ones", typed, n)
			}
		}
		if n != tt.want {
			t.Errorf("%+v: %d wrong passwords, want %d", tt.by, n, tt.want)
		}
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
