package signup_test

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/hub/users/signup"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/testkit/mailtest"
)

const good = "seven lamps on a quiet pier"

// A world lets people sign up on a real database, with a mailbox.
type world struct {
	*signup.Service
	t   *testing.T
	box mailtest.Box
}

func newWorld(t *testing.T, edit func(*settings.Settings)) *world {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	err = db.Prepare(t.Context(), []store.CollectionSpec{
		{Name: "users", Unique: []string{"emailKey", "founder", "signInName"}, Index: []string{"rank", "waiting", "signInPhone"}},
		{Name: "links", Index: []string{"user"}}, {Name: "settings"}, {Name: "invitations", Index: []string{"token"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t}
	people := users.New(users.Options{
		Users:       store.NewCollection[users.User](db, "users", time.Now),
		Invitations: store.NewCollection[users.Invitation](db, "invitations", time.Now),
		Now:         time.Now, Hash: passwords.HashParams{Memory: 8, Time: 1, Threads: 1, Slots: 4, Queue: 1000},
	})
	w.Service = &signup.Service{
		Users: people, Settings: settings.NewService(store.NewCollection[settings.Settings](db, "settings", time.Now), "", time.Now),
		MailLinks: &maillinks.Service{Links: store.NewCollection[maillinks.Link](db, "links", time.Now), Mailer: mailtest.Mailer(&w.box), Users: people,
			URL: "https://hub.example", Now: time.Now},
	}
	w.Settings.Delivers = func() bool { return true }
	w.change(edit)
	return w
}

func (w *world) change(edit func(*settings.Settings)) {
	w.t.Helper()
	if err := w.Settings.Change(w.t.Context(), "test", edit); err != nil {
		w.t.Fatal(err)
	}
}

// link asks for a link and returns its token; "" if none came.
func (w *world) link(email string) string {
	w.t.Helper()
	if err := w.Ask(w.t.Context(), maillinks.SignUpRequest{Email: email, Flow: "flow", To: "/account"}); err != nil {
		w.t.Fatal(err)
	}
	for _, m := range w.box.Take() {
		if at := regexp.MustCompile(`/signup/(\S{43})`).FindStringSubmatch(m.Text); at != nil && m.To == email {
			return at[1]
		}
	}
	return ""
}

func open(s *settings.Settings) { s.SignUp = settings.SignUpOpen }

func TestALinkMakesOneAccount(t *testing.T) {
	w := newWorld(t, open)
	token := w.link("Ada@Example.org")
	r, err := w.Asked(t.Context(), token)
	if want := (maillinks.SignUpRequest{Email: "Ada@Example.org", Flow: "flow", To: "/account"}); err != nil || r != want {
		t.Errorf("got %+v, %v", r, err)
	}
	for _, poor := range []string{"", "short", "perasperaadastra", "ada example ada example"} {
		var problems forms.Problems
		if _, err := w.Create(t.Context(), token, "Ada", "", poor); !errors.As(err, &problems) {
			t.Errorf("the password %q: %v", poor, err)
		}
	}
	var won atomic.Int64
	var group sync.WaitGroup
	for range 32 {
		group.Go(func() {
			u, err := w.Create(t.Context(), token, "Ada", "", good)
			switch {
			case err == nil && u.EmailVerified && u.EmailKey == "ada@example.org" && len(u.Roles) == 0 && !u.Disabled:
				won.Add(1)
			case !errors.Is(err, maillinks.ErrLink):
				t.Errorf("got %+v, %v", u, err)
			}
		})
	}
	group.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 32 created the account", won.Load())
	}
	if again := w.link("ada@example.org"); again != "" {
		t.Error("an address with an account got a link")
	}
}

func TestTwoLinksOfOneAddressMakeOneAccount(t *testing.T) {
	w := newWorld(t, open)
	one, two := w.link("ada@example.org"), w.link("ada@example.org")
	if _, err := w.Create(t.Context(), one, "Ada", "", good); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Create(t.Context(), two, "Eve", "", good); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
}

func TestWhoMayNotSignUpGetsNoLink(t *testing.T) {
	w := newWorld(t, func(s *settings.Settings) {
		s.SignUp, s.SignUpDomains = settings.SignUpByDomain, []string{"example.org"}
	})
	if domains, err := w.Offered(t.Context()); err != nil || len(domains) != 1 {
		t.Errorf("offered to %q, %v", domains, err)
	}
	if w.link("ada@elsewhere.example") != "" {
		t.Error("another domain got a link")
	}
	for _, bad := range []string{"", "ada", "ſam@example.org", "a@b@example.org"} {
		if err := w.Ask(t.Context(), maillinks.SignUpRequest{Email: bad}); !errors.Is(err, emailaddr.ErrInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	token := w.link("ada@example.org")
	w.change(func(s *settings.Settings) { s.SignUp = settings.SignUpByInvitation })
	if _, err := w.Create(t.Context(), token, "Ada", "", good); !errors.Is(err, signup.ErrClosed) {
		t.Errorf("after sign-up was closed: %v", err)
	}
	if err := w.Ask(t.Context(), maillinks.SignUpRequest{Email: "ada@example.org"}); !errors.Is(err, signup.ErrClosed) {
		t.Errorf("asking then: %v", err)
	}
}

func TestOneDecisionAboutAWaitingUserCounts(t *testing.T) {
	w := newWorld(t, func(s *settings.Settings) { s.SignUp, s.SignUpApproval = settings.SignUpOpen, true })
	u, err := w.Create(t.Context(), w.link("ada@example.org"), "Ada", "", good)
	if err != nil || !u.Disabled || u.Waiting == "" {
		t.Fatalf("got %+v, %v", u, err)
	}
	if waiting, err := w.Users.Waiting(t.Context(), 10); err != nil || len(waiting) != 1 || waiting[0].ID != u.ID {
		t.Errorf("waiting are %+v, %v", waiting, err)
	}
	var approved, refused atomic.Int64
	var group sync.WaitGroup
	for range 16 {
		for count, decide := range map[*atomic.Int64]func(context.Context, string) (users.User, error){&approved: w.Users.Approve, &refused: w.Users.Refuse} {
			group.Go(func() {
				switch _, err := decide(t.Context(), u.ID); {
				case err == nil:
					count.Add(1)
				case !errors.Is(err, users.ErrNotWaiting):
					t.Error(err)
				}
			})
		}
	}
	group.Wait()
	after, err := w.Users.Get(t.Context(), u.ID)
	if err != nil || approved.Load()+refused.Load() != 1 || after.Disabled != (refused.Load() == 1) || after.Waiting != "" {
		t.Errorf("%d approved and %d refused: %+v, %v", approved.Load(), refused.Load(), after, err)
	}
}
