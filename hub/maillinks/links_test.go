package maillinks_test

import (
	"context"
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/testkit/mailtest"
)

const (
	good  = "seven lamps on a quiet pier"
	other = "nine boats behind the old mill"
)

// A world is a service for emailed links on a real database, with a mailbox.
type world struct {
	*maillinks.Service
	t    *testing.T
	post mailtest.Box
	time time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	err = db.Prepare(t.Context(), []store.CollectionSpec{
		{Name: "users", Unique: []string{"emailKey", "founder"}, Index: []string{"rank"}},
		{Name: "throttles"}, {Name: "links", Index: []string{"user"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, time: time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)}
	w.Service = &maillinks.Service{
		Links: store.NewCollection[maillinks.Link](db, "links", w.now), Mailer: mailtest.Mailer(&w.post),
		Users: users.New(users.Options{
			Users: store.NewCollection[users.User](db, "users", w.now), Throttles: store.NewCollection[passwords.Throttle](db, "throttles", w.now), Now: w.now,
			Hash: passwords.HashParams{Memory: 8, Time: 1, Threads: 1, Slots: 4, Queue: 1000},
		}),
		URL: "https://hub.example", Now: w.now,
	}
	return w
}

func (w *world) now() time.Time       { return w.time }
func (w *world) pass(d time.Duration) { w.time = w.time.Add(d) }

func (w *world) person(email string, verified bool) users.User {
	w.t.Helper()
	return must[users.User](w.t)(w.Users.Add(w.t.Context(), users.NewUser{Email: email, EmailVerified: verified, Password: good}))
}

// email picks up the emails, and returns the token in the one to an address;
// "" if none came there.
func (w *world) email(to string) (token string) {
	w.t.Helper()
	for _, l := range w.post.Take() {
		if at := regexp.MustCompile(`https://hub\.example/\S+/(\S{43})`).FindStringSubmatch(l.Text); at != nil && l.To == to {
			token = at[1]
		}
	}
	return token
}

// reset requests a link to reset a password.
func (w *world) reset(email string) (token string) {
	w.t.Helper()
	if err := w.Forgot(w.t.Context(), email); err != nil {
		w.t.Fatalf("forgot %s: %v", email, err)
	}
	return w.email(email)
}

// verify requests a link to verify an address.
func (w *world) verify(u users.User, email string) (token string) {
	w.t.Helper()
	if err := w.AskToVerify(w.t.Context(), u, email); err != nil {
		w.t.Fatalf("ask to verify %s: %v", email, err)
	}
	return w.email(email)
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// gone wants the link not to work any more.
func gone(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, maillinks.ErrLink) {
		t.Errorf("%s: got %v, want %v", what, err, maillinks.ErrLink)
	}
}

// Disabled users, and those with an unverified address, cannot sign in by a reset
// link.
func TestAForgottenPasswordIsAMatterOfProvedAddresses(t *testing.T) {
	w := newWorld(t)
	w.person("ada@example.org", true)
	w.person("unproved@example.org", false)
	off := w.person("disabled@example.org", true)
	must[users.User](t)(w.Users.SetDisabled(t.Context(), off.ID, true))
	for _, email := range []string{"unproved@example.org", "disabled@example.org", "nobody@example.org", "no address"} {
		if w.reset(email) != "" {
			t.Errorf("%s got a link", email)
		}
	}
	if w.reset("ada@example.org") == "" {
		t.Error("somebody who proved the address got no link")
	}
}

// The response is the same for every address, however often it is requested.
func TestNobodyLearnsByAskingWhoIsHere(t *testing.T) {
	w := newWorld(t)
	w.person("ada@example.org", true)
	sent := 0
	for range 6 {
		for _, email := range []string{"ada@example.org", "nobody@example.org"} {
			if w.reset(email) != "" {
				sent++
			}
		}
	}
	if sent != 4 {
		t.Errorf("%d emails in one hour, want 4", sent)
	}
	w.pass(time.Hour)
	if w.reset("ada@example.org") == "" {
		t.Error("none an hour later")
	}
}

func TestAResetLinkWorksForAnHourAndOnce(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada@example.org", true)
	token := w.reset("ada@example.org")
	w.pass(time.Hour - time.Second)
	if u := must[users.User](t)(w.Resets(t.Context(), token)); u.ID != ada.ID {
		t.Errorf("for %s", u.ID)
	}
	if _, err := w.ResetBy(t.Context(), token, "short"); err == nil || errors.Is(err, maillinks.ErrLink) {
		t.Errorf("a poor password: %v", err)
	}
	if u := must[users.User](t)(w.ResetBy(t.Context(), token, other)); u.SessionGeneration == ada.SessionGeneration {
		t.Error("what was issued before goes on")
	}
	_, err := w.Users.Authenticate(t.Context(), "ada@example.org", other, users.From{})
	must[struct{}](t)(struct{}{}, err)
	_, err = w.ResetBy(t.Context(), token, good)
	gone(t, "a second time", err)

	late := w.reset("ada@example.org")
	w.pass(time.Hour)
	_, err = w.ResetBy(t.Context(), late, good)
	gone(t, "after an hour", err)
}

func TestAResetLinkEndsWithTheAccountItWasMadeFor(t *testing.T) {
	for what, change := range map[string]func(w *world, id string) (users.User, error){
		"disabled": func(w *world, id string) (users.User, error) { return w.Users.SetDisabled(w.t.Context(), id, true) },
		"signed out everywhere": func(w *world, id string) (users.User, error) {
			return w.Users.EndEverything(w.t.Context(), id)
		},
		"another address": func(w *world, id string) (users.User, error) {
			return w.Users.SetEmail(w.t.Context(), id, "new@example.org", true)
		},
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			ada := w.person("ada@example.org", true)
			token := w.reset("ada@example.org")
			must[users.User](t)(change(w, ada.ID))
			_, err := w.Resets(t.Context(), token)
			gone(t, "looking", err)
			_, err = w.ResetBy(t.Context(), token, other)
			gone(t, "using it", err)
		})
	}
	w := newWorld(t)
	ada := w.person("ada@example.org", true)
	token := w.reset("ada@example.org")
	must[users.User](t)(w.Users.SetDisabled(t.Context(), ada.ID, true))
	again := must[users.User](t)(w.Users.SetDisabled(t.Context(), ada.ID, false))
	if again.Disabled {
		t.Fatal("still disabled")
	}
	_, err := w.ResetBy(t.Context(), token, other)
	gone(t, "disabled for a while", err)
}

// A link for one purpose does nothing else.
func TestALinkIsForOnePurpose(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada@example.org", true)
	verify := w.verify(ada, "new@example.org")
	reset := w.reset("ada@example.org")
	if verify == "" || reset == "" {
		t.Fatal("no email came")
	}
	_, err := w.ResetBy(t.Context(), verify, other)
	gone(t, "a password by proof of an address", err)
	_, err = w.Verified(t.Context(), ada, reset)
	gone(t, "an address by a link for a password", err)
	_, err = w.Take(t.Context(), maillinks.Reset, verify)
	gone(t, "taken for another purpose", err)
	for _, token := range []string{"", "x", strings.Repeat("A", 43)} {
		_, err = w.Look(t.Context(), maillinks.Reset, token)
		gone(t, "made up: "+token, err)
	}
	if _, err := w.Verified(t.Context(), ada, verify); err != nil {
		t.Errorf("all that used it up: %v", err)
	}
}

func TestAnAddressIsProvedWithinADayByItsOwner(t *testing.T) {
	w := newWorld(t)
	ada, eve := w.person("ada@example.org", false), w.person("eve@example.org", true)
	token := w.verify(ada, "ada@example.org")
	_, err := w.Verified(t.Context(), eve, token)
	gone(t, "by somebody else, who would get the address", err)
	off := ada
	off.Disabled = true
	_, err = w.Verifies(t.Context(), off, token)
	gone(t, "disabled", err)
	later := ada
	later.SessionGeneration++
	_, err = w.Verifies(t.Context(), later, token)
	gone(t, "signed out everywhere since", err)
	w.pass(24*time.Hour - time.Second)
	after := must[users.User](t)(w.Verified(t.Context(), ada, token))
	if !after.EmailVerified || after.ID != ada.ID {
		t.Errorf("got %+v", after)
	}
	if sent := w.post.Take(); len(sent) != 0 {
		t.Errorf("nothing was replaced, but somebody is told: %+v", sent)
	}
	_, err = w.Verified(t.Context(), after, token)
	gone(t, "a second time", err)

	token = w.verify(after, "new@example.org")
	w.pass(24 * time.Hour)
	_, err = w.Verified(t.Context(), after, token)
	gone(t, "after a day", err)
}

// The old address gets an email, and links to other addresses become invalid.
func TestAChangedAddressEndsTheOtherLinksAndIsToldToTheOld(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada@example.org", true)
	first, second := w.verify(ada, "one@example.org"), w.verify(ada, "two@example.org")
	after := must[users.User](t)(w.Verified(t.Context(), ada, second))
	if after.Email != "two@example.org" {
		t.Errorf("got %s", after.Email)
	}
	if sent := w.post.Take(); len(sent) != 1 || sent[0].To != "ada@example.org" {
		t.Errorf("told: %+v", sent)
	}
	_, err := w.Verified(t.Context(), after, first)
	gone(t, "the one before", err)

	bob := w.person("bob@example.org", false)
	taken := w.verify(bob, "two@example.org")
	if _, err := w.Verified(t.Context(), bob, taken); err == nil || errors.Is(err, maillinks.ErrLink) {
		t.Errorf("an address that is somebody's: %v", err)
	}
	if u := must[users.User](t)(w.Users.ByEmail(t.Context(), "two@example.org")); u.ID != ada.ID {
		t.Error("the address went to somebody else")
	}
}

// Emails to one mailbox are limited for all senders together. A mailbox that only
// folds to the same address proves nothing.
func TestNobodysMailboxIsFilled(t *testing.T) {
	w := newWorld(t)
	asked := func(from string) error {
		return w.AskToVerify(t.Context(), w.person(from, true), "victim@example.org")
	}
	for i := range 4 {
		if err := asked(string(rune('a'+i)) + "@example.org"); err != nil {
			t.Fatal(err)
		}
	}
	if err := asked("fifth@example.org"); !errors.Is(err, maillinks.ErrOften) {
		t.Errorf("a fifth email within an hour: %v", err)
	}
	if n := len(w.post.Take()); n != 4 {
		t.Errorf("%d emails", n)
	}
	if err := w.AskToVerify(t.Context(), w.person("eve@example.org", true), "\u017fam@example.org"); !errors.Is(err, emailaddr.ErrInvalid) {
		t.Errorf("a mailbox that reads like another: %v", err)
	}
}

// Links can be requested for any known address. Such requests do not invalidate
// the owner's links, and each address gets few emails.
func TestStrangersUseUpNobodyElsesLinks(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada@example.org", true)
	for range 6 {
		w.reset("ada@example.org")
	}
	for what, send := range map[string]func(context.Context, users.User) error{"themselves": w.ProveByReset, "an administrator": w.SendReset} {
		for i := range 4 {
			if err := send(t.Context(), ada); err != nil {
				t.Errorf("%s, email %d: %v", what, i+1, err)
			}
		}
		if err := send(t.Context(), ada); !errors.Is(err, maillinks.ErrOften) {
			t.Errorf("%s, a fifth email: %v", what, err)
		}
	}
	for range 6 {
		if link, err := w.ResetLink(t.Context(), ada); err != nil || link == "" {
			t.Errorf("a link that nobody is mailed: %v", err)
		}
	}
	holder := w.person("holder@example.org", false)
	for i := range 5 {
		_ = w.AskToVerify(t.Context(), w.person(string(rune('a'+i))+"@example.org", true), "holder@example.org")
	}
	if w.verify(holder, "holder@example.org") == "" {
		t.Error("others who want an address used up the emails of the account that has it")
	}
}
