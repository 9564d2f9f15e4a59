package signin_test

import (
	"html"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/testkit/webauthntest"
)

// amrOf are the authentication methods of an ID token.
func amrOf(claims map[string]any) string {
	var all []string
	list, _ := claims["amr"].([]any)
	for _, method := range list {
		name, _ := method.(string)
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

func TestAPasskeyIsTheSecondFactorBesideAPassword(t *testing.T) {
	w, _, ada, _, k := keyed(t)
	a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
	b := w.Browser()
	p := b.SignIn(b.Authorize(a.Request()), "ada@example.org")
	contains(t, "the page behind the password", p.URL.String(), "/signin/second?stop=")
	contains(t, "without a script", p.Body, "use a browser that supports passkeys, with JavaScript on")
	contains(t, "without recovery codes", p.Body, "Ask your administrator to reset your second factor.")
	if strings.Contains(p.Body, `name="code"`) {
		t.Error("the page asks for a code that Ada does not have")
	}
	if at := b.Open("/account"); !strings.HasPrefix(at.URL.Path, "/signin") {
		t.Error("half-way in the account is open")
	}
	claims := w.Verified(a.Redeem(b.Answer(b.Passkey(p, "/signin/second", k)).Get("code")).Str("id_token"), "RS256", "")
	hubtest.Want(t, "acr", claims["acr"], any("urn:fedhub:acr:2"))
	hubtest.Want(t, "amr", amrOf(claims), "pwd hwk user mfa")
	if used := b.Passkey(p, "/signin/second", k); used.Status < 400 {
		t.Errorf("the page works twice: %d", used.Status)
	}

	record := w.Ledger()
	w.Person("eve@example.org")
	stranger := w.Device()
	w.Home("eve@example.org").AddPasskey(stranger)
	for what, bad := range map[string]*webauthntest.Key{
		"somebody else's": stranger,
		"not verified":    func() *webauthntest.Key { c := k.Copy(); c.Unseen = true; return c }(),
		"another origin":  func() *webauthntest.Key { c := k.Copy(); c.Origin = "http://localhost:1"; return c }(),
	} {
		thief := w.Browser()
		p = thief.SignIn(thief.Open("/signin"), "ada@example.org")
		if got := thief.Passkey(p, "/signin/second", bad); got.Status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", what, got.Status, hubtest.Gist(got.Body))
		}
		hubtest.Want(t, what+": signed in", thief.Open("/account").URL.Path, "/signin")
	}
	failed := record.Heard(audit.SecondFailed)
	if len(failed) != 3 || failed[0].Target != ada.ID {
		t.Errorf("on record: %+v", failed)
	}
}

// A challenge is for one person, one purpose and one browser.
func TestAnAnswerForAnotherPageIsNoSecondFactor(t *testing.T) {
	w, _, _, mine, k := keyed(t)
	b := w.Browser()
	p := b.SignIn(b.Open("/signin"), "ada@example.org")
	login := b.Open("/signin?switch=1")
	answer := b.Answered(login, "/signin/passkey", k)
	_, stolen, _ := hubtest.Form(login.Body, "/signin/passkey")
	if got := b.Submit(hubtest.WithForm(p, "/signin/second"), "/signin/second", "passkey_answer", answer, "passkey_state", stolen.Get("passkey_state")); got.Status != http.StatusUnauthorized {
		t.Errorf("the challenge of the sign-in page: %d", got.Status)
	}
	theirs := mine.Open("/account/passkeys")
	if got := mine.Open(p.URL.String()); got.Status < 400 {
		t.Errorf("another browser opens the page: %d %s", got.Status, theirs.URL)
	}
}

func TestOfManyAnswersOneIsTheSecondFactor(t *testing.T) {
	hubtest.OnBothEnginesAs(t, hub.Config{URL: hubtest.Localhost}, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		k := w.Device()
		w.Home("ada@example.org").AddPasskey(k)
		b := w.Browser()
		p := b.SignIn(b.Open("/signin"), "ada@example.org")
		answer := b.Answered(p, "/signin/second", k)
		var in atomic.Int32
		hubtest.AtOnce(32, func(int) {
			if got := b.Post(hubtest.WithForm(p, "/signin/second"), "/signin/second", "passkey_answer", answer); got.Location == "/account" {
				in.Add(1)
			}
		})
		hubtest.Want(t, "sign-ins by one answer", in.Load(), int32(1))
	})
}

func TestAnAdministratorWithAPasskeyNeedsNoApp(t *testing.T) {
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{URL: hubtest.Localhost, SecondFactor: settings.SecondFactorForAdministrators})
	w.Person("root@example.org", users.AdminRole)
	k := w.Device()
	b := w.Browser()
	p := b.SignIn(b.Open("/signin?to=/admin"), "root@example.org")
	contains(t, "the page behind the password", p.URL.String(), "/signin/enrol?stop=")

	// A passkey can be made there instead of an app, and comes with recovery codes.
	record := w.Ledger()
	p = b.Passkey(p, "/signin/enrol", k)
	codes := hubtest.RecoveryCodes(p)
	hubtest.Want(t, "recovery codes", len(codes), 10)
	for _, kind := range []string{audit.PasskeyAdded, audit.RecoveryMade, audit.SignInOK} {
		hubtest.Want(t, kind+" on record", len(record.Heard(kind)), 1)
	}
	hubtest.Want(t, "the administration", b.Open("/admin").URL.Path, "/admin")

	other := w.Browser()
	p = other.SignIn(other.Open("/signin?to=/admin"), "root@example.org")
	contains(t, "with a passkey the page is", p.URL.String(), "/signin/second?stop=")
	contains(t, "the other method", p.Body, "One of your recovery codes.")
	hubtest.Want(t, "by a passkey", other.Passkey(p, "/signin/second", k).URL.Path, "/admin")
	lost := w.Browser()
	p = lost.SignIn(lost.Open("/signin?to=/admin"), "root@example.org")
	_, form, _ := hubtest.Form(p.Body, "/signin/second")
	hubtest.Want(t, "by a recovery code", lost.Submit(p, "/signin/second", "code", codes[0], "stop", form.Get("stop")).URL.Path, "/admin")
	alone, p := byKey(w, k)
	hubtest.Want(t, "the passkey alone", p.URL.Path, "/account")
	hubtest.Want(t, "the administration", alone.Open("/admin").URL.Path, "/admin")
}

func TestAChangeByAnAdministratorAsksForThePasskey(t *testing.T) {
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{URL: hubtest.Localhost})
	root := w.Person("root@example.org", users.AdminRole)
	ada := w.Person("ada@example.org")
	b := w.Home("root@example.org")
	k := w.Device()
	w.Home("root@example.org").AddPasskey(k)
	if root.ID == ada.ID {
		t.Fatal("one person")
	}
	page := b.Open("/admin/users/" + ada.ID)
	p := b.Submit(page, "/admin/users/"+ada.ID+"/disable")
	hubtest.Want(t, "a password of this minute is not enough", p.Status, http.StatusForbidden)
	if strings.Contains(p.Body, `name="prove_password"`) {
		t.Error("the page asks for a password that is not enough")
	}
	if got := b.Submit(page, "/admin/users/"+ada.ID+"/disable", "prove_password", hubtest.Password); got.Status != http.StatusUnauthorized {
		t.Errorf("the password alone: %d", got.Status)
	}
	hubtest.Want(t, "by the passkey", b.Passkey(p, "/admin/users/"+ada.ID+"/disable", k).URL.Path, "/admin/users/"+ada.ID)
}

func TestAnAppAsksForTheFactorAndTakesMore(t *testing.T) {
	w, _, _, b, k := keyed(t)
	a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
	essential := func(value string) string {
		return `{"id_token":{"acr":{"essential":true,"values":["` + value + `"]}}}`
	}
	old := w.Browser()
	w.Person("bob@example.org")
	old.SignIn(old.Open("/signin"), "bob@example.org")
	kb := w.Device()
	w.Home("bob@example.org").AddPasskey(kb)
	p := old.Authorize(a.Request("claims", essential("urn:fedhub:acr:2")))
	contains(t, "a session with a password", p.URL.String(), "/signin/second?stop=")
	claims := w.Verified(a.Redeem(old.Answer(old.Passkey(p, "/signin/second", kb)).Get("code")).Str("id_token"), "RS256", "")
	hubtest.Want(t, "acr", claims["acr"], any("urn:fedhub:acr:2"))

	// Two factors are also one: who insists on one gets that value.
	claims = w.Verified(a.Redeem(b.Answer(b.Authorize(a.Request("claims", essential("urn:fedhub:acr:1")))).Get("code")).Str("id_token"), "RS256", "")
	hubtest.Want(t, "acr of who has shown more", claims["acr"], any("urn:fedhub:acr:1"))
	hubtest.Want(t, "amr", amrOf(claims), "pwd hwk user mfa")
	p = b.Authorize(a.Request("claims", essential("urn:other"), "prompt", "none"))
	contains(t, "another value", html.UnescapeString(p.Location), "error=")
	_ = k
}

func TestTheLastPasskeyGoesWithItsRecoveryCodes(t *testing.T) {
	w, _, _, b, k := keyed(t)
	p := b.Open("/account/second-factor")
	contains(t, "the page of the account", p.Body, "1 passkey")
	codes := hubtest.RecoveryCodes(b.Submit(p, "/account/second-factor/recovery"))
	hubtest.Want(t, "recovery codes", len(codes), 10)

	stale := w.Browser()
	p = stale.SignIn(stale.Open("/signin"), "ada@example.org")
	p = stale.Submit(p, "/signin/second", "code", codes[0])
	hubtest.Want(t, "by a recovery code", p.URL.Path, "/account")

	b.Submit(b.Open("/account/passkeys"), "/account/passkeys/remove")
	again := w.Browser()
	hubtest.Want(t, "without a factor the password leads to", again.SignIn(again.Open("/signin"), "ada@example.org").URL.Path, "/account")
	again.AddPasskey(k.Copy())
	thief := w.Browser()
	p = thief.SignIn(thief.Open("/signin"), "ada@example.org")
	if strings.Contains(p.Body, `name="code"`) {
		t.Error("recovery codes of a factor that is gone are left")
	}
}

func TestAResetRemovesPasskeysToo(t *testing.T) {
	w, _, ada, b, _ := keyed(t)
	if err := w.Hub.ResetSecondFactor(t.Context(), audit.Named("test"), ada.ID); err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "the browser that was signed in", b.Open("/account").URL.Path, "/signin")
	hubtest.Want(t, "by the password", b.SignIn(b.Open("/signin"), "ada@example.org").URL.Path, "/account")
	contains(t, "passkeys", b.Open("/account/passkeys").Body, "No passkeys yet.")
}
