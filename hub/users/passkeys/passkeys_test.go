package passkeys_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
	"github.com/fedhub/fedhub/internal/testkit/webauthntest"
	"github.com/fedhub/fedhub/internal/texts"
)

func TestAPasskeySignsItsUserIn(t *testing.T) {
	userstest.OnEachEngine(t, func(t *testing.T, b store.Backend) {
		w := on(t, b)
		ada, k := w.Person("ada@example.org"), key()
		p := w.add(ada, k)
		w.Pass(time.Hour)
		got := must(w.signIn(k))(t)
		if got.UserID != ada.ID || got.ID != p.ID || !got.Used.Equal(w.Now()) {
			t.Errorf("got %+v", got)
		}
		all := must(w.Of(t.Context(), ada.ID))(t)
		if len(all) != 1 || all[0].Name != "Chrome on Linux" || !all[0].Used.Equal(w.Now()) || all[0].Credential.Synced {
			t.Errorf("kept %+v", all)
		}
	})
}

func TestWhatADeviceIsAskedFor(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@example.org")
	p := w.add(ada, key())
	var made struct {
		RP, User struct{ ID, Name string }
		Pub      []struct{ Alg int }   `json:"pubKeyCredParams"`
		Exclude  []struct{ ID string } `json:"excludeCredentials"`
		Select   map[string]any        `json:"authenticatorSelection"`
		Attestation,
		Challenge string
	}
	c := must(w.BeginRegistration(t.Context(), ada, browser))(t)
	if err := json.Unmarshal([]byte(c.Options), &made); err != nil {
		t.Fatal(err)
	}
	if made.RP.ID != "hub.example" || made.RP.Name != "Hub" || made.User.ID != p.Handle || made.User.Name != "ada@example.org" || made.Attestation != "none" {
		t.Errorf("got %+v", made)
	}
	if len(made.Pub) != 3 || made.Pub[0].Alg != -7 || made.Pub[1].Alg != -8 || made.Pub[2].Alg != -257 {
		t.Errorf("algorithms %+v", made.Pub)
	}
	if len(made.Exclude) != 1 || made.Exclude[0].ID != p.Credential.ID {
		t.Errorf("excluded %+v", made.Exclude)
	}
	if made.Select["residentKey"] != "required" || made.Select["userVerification"] != "required" || made.Select["authenticatorAttachment"] != nil {
		t.Errorf("selection %+v", made.Select)
	}
	if len(p.Handle) < 43 || strings.Contains(p.Handle, ada.ID) {
		t.Errorf("the handle %q", p.Handle)
	}
	asked := must(w.BeginLogin(browser))(t).Options
	if !strings.Contains(asked, `"userVerification":"required"`) || strings.Contains(asked, "allowCredentials") || strings.Contains(asked, "ada") {
		t.Errorf("a sign-in asks %s", asked)
	}
	confirm := must(w.BeginConfirm(t.Context(), ada.ID, browser))(t).Options
	if !strings.Contains(confirm, p.Credential.ID) {
		t.Errorf("a confirmation asks %s", confirm)
	}
}

// Every check of WebAuthn §7.2 that a server makes, one broken at a time.
func TestAnAnswerThatIsNotRightIsRefused(t *testing.T) {
	refused := new(passkeys.RefusedError)
	for what, row := range map[string]struct {
		change func(*webauthntest.Key)
		wants  error // nil: a RefusedError
	}{
		"another origin":         {func(k *webauthntest.Key) { k.Origin = "https://evil.example" }, nil},
		"another port":           {func(k *webauthntest.Key) { k.Origin = url + ":8443" }, nil},
		"plain http":             {func(k *webauthntest.Key) { k.Origin = "http://hub.example" }, nil},
		"more than the origin":   {func(k *webauthntest.Key) { k.Origin = url + "/" }, nil},
		"the origin in capitals": {func(k *webauthntest.Key) { k.Origin = strings.ToUpper(url) }, nil},
		"a frame of another":     {func(k *webauthntest.Key) { k.Across = true }, nil},
		"another host's id":      {func(k *webauthntest.Key) { k.RPID = "example" }, nil},
		"no user verification":   {func(k *webauthntest.Key) { k.Unseen = true }, passkeys.ErrUnverified},
		"another ceremony":       {func(k *webauthntest.Key) { k.Type = "webauthn.create" }, nil},
		"another challenge":      {func(k *webauthntest.Key) { k.Again = strings.Repeat("A", 43) }, nil},
		"became a copyable one":  {func(k *webauthntest.Key) { k.Synced = true }, nil},
		"another user handle":    {func(k *webauthntest.Key) { k.Handle = strings.Repeat("A", 43) }, passkeys.ErrUnknown},
		"an unknown credential":  {func(k *webauthntest.Key) { k.ID = []byte("of another hub at localhost") }, passkeys.ErrUnknown},
		"the counter went back":  {func(k *webauthntest.Key) { k.Counter = 1 }, passkeys.ErrCloned},
		"the counter stands":     {func(k *webauthntest.Key) { k.Counter-- }, passkeys.ErrCloned},
		"the counter is gone":    {func(k *webauthntest.Key) { k.Counter, k.Counts = 0, false }, passkeys.ErrCloned},
	} {
		t.Run(what, func(t *testing.T) {
			w, k := newWorld(t), key()
			k.Counts, k.Counter = true, 40
			w.add(w.Person("ada@example.org"), k)
			must(w.signIn(k))(t)
			bad := k.Copy()
			row.change(bad)
			_, err := w.signIn(bad)
			if row.wants == nil && !errors.As(err, &refused) || row.wants != nil && !errors.Is(err, row.wants) {
				t.Errorf("got %v, want %v", err, row.wants)
			}
			if texts.Of(err).Code == texts.Unexplained {
				t.Errorf("%v has no sentence", err)
			}
			if _, err := w.signIn(k); err != nil {
				t.Errorf("the right one afterwards: %v", err)
			}
		})
	}
}

func TestAnswersToRegistrationsAreChecked(t *testing.T) {
	for what, change := range map[string]func(*webauthntest.Key){
		"another origin":       func(k *webauthntest.Key) { k.Origin = "https://evil.example" },
		"more than the origin": func(k *webauthntest.Key) { k.Origin = url + "/" },
		"another host's id":    func(k *webauthntest.Key) { k.RPID = "example" },
		"no user verification": func(k *webauthntest.Key) { k.Unseen = true },
		"another ceremony":     func(k *webauthntest.Key) { k.Type = "webauthn.get" },
		"another challenge":    func(k *webauthntest.Key) { k.Again = strings.Repeat("A", 43) },
		"a frame of another":   func(k *webauthntest.Key) { k.Across = true },
	} {
		t.Run(what, func(t *testing.T) {
			w, k := newWorld(t), key()
			ada := w.Person("ada@example.org")
			change(k)
			if _, err := w.try(ada, k); err == nil || texts.Of(err).Code == texts.Unexplained {
				t.Errorf("got %v", err)
			}
			if all := must(w.Of(t.Context(), ada.ID))(t); len(all) != 0 {
				t.Errorf("kept %+v", all)
			}
		})
	}
}

// A challenge is for one purpose, one person, one browser, one time, and a
// while.
func TestAChallengeIsForOneUse(t *testing.T) {
	w, k := newWorld(t), key()
	ada, eve := w.Person("ada@example.org"), w.Person("eve@example.org")
	w.add(ada, k)
	ctx := t.Context()

	c := must(w.BeginLogin(browser))(t)
	answer := must(k.Assert(c.Options))(t)
	if _, err := w.FinishLogin(ctx, "another browser", c.State, answer); !errors.Is(err, passkeys.ErrStale) {
		t.Errorf("in another browser: %v", err)
	}
	if _, err := w.FinishLogin(ctx, "", c.State, answer); !errors.Is(err, passkeys.ErrStale) {
		t.Errorf("in no browser: %v", err)
	}
	if _, err := w.FinishConfirm(ctx, ada.ID, browser, c.State, answer); !errors.Is(err, passkeys.ErrStale) {
		t.Errorf("for another purpose: %v", err)
	}
	if _, err := w.FinishLogin(ctx, browser, c.State, answer); err != nil {
		t.Errorf("all that used it up: %v", err)
	}
	if _, err := w.FinishLogin(ctx, browser, c.State, answer); !errors.Is(err, passkeys.ErrStale) {
		t.Errorf("a second time: %v", err)
	}

	c = must(w.BeginConfirm(ctx, ada.ID, browser))(t)
	answer = must(k.Assert(c.Options))(t)
	if _, err := w.FinishConfirm(ctx, eve.ID, browser, c.State, answer); !errors.Is(err, passkeys.ErrStale) {
		t.Errorf("for another person: %v", err)
	}
	if _, err := w.FinishLogin(ctx, browser, c.State, answer); !errors.Is(err, passkeys.ErrStale) {
		t.Errorf("a confirmation signs in: %v", err)
	}
	if p, err := w.FinishConfirm(ctx, ada.ID, browser, c.State, answer); err != nil || p.UserID != ada.ID {
		t.Errorf("confirmed: %v", err)
	}

	c = must(w.BeginLogin(browser))(t)
	answer = must(k.Assert(c.Options))(t)
	w.Pass(passkeys.Life)
	if _, err := w.FinishLogin(ctx, browser, c.State, answer); !errors.Is(err, passkeys.ErrStale) {
		t.Errorf("too late: %v", err)
	}

	register := must(w.BeginRegistration(ctx, ada, browser))(t)
	made := must(key().Register(register.Options))(t)
	if _, err := w.FinishRegistration(ctx, eve, browser, register.State, made, "Mine"); !errors.Is(err, passkeys.ErrStale) {
		t.Errorf("registered for another person: %v", err)
	}
}

func TestAConfirmationIsByTheUsersOwn(t *testing.T) {
	w, k, other := newWorld(t), key(), key()
	ada, eve := w.Person("ada@example.org"), w.Person("eve@example.org")
	w.add(ada, k)
	w.add(eve, other)
	c := must(w.BeginConfirm(t.Context(), ada.ID, browser))(t)
	if _, err := w.FinishConfirm(t.Context(), ada.ID, browser, c.State, must(other.Assert(c.Options))(t)); !errors.Is(err, passkeys.ErrUnknown) {
		t.Errorf("somebody else's: %v", err)
	}
	bob := w.Person("bob@example.org")
	if _, err := w.BeginConfirm(t.Context(), bob.ID, browser); !errors.Is(err, passkeys.ErrUnknown) {
		t.Errorf("without any: %v", err)
	}
}

func TestOfManyWithOneAnswerOneSignsIn(t *testing.T) {
	userstest.OnEachEngine(t, func(t *testing.T, b store.Backend) {
		w, k := on(t, b), key()
		w.add(w.Person("ada@example.org"), k)
		c := must(w.BeginLogin(browser))(t)
		answer := must(k.Assert(c.Options))(t)
		var in atomic.Int32
		for _, err := range userstest.Race(32, func(int) error {
			_, err := w.FinishLogin(t.Context(), browser, c.State, answer)
			if err == nil {
				in.Add(1)
			}
			return err
		}) {
			if err != nil && !errors.Is(err, passkeys.ErrStale) {
				t.Errorf("got %v", err)
			}
		}
		if in.Load() != 1 {
			t.Errorf("%d signed in", in.Load())
		}
	})
}

func TestACredentialBelongsToOneUser(t *testing.T) {
	w, k := newWorld(t), key()
	k.ID = []byte("the same on both")
	w.add(w.Person("ada@example.org"), k)
	eve := w.Person("eve@example.org")
	if _, err := w.try(eve, k.Copy()); !errors.Is(err, passkeys.ErrTaken) {
		t.Errorf("got %v", err)
	}
}

func TestAUserHasAFewPasskeysWithOneHandle(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@example.org")
	handle := w.add(ada, key()).Handle
	c := must(w.BeginRegistration(t.Context(), ada, browser))(t) // while there was room
	for i := 1; i < passkeys.Most; i++ {
		if p := w.add(ada, key()); p.Handle != handle {
			t.Fatal("another handle")
		}
	}
	if _, err := w.BeginRegistration(t.Context(), ada, browser); !errors.Is(err, passkeys.ErrMost) {
		t.Errorf("begin one more: %v", err)
	}
	if _, err := w.FinishRegistration(t.Context(), ada, browser, c.State, must(key().Register(c.Options))(t), "More"); !errors.Is(err, passkeys.ErrMost) {
		t.Errorf("finish one more: %v", err)
	}
	if all := must(w.Of(t.Context(), ada.ID))(t); len(all) != passkeys.Most {
		t.Errorf("%d are kept", len(all))
	}
}

func TestManagingPasskeys(t *testing.T) {
	w, k := newWorld(t), key()
	ada, eve := w.Person("ada@example.org"), w.Person("eve@example.org")
	p, second := w.add(ada, k), w.add(ada, key())
	ctx := t.Context()
	if got := must(w.Rename(ctx, ada.ID, p.ID, "  Work \n laptop "))(t); got.Name != "Work laptop" {
		t.Errorf("renamed to %q", got.Name)
	}
	for _, bad := range []string{"", " ", strings.Repeat("x", 61), "a\x00b", "\xff"} {
		if _, err := w.Rename(ctx, ada.ID, p.ID, bad); err == nil {
			t.Errorf("%q is a name", bad)
		}
	}
	if _, err := w.Rename(ctx, eve.ID, p.ID, "Mine"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("somebody else renames: %v", err)
	}
	if _, _, err := w.Remove(ctx, eve.ID, p.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("somebody else removes: %v", err)
	}
	_, after, err := w.Remove(ctx, ada.ID, p.ID)
	if err != nil || after.SessionGeneration == ada.SessionGeneration {
		t.Errorf("removed: %v, %+v", err, after)
	}
	if _, err := w.signIn(k); !errors.Is(err, passkeys.ErrUnknown) {
		t.Errorf("signs in by what was removed: %v", err)
	}
	if _, _, err := w.Remove(ctx, ada.ID, second.ID); !errors.Is(err, errLast) {
		t.Errorf("the last one: %v", err)
	}
	if _, err := w.Withdraw(ctx, eve.ID, second.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("somebody else withdraws: %v", err)
	}
	u, err := w.Withdraw(ctx, ada.ID, second.ID)
	if err != nil || u.SessionGeneration == after.SessionGeneration {
		t.Errorf("withdrawn: %v", err)
	}
	if _, err := w.try(ada, key()); !errors.Is(err, passkeys.ErrStale) {
		t.Errorf("added after everything ended: %v", err)
	}
	w.add(u, key())
	if err := w.RemoveAll(ctx, ada.ID); err != nil {
		t.Fatal(err)
	}
	if all := must(w.Of(ctx, ada.ID))(t); len(all) != 0 {
		t.Errorf("left %+v", all)
	}
}

func TestTwoRemovalsLeaveOne(t *testing.T) {
	w := newWorld(t)
	ada := w.Person("ada@example.org")
	a, b := w.add(ada, key()), w.add(ada, key())
	w.Between("take", "passkeys", func() {
		if _, _, err := w.Remove(t.Context(), ada.ID, b.ID); err != nil {
			t.Errorf("the other: %v", err)
		}
	})
	if _, _, err := w.Remove(t.Context(), ada.ID, a.ID); !errors.Is(err, errLast) {
		t.Errorf("got %v", err)
	}
	if all := must(w.Of(t.Context(), ada.ID))(t); len(all) != 1 {
		t.Errorf("%d are left", len(all))
	}
}

// A passkey works at its host alone.
func TestPasskeysOfAnotherHost(t *testing.T) {
	b := userstest.NewMemory()
	w, k := on(t, b), key()
	ada := w.Person("ada@example.org")
	p := w.add(ada, k)
	err := w.set.Update(t.Context(), p.ID, func(p *passkeys.Passkey) error {
		p.RPID = "old.example"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.signIn(k); !errors.Is(err, passkeys.ErrUnknown) {
		t.Errorf("got %v", err)
	}
	if any := must(w.Any(t.Context(), ada.ID, ""))(t); any {
		t.Error("it counts as a way to sign in")
	}
}

func TestWherePasskeysAreAvailable(t *testing.T) {
	for address, wants := range map[string]string{
		"https://id.example.org":      "",
		"https://id.example.org:8443": "",
		"http://localhost:8080":       "",
		"http://hub.localhost":        "",
		"https://localhost":           "",
		"http://id.example.org":       "passkey.off.http",
		"https://192.0.2.1":           "passkey.off.ip",
		"http://127.0.0.1:8080":       "passkey.off.ip",
		"https://[2001:db8::1]":       "passkey.off.ip",
		"https://":                    "passkey.off.host",
	} {
		w := newWorld(t, func(o *passkeys.Options) { o.URL = address })
		ok, why := w.Available()
		if ok != (wants == "") || why.Code != wants {
			t.Errorf("%s: %v, %q, want %q", address, ok, why.Code, wants)
		}
		if _, err := w.BeginLogin(browser); ok != (err == nil) {
			t.Errorf("%s: %v", address, err)
		}
	}
}
