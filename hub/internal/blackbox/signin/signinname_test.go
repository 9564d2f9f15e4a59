package signin_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/internal/testkit/countstore"
)

func withNames(t *testing.T) (*hubtest.World, *hubtest.Postbox) {
	t.Helper()
	w, box := hubtest.MailingWorld(t)
	u := w.Person("ada@example.org")
	name, number := "ada", "+4930123456"
	_, err := w.Hub.ChangeSignIn(t.Context(), audit.Named("test"), u.ID, &name, &number)
	hubtest.Done(t, err)
	return w, box
}

func allow(t *testing.T, w *hubtest.World, names, phones bool) {
	t.Helper()
	hubtest.Done(t, w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.UserNameSignIn, s.PhoneSignIn = names, phones }))
}

func TestAUserNameSignsInByTheSettings(t *testing.T) {
	w, _ := withNames(t)
	for _, tt := range []struct {
		names, phones bool
		label, kind   string
		works         []string
	}{
		{false, false, ">Email</label>", `type="email"`, nil},
		{true, false, ">Email or user name</label>", `type="text"`, []string{"ada", " ADA"}},
		{false, true, ">Email or phone number</label>", `type="text"`, []string{"0049 30/123456"}},
		{true, true, ">Email, user name or phone number</label>", `type="text"`, []string{"ada", "+4930123456"}},
	} {
		allow(t, w, tt.names, tt.phones)
		p := w.Browser().Open("/signin")
		if !strings.Contains(p.Body, tt.label) || !strings.Contains(p.Body, `name="email" `+tt.kind) {
			t.Errorf("%+v: %s", tt, p.Body)
		}
		worked := 0
		for _, typed := range []string{"ada", " ADA", "0049 30/123456", "+4930123456"} {
			b := w.Browser()
			b.Post(b.Open("/signin"), "/signin", "email", typed, "password", hubtest.Password)
			if signedInAs(b, "ada@example.org") {
				worked++
			}
		}
		for _, typed := range tt.works {
			b := w.Browser()
			b.Post(b.Open("/signin"), "/signin", "email", typed, "password", hubtest.Password)
			if !signedInAs(b, "ada@example.org") {
				t.Errorf("%+v: %q does not sign in", tt, typed)
			}
		}
		if len(tt.works) == 0 && worked > 0 {
			t.Error("names sign in although they are off")
		}
	}
}

// The answer, its status and what it costs are the same whether a name has an
// account or not.
func TestAStrangerLearnsNoUserName(t *testing.T) {
	w, _ := withNames(t)
	allow(t, w, true, true)
	type answer struct {
		status int
		text   string
		cost   countstore.Cost
	}
	ask := func(typed string) answer {
		b := w.Browser()
		p := b.Open("/signin")
		var got hubtest.Page
		cost := w.Asked.OfRequests(func() { got = b.Post(p, "/signin", "email", typed, "password", "not the password") })
		cost.Records = 0 // the account itself
		return answer{got.Status, hubtest.Gist(got.Body), cost}
	}
	ask("ada")
	ask("eve")
	for _, pair := range [][2]string{{"ada", "eve"}, {"+4930123456", "+4930654321"}} {
		known, unknown := ask(pair[0]), ask(pair[1])
		if known != unknown {
			t.Errorf("%s: %+v, %s: %+v", pair[0], known, pair[1], unknown)
		}
	}
}

// A name recovers, verifies and links nothing: only the address does.
func TestAUserNameRecoversNothing(t *testing.T) {
	w, box := withNames(t)
	allow(t, w, true, true)
	w.AllowEmailSignIn()
	for _, form := range []string{"/password/forgot", "/signin/email"} {
		for _, typed := range []string{"ada", "+4930123456"} {
			b := w.Browser()
			b.Post(b.Open(form), form, "email", typed)
		}
	}
	if sent := box.All(); len(sent) != 0 {
		t.Errorf("sent %v", sent)
	}
}

// The database admits a user name once.
func TestNamesAreUniqueOnBothEngines(t *testing.T) {
	hubtest.OnBothEnginesAs(t, hub.Config{}, func(t *testing.T, w *hubtest.World) {
		a, b := w.Person("ada@example.org"), w.Person("bob@example.org")
		name := "Same.Name"
		_, err := w.Hub.ChangeSignIn(t.Context(), audit.Named("test"), a.ID, &name, nil)
		hubtest.Done(t, err)
		if _, err := w.Hub.ChangeSignIn(t.Context(), audit.Named("test"), b.ID, &name, nil); err == nil {
			t.Error("two users have one user name")
		}
	})
}

func TestAUserNameIsChosenAtSignUp(t *testing.T) {
	w, box := withNames(t)
	allow(t, w, true, false)
	hubtest.Done(t, w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.SignUp = settings.SignUpOpen }))
	b := w.Browser()
	b.Submit(b.Open("/signup"), "/signup", "email", "eve@example.org")
	link := box.Link(w, "eve@example.org")
	for _, taken := range []string{"ADA", "аda"} { // of another user, and of none
		p := b.Submit(b.Open(link), link, "name", "Eve", "sign_in_name", taken, "password", "three quiet herons wade")
		if p.Status != 422 || !strings.Contains(p.Body, `id="sign_in_name-error"`) {
			t.Errorf("%q: %d %s", taken, p.Status, p.Body)
		}
	}
	b.Submit(b.Open(link), link, "name", "Eve", "sign_in_name", "Eve.2", "password", "three quiet herons wade")
	other := w.Browser()
	other.Post(other.Open("/signin"), "/signin", "email", "eve.2", "password", "three quiet herons wade")
	if !signedInAs(other, "eve@example.org") {
		t.Error("the chosen name does not sign in")
	}
}
