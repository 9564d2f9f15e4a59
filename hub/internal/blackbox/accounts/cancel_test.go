package accounts_test

import (
	"testing"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// On every page of a flow the user can go back to the application, which learns
// that they did not want to go on.
func TestEveryPageOfAFlowLeadsBackToTheApp(t *testing.T) {
	box := &hubtest.Postbox{}
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{Mail: box})
	w.AllowEmailSignIn()
	err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) {
		s.SecondFactor, s.SecondFactorRoles, s.SignUp = settings.SecondFactorForAdministrators, []string{"writer"}, settings.SignUpOpen
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Person("ada@example.org")
	w.Person("eve@example.org", "writer")
	w.WithApp("ada@example.org")
	w.Person("bob@example.org")
	a := w.App()

	flow := func(p hubtest.Page) string { return "flow=" + p.URL.Query().Get("flow") }
	for name, reach := range map[string]func(b *hubtest.Browser, p hubtest.Page) hubtest.Page{
		"sign-in": func(_ *hubtest.Browser, p hubtest.Page) hubtest.Page { return p },
		"a wrong password": func(b *hubtest.Browser, p hubtest.Page) hubtest.Page {
			return b.Submit(p, "/signin", "email", "bob@example.org", "password", "not the password at all")
		},
		"second factor": func(b *hubtest.Browser, p hubtest.Page) hubtest.Page { return b.SignIn(p, "ada@example.org") },
		"a wrong code": func(b *hubtest.Browser, p hubtest.Page) hubtest.Page {
			return b.Submit(b.SignIn(p, "ada@example.org"), "/signin/second", "code", "000000")
		},
		"enrolment": func(b *hubtest.Browser, p hubtest.Page) hubtest.Page { return b.SignIn(p, "eve@example.org") },
		"the question for an address": func(b *hubtest.Browser, p hubtest.Page) hubtest.Page {
			return b.Open("/signin/email?" + flow(p))
		},
		"the code by email": func(b *hubtest.Browser, p hubtest.Page) hubtest.Page {
			return b.AskForCode("/signin/email?"+flow(p), "bob@example.org")
		},
		"sign-up": func(b *hubtest.Browser, p hubtest.Page) hubtest.Page { return b.Open("/signup?" + flow(p)) },
		"a sent link": func(b *hubtest.Browser, p hubtest.Page) hubtest.Page {
			return b.Submit(b.Open("/signup?"+flow(p)), "/signup", "email", "new@example.org")
		},
		"forgotten": func(b *hubtest.Browser, p hubtest.Page) hubtest.Page { return b.Open("/password/forgot?" + flow(p)) },
		"a sent link to choose a password": func(b *hubtest.Browser, p hubtest.Page) hubtest.Page {
			return b.Submit(b.Open("/password/forgot?"+flow(p)), "/password/forgot", "email", "bob@example.org")
		},
		"a browser to confirm": func(b *hubtest.Browser, p hubtest.Page) hubtest.Page {
			return b.Open("/signin/confirm?" + flow(p))
		},
		"confirm it's you": func(b *hubtest.Browser, _ hubtest.Page) hubtest.Page {
			b.SignIn(b.Open("/signin"), "bob@example.org")
			return b.Authorize(a.Request("prompt", "login", "state", "a state"))
		},
		"the choice of an account": func(b *hubtest.Browser, _ hubtest.Page) hubtest.Page {
			b.SignIn(b.Open("/signin"), "bob@example.org")
			return b.Authorize(a.Request("prompt", "select_account", "state", "a state"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := w.Browser()
			start := b.Authorize(a.Request("state", "a state"))
			p := reach(b, start)
			has(t, name, p, "Cancel and go back to")
			answer := b.Answer(b.Submit(p, "/signin/cancel"))
			hubtest.Want(t, "error", answer.Get("error"), "access_denied")
			hubtest.Want(t, "state", answer.Get("state"), "a state")
			hubtest.Want(t, "iss", answer.Get("iss"), w.URL)
			hubtest.RefusedPage(t, "the same again", b.Submit(p, "/signin/cancel"))
		})
	}

	b, thief := w.Browser(), w.Browser()
	p := b.Authorize(a.Request())
	strange := thief.Submit(thief.Authorize(a.Request()), "/signin/cancel", "flow", p.URL.Query().Get("flow"))
	hubtest.RefusedPage(t, "a flow of another browser", strange)
	lacks(t, "a page without a flow", b.Open("/signin"), "/signin/cancel")
}

// Who cancels at the provider is told so, and can go on in another way or go back
// to the application.
func TestACancellationAtTheProviderIsSaid(t *testing.T) {
	hubs := hubtest.NewPair(t, hubtest.NewWorld(t, hubtest.OpenSQLite(t)))
	hubs.Primary.Person("ada@example.org")
	a := hubs.Secondary.App()
	b := hubs.Secondary.Browser()
	p := b.Hop(b.Post(b.Authorize(a.Request("state", "a state")), "/signin/with/"+hubs.Key.ID))
	for range 5 {
		if p.Location == "" {
			break
		}
		p = b.Hop(p)
	}
	p = b.At(hubs.Primary).Post(p, "/signin/cancel")
	for p.Location != "" {
		p = b.Hop(p)
	}
	has(t, "the page", p, "You cancelled at Head office.", `id="action"`, "Cancel and go back to")
	answer := b.Answer(b.Submit(p, "/signin/cancel"))
	hubtest.Want(t, "error", answer.Get("error"), "access_denied")
	hubtest.Want(t, "state", answer.Get("state"), "a state")
}
