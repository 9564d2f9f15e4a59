package signin_test

import (
	"testing"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
)

// from is the same browser with another client address.
func from(b *hubtest.Browser, address string) *hubtest.Browser {
	client := *b.Client
	client.Transport = nil
	return (&hubtest.Browser{W: b.W, Client: &client}).From(address)
}

func TestANewBrowserOrNetworkAsksForTheSecondFactor(t *testing.T) {
	hubtest.OnBothEnginesBehindProxy(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		bob := w.Person("bob@example.org")
		w.Person("carol@example.org", users.AdminRole)
		_, app, _ := w.WithApp("ada@example.org")
		policy := func(who string) {
			if err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.SecondFactor, s.SecondFactorDays = who, new(int) }); err != nil {
				t.Fatal(err)
			}
		}
		policy(settings.SecondFactorByRisk)
		leads := func(b *hubtest.Browser, email string) hubtest.Page { return b.SignIn(b.Open("/signin"), email) }
		out := func(b *hubtest.Browser) { b.Submit(b.Open("/signout"), "/signout") }

		home := from(w.Browser(), "203.0.113.7")
		p := leads(home, "ada@example.org")
		hubtest.Want(t, "a new browser", p.URL.Path, "/signin/second")
		home.Submit(p, "/signin/second", "code", app.Code())
		out(home)
		hubtest.Want(t, "the same browser and network", leads(home, "ada@example.org").URL.Path, "/account")
		hubtest.Want(t, "a change of the account", home.Prove(home.Open("/account/second-factor")).URL.Path, "/signin/second")
		out(home)
		neighbour := from(home, "203.0.113.99")
		hubtest.Want(t, "the same network, another address", leads(neighbour, "ada@example.org").URL.Path, "/account")
		out(neighbour)
		cafe := from(home, "198.51.100.7")
		p = leads(cafe, "ada@example.org")
		hubtest.Want(t, "another network", p.URL.Path, "/signin/second")
		cafe.Submit(p, "/signin/second", "code", app.Code())
		out(cafe)
		hubtest.Want(t, "that network again", leads(cafe, "ada@example.org").URL.Path, "/account")
		out(cafe)
		hubtest.Want(t, "the first network again", leads(home, "ada@example.org").URL.Path, "/account")
		out(home)
		hubtest.Want(t, "another browser there", leads(from(w.Browser(), "203.0.113.7"), "ada@example.org").URL.Path, "/signin/second")

		hubtest.Want(t, "another user in the same browser, without a factor", leads(home, "bob@example.org").URL.Path, "/signin/enrol")
		policy(settings.SecondFactorOptional)
		for _, email := range []string{"bob@example.org", "carol@example.org"} {
			leads(home, email)
			out(home)
		}
		policy(settings.SecondFactorByRisk)
		hubtest.Want(t, "who signed in here before", leads(home, "bob@example.org").URL.Path, "/account")
		out(home)
		if err := w.Hub.EndSessions(t.Context(), audit.Named("test"), bob.ID); err != nil {
			t.Fatal(err)
		}
		hubtest.Want(t, "after everything was ended", leads(home, "bob@example.org").URL.Path, "/signin/enrol")
		hubtest.Want(t, "an administrator in a known browser", leads(home, "carol@example.org").URL.Path, "/signin/enrol")
	})
}

// Browsers that were known before there was a factor are asked for it.
func TestANewFactorMakesKnownBrowsersNew(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	thief := w.Browser()
	if !enters(thief, "ada@example.org") {
		t.Fatal("the password is not enough yet")
	}
	thief.Submit(thief.Open("/signout"), "/signout")
	home, app, _ := w.WithApp("ada@example.org")
	hubtest.Done(t, w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.SecondFactor = settings.SecondFactorByRisk }))
	hubtest.Want(t, "the thief's browser", thief.SignIn(thief.Open("/signin"), "ada@example.org").URL.Path, "/signin/second")
	home.Submit(home.Open("/signout"), "/signout")
	p := home.SignIn(home.Open("/signin"), "ada@example.org")
	home.Submit(p, "/signin/second", "code", app.Code())
	home.Submit(home.Open("/signout"), "/signout")
	hubtest.Want(t, "the owner's, after one more code", home.SignIn(home.Open("/signin"), "ada@example.org").URL.Path, "/account")
}
