package signin_test

import (
	"html"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/texts"
)

func requires(c *clients.Client) { c.SecondFactor, c.SkipAuthorization = true, true }

// An application that requires a second factor gets users with two factors, or
// with a browser that they trust, whatever the settings ask for.
func TestAnApplicationRequiresASecondFactor(t *testing.T) {
	for _, policy := range []string{settings.SecondFactorNever, settings.SecondFactorOptional, settings.SecondFactorForAll} {
		t.Run(policy, func(t *testing.T) {
			w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{SecondFactor: settings.SecondFactorOptional})
			w.Person("ada@example.org")
			w.Person("bob@example.org")
			strict, plain := w.App(requires), w.App(func(c *clients.Client) { c.SkipAuthorization = true })
			_, app, _ := w.WithApp("ada@example.org")
			if policy != settings.SecondFactorOptional {
				hubtest.Done(t, w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.SecondFactor = policy }))
			}
			acr := func(a *hubtest.App, b *hubtest.Browser, p hubtest.Page) any {
				return w.Verified(a.Redeem(b.Answer(p).Get("code")).Str("id_token"), "RS256", "")["acr"]
			}

			b := w.Browser()
			p := b.SignIn(b.Authorize(strict.Request()), "ada@example.org")
			hubtest.Want(t, "Ada, on the way in", p.URL.Path, "/signin/second")
			p = b.Submit(p, "/signin/second", "code", app.Code())
			hubtest.Want(t, "her acr", acr(strict, b, p), any("urn:fedhub:acr:2"))

			if policy == settings.SecondFactorForAll {
				return // Bob must set one up for every application
			}
			b = w.Browser()
			p = b.SignIn(b.Authorize(plain.Request()), "bob@example.org")
			hubtest.Want(t, "Bob at another application", acr(plain, b, p), any("urn:fedhub:acr:1"))
			hubtest.Want(t, "prompt=none", b.Answer(b.Authorize(strict.Request("prompt", "none"))).Get("error"), "login_required")
			p = b.SignIn(b.Authorize(strict.Request()), "bob@example.org")
			hubtest.Want(t, "Bob, who has no factor", p.URL.Path, "/signin/enrol")
			hubtest.Want(t, "putting it off", b.Submit(p, "/signin/enrol", "later", "1").Status >= 400, true)
			own := w.Scan(p)
			p = b.Submit(p, "/signin/enrol", "code", own.Code())
			hubtest.Want(t, "recovery codes", len(hubtest.RecoveryCodes(p)), 10)
			hubtest.Want(t, "Bob's acr", acr(strict, b, b.Authorize(strict.Request())), any("urn:fedhub:acr:2"))
		})
	}
}

func TestATrustedBrowserIsEnoughForAnApplicationThatRequiresASecondFactor(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	strict := w.App(requires)
	_, app, _ := w.WithApp("ada@example.org")
	b := trusting(t, w, app)
	p := b.SignIn(b.Authorize(strict.Request()), "ada@example.org")
	claims := w.Verified(strict.Redeem(b.Answer(p).Get("code")).Str("id_token"), "RS256", "")
	hubtest.Want(t, "acr", claims["acr"], any("urn:fedhub:acr:1"))
	hubtest.Want(t, "with the live session", b.Authorize(strict.Request()).Status, http.StatusSeeOther)
	home := w.Browser()
	home.SignInWith("ada@example.org", app)
	home.Submit(home.Open("/account/second-factor"), "/account/second-factor/trusted/remove", "all", "1")
	b.Submit(b.Open("/signout"), "/signout")
	p = b.SignIn(b.Authorize(strict.Request()), "ada@example.org")
	hubtest.Want(t, "a sign-in after the trust ended", p.URL.Path, "/signin/second")
}

func TestADeviceNeverSkipsTheSecondFactorOfItsApplication(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	w.Person("bob@example.org")
	tv := w.Television(requires)
	home, app, _ := w.WithApp("ada@example.org")
	r := tv.Begin()
	p := home.AnswerDevice(r.Str("user_code"), "", "allow")
	hubtest.Want(t, "Ada, signed in with one factor", p.URL.Path, "/signin/second")
	hubtest.Want(t, "the device", tv.Poll(r.Str("device_code")).Str("error"), "authorization_pending")
	p = home.Submit(p, "/signin/second", "code", app.Code())
	hubtest.Want(t, "afterwards", p.URL.Path, "/device/confirm")
	home.Submit(p, "/device/confirm", "decision", "allow")
	w.Clock.Skip(10 * time.Second)
	hubtest.Want(t, "the device then", tv.Poll(r.Str("device_code")).Str("access_token") != "", true)

	r = tv.Begin()
	b := w.Browser()
	b.SignIn(b.Open("/signin"), "bob@example.org")
	p = b.AnswerDevice(r.Str("user_code"), "", "allow")
	hubtest.Want(t, "Bob, who has no factor", p.Status, http.StatusForbidden)
	contains(t, "Bob's page", p.Body, `href="/account/second-factor"`)
	hubtest.Want(t, "the device", tv.Poll(r.Str("device_code")).Str("error"), "authorization_pending")
}

// Whoever runs commands on the machine could take over an administrator's account.
func TestAllAdministratorsAreToldOfAResetOfOneOfThem(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	ada := w.Person("ada@example.org", users.AdminRole)
	w.Person("bob@example.org", users.AdminRole)
	carol := w.Person("carol@example.org")
	for _, u := range []users.User{ada, carol} {
		hubtest.Done(t, w.Hub.ResetSecondFactor(t.Context(), audit.Named("the machine's user"), u.ID))
	}
	var told []string
	for _, m := range box.About("The second factors of") {
		contains(t, "the email", m.Text, "the machine's user")
		contains(t, "the email", m.Text, w.URL+"/admin/users/"+ada.ID)
		told = append(told, m.To)
	}
	slices.Sort(told)
	hubtest.Want(t, "told", strings.Join(told, " "), "bob@example.org")
}

// Without email, the overview tells them.
func TestTheOverviewShowsAResetOfAnAdministrator(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada := w.Person("ada@example.org", users.AdminRole)
	w.Person("bob@example.org", users.AdminRole)
	b := w.Home("bob@example.org")
	if p := b.Open("/admin"); strings.Contains(p.Body, "second factor of the administrator") {
		t.Fatal("there is a warning before")
	}
	hubtest.Done(t, w.Hub.ResetSecondFactor(t.Context(), audit.Named("the machine's user"), ada.ID))
	p := b.Open("/admin")
	contains(t, "the overview", html.UnescapeString(p.Body), "The second factor of the administrator Ada Lovelace was removed by the machine's user.")
	contains(t, "the overview", p.Body, `href="/admin/users/`+ada.ID+`"`)
}

// A password alone must not lead to a factor, and through it to an application
// that requires one.
func TestUnderThePolicyNeverAPasswordChangesNoFactor(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	_, app, _ := w.WithApp("ada@example.org")
	hubtest.Done(t, w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.SecondFactor = settings.SecondFactorNever }))
	b := w.Browser()
	hubtest.Want(t, "a sign-in", b.SignIn(b.Open("/signin"), "ada@example.org").URL.Path, "/account")
	p := b.Open("/account/second-factor")
	hubtest.Want(t, "the page about factors", p.URL.Path, "/signin/prove")
	p = b.Prove(p)
	hubtest.Want(t, "after the password", p.URL.Path, "/signin/second")
	p = b.Submit(p, "/signin/second", "code", app.Code())
	hubtest.Want(t, "after the code", p.URL.Path, "/account/second-factor")
}

func TestTheTokenEndpointRequiresTheSecondFactorToo(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
	b := w.Browser()
	p := b.SignIn(b.Authorize(a.Request("scope", "openid offline_access")), "ada@example.org")
	if strings.Contains(p.Body, `action="/consent"`) {
		p = b.Submit(p, "/consent", "decision", "allow")
	}
	got := a.Redeem(b.Answer(p).Get("code"))
	hubtest.Done(t, w.Hub.ChangeClient(t.Context(), audit.Named("test"), a.ID, texts.Text{}, func(c *clients.Client) { c.SecondFactor = true }))
	w.Clock.Skip(5 * time.Second)
	hubtest.Refused(t, "a refresh after a sign-in with one factor", a.Refresh(got.Str("refresh_token")), 400, "invalid_grant")
}
