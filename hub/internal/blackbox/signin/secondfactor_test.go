package signin_test

import (
	"html"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
)

func contains(t *testing.T, what, text, part string) {
	t.Helper()
	if !strings.Contains(text, part) {
		t.Errorf("%s: got %q, want it to have %q", what, text, part)
	}
}

func TestASecondFactorStandsBetweenThePasswordAndTheSession(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
	_, app, codes := w.WithApp("ada@example.org")

	b := w.Browser()
	p := b.SignIn(b.Authorize(a.Request()), "ada@example.org")
	contains(t, "the page behind the password", p.URL.String(), "/signin/second?stop=")
	for _, path := range []string{"/account", "/account/second-factor", "/account/password"} {
		if at := b.Open(path); !strings.HasPrefix(at.URL.Path, "/signin") {
			t.Errorf("half-way in %s is open", path)
		}
	}
	if again := b.Authorize(a.Request("prompt", "none")); !strings.Contains(again.Location, "error=login_required") {
		t.Errorf("half-way in an app gets %q", again.Location)
	}
	wrong := b.Submit(p, "/signin/second", "code", "000000")
	hubtest.Want(t, "status of a wrong code", wrong.Status, http.StatusUnauthorized)
	answer := b.Answer(b.Submit(p, "/signin/second", "code", app.Code()))
	tokens := a.Redeem(answer.Get("code"))
	claims := w.Verified(tokens.Str("id_token"), "RS256", "")
	hubtest.Want(t, "acr", claims["acr"], any("urn:fedhub:acr:2"))
	if amr, _ := claims["amr"].([]any); len(amr) != 3 || amr[0] != "pwd" || amr[1] != "otp" || amr[2] != "mfa" {
		t.Errorf("amr is %v", claims["amr"])
	}
	if used := b.Submit(p, "/signin/second", "code", app.Code()); used.Status < 400 {
		t.Errorf("the page works twice: %d", used.Status)
	}

	other := w.Browser()
	p = other.SignIn(other.Open("/signin"), "ada@example.org")
	if p = other.Submit(p, "/signin/second", "code", strings.ToLower(codes[0])); p.URL.Path != "/account" {
		t.Errorf("a recovery code leads to %s: %s", p.URL, p.Body)
	}
	stranger := w.Browser()
	p = stranger.SignIn(stranger.Open("/signin"), "ada@example.org")
	if p = stranger.Submit(p, "/signin/second", "code", codes[0]); p.Status != http.StatusUnauthorized {
		t.Errorf("the same recovery code again: %d", p.Status)
	}
}

func TestAHalfwaySignInIsOfItsBrowser(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	_, app, _ := w.WithApp("ada@example.org")
	b := w.Browser()
	p := b.SignIn(b.Open("/signin"), "ada@example.org")
	thief := w.Browser()
	if stolen := thief.Open(p.URL.String()); stolen.Status < 400 {
		t.Errorf("another browser opens the page: %d", stolen.Status)
	}
	w.Clock.Skip(11 * time.Minute)
	if late := b.Submit(p, "/signin/second", "code", app.Code()); late.Status < 400 {
		t.Errorf("after eleven minutes: %d", late.Status)
	}
}

func TestOneOfManyRacersSignsInWithACode(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	_, app, _ := w.WithApp("ada@example.org")
	b := w.Browser()
	p := b.SignIn(b.Open("/signin"), "ada@example.org")
	code := app.Code()
	var in atomic.Int32
	var all sync.WaitGroup
	for range 32 {
		racer := &hubtest.Browser{W: w, Client: b.Client}
		all.Go(func() {
			if got := racer.Post(p, "/signin/second", "code", code); got.Status == http.StatusSeeOther {
				in.Add(1)
			}
		})
	}
	all.Wait()
	hubtest.Want(t, "sign-ins by one code", in.Load(), 1)
}

func TestAnAdministratorSetsASecondFactorUpOnTheWayIn(t *testing.T) {
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{SecondFactor: settings.SecondFactorForAdministrators})
	w.Person("root@example.org", users.AdminRole)
	w.Person("ada@example.org")
	b := w.Browser()
	if p := b.SignIn(b.Open("/signin"), "ada@example.org"); p.URL.Path != "/account" {
		t.Errorf("somebody who needs none is asked: %s", p.URL)
	}
	b = w.Browser()
	p := b.SignIn(b.Open("/signin?to=/admin"), "root@example.org")
	contains(t, "an administrator's page behind the password", p.URL.String(), "/signin/enrol?stop=")
	if at := b.Open("/admin"); !strings.HasPrefix(at.URL.Path, "/signin") {
		t.Errorf("half-way in the administration is open: %s", at.URL)
	}
	p = b.Open(p.URL.String())
	if later := b.Submit(p, "/signin/enrol", "later", "1"); later.URL.Path != "/admin" {
		t.Errorf("within the grace period it can't be put off: %s", later.URL)
	}
	w.Clock.Skip(8 * 24 * time.Hour)
	b = w.Browser()
	p = b.SignIn(b.Open("/signin?to=/admin"), "root@example.org")
	if strings.Contains(p.Body, `name="later"`) {
		t.Error("after the grace period it can still be put off")
	}
	if later := b.Submit(p, "/signin/enrol", "later", "1"); later.Status < 400 {
		t.Errorf("after the grace period it can still be put off: %d", later.Status)
	}
	p = b.SignIn(b.Open("/signin?to=/admin"), "root@example.org")
	app := w.Scan(p)
	p = b.Submit(p, "/signin/enrol", "code", app.Code())
	hubtest.Want(t, "recovery codes", len(hubtest.RecoveryCodes(p)), 10)
	contains(t, "where it goes on", p.Body, `href="/admin"`)
	if at := b.Open("/admin"); at.Status != http.StatusOK || at.URL.Path != "/admin" {
		t.Errorf("the administration: %d %s", at.Status, at.URL)
	}
}

func TestAnAppAsksForTwoFactors(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	w.Person("bob@example.org")
	a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
	b, app, _ := w.WithApp("ada@example.org")
	essential := `{"id_token":{"acr":{"essential":true,"values":["urn:fedhub:acr:2"]}}}`

	p := b.Authorize(a.Request("acr_values", "urn:fedhub:acr:2 urn:fedhub:acr:1"))
	contains(t, "the page for acr_values", p.URL.String(), "/signin/second")
	tokens := a.Redeem(b.Answer(b.Submit(p, "/signin/second", "code", app.Code())).Get("code"))
	hubtest.Want(t, "acr", w.Verified(tokens.Str("id_token"), "RS256", "")["acr"], any("urn:fedhub:acr:2"))

	other := w.Browser()
	other.SignIn(other.Open("/signin"), "bob@example.org")
	tokens = a.Redeem(other.SignInTo(a, "bob@example.org", "acr_values", "urn:fedhub:acr:2").Get("code"))
	hubtest.Want(t, "acr of somebody without a second factor", w.Verified(tokens.Str("id_token"), "RS256", "")["acr"], any("urn:fedhub:acr:1"))
	p = other.SignIn(other.Authorize(a.Request("claims", essential)), "bob@example.org")
	contains(t, "what an app that insists gets", html.UnescapeString(p.Location), "error=unmet_authentication_requirements")
}

func TestASecondFactorIsChangedByWhoShowsIt(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	record := w.Ledger()
	b, app, _ := w.WithApp("ada@example.org")
	other := w.Browser()
	other.SignInWith("ada@example.org", app)

	p := b.Open("/account/second-factor")
	contains(t, "a session that has shown one factor", p.URL.String(), "/signin/prove")
	p = b.Prove(p)
	p = b.Submit(p, "/signin/second", "code", app.Code())
	p = b.Submit(p, "/account/second-factor/app/remove")
	contains(t, "the page after the removal", p.Body, "The authenticator app is removed.")
	if at := other.Open("/account"); !strings.HasPrefix(at.URL.Path, "/signin") {
		t.Error("another browser is signed in still")
	}
	if p := other.SignIn(other.Open("/signin"), "ada@example.org"); p.URL.Path != "/account" {
		t.Errorf("without a factor the password leads to %s", p.URL)
	}
	for _, kind := range []string{audit.SecondAdded, audit.RecoveryMade, audit.SecondRemoved} {
		hubtest.Want(t, kind+" on record", len(record.Heard(kind)), 1)
	}
}
