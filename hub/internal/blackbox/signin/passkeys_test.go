package signin_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/testkit/webauthntest"
)

// keyed is a hub with a host name, where Ada has a passkey and is signed in.
func keyed(t *testing.T) (w *hubtest.World, post *hubtest.Postbox, ada users.User, b *hubtest.Browser, k *webauthntest.Key) {
	t.Helper()
	post = &hubtest.Postbox{}
	w = hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{URL: hubtest.Localhost, Mail: post})
	ada, b, k = w.Person("ada@example.org"), w.Browser(), w.Device()
	b.SignIn(b.Open("/signin"), "ada@example.org")
	p := b.AddPasskey(k, "name", "Laptop")
	if p.Status != http.StatusOK || !strings.Contains(p.Body, "Passkey added.") || !strings.Contains(p.Body, "On this device only") {
		t.Fatalf("got %d %s", p.Status, hubtest.Gist(p.Body))
	}
	return w, post, ada, b, k
}

// byKey signs in with a device in a new browser.
func byKey(w *hubtest.World, k *webauthntest.Key) (*hubtest.Browser, hubtest.Page) {
	w.Helper()
	b := w.Browser()
	return b, b.Passkey(b.Open("/signin"), "/signin/passkey", k)
}

func TestAPasskeySignsInWithoutAName(t *testing.T) {
	w, _, _, _, k := keyed(t)
	a, b := w.App(), w.Browser()
	p := b.Passkey(b.Authorize(a.Request()), "/signin/passkey", k)
	p = b.Submit(p, "/consent", "decision", "allow")
	claims := hubtest.ClaimsOf(t, a.Redeem(b.Answer(p).Get("code")).Str("id_token"))
	hubtest.Want(t, "acr", claims["acr"], any("urn:fedhub:acr:2"))
	if doc := b.Open("/.well-known/openid-configuration").Body; !strings.Contains(doc, `"acr_values_supported":["urn:fedhub:acr:1","urn:fedhub:acr:2"]`) {
		t.Errorf("discovery says %s", doc)
	}
	if amr, _ := claims["amr"].([]any); len(amr) != 3 || amr[0] != "hwk" || amr[1] != "user" || amr[2] != "mfa" {
		t.Errorf("amr is %v", claims["amr"])
	}
	p = b.Open("/account")
	if !strings.Contains(p.Body, "<span>Passkey</span>") || !strings.Contains(p.Body, "1 passkey") {
		t.Errorf("the account says %s", hubtest.Gist(p.Body))
	}
}

func TestAPasskeyThatIsNotGoodSignsNobodyIn(t *testing.T) {
	w, _, ada, _, good := keyed(t)
	l := w.Ledger()
	for _, row := range []struct {
		what   string
		change func(*webauthntest.Key)
		status int
		says   string
		target string
	}{
		{"another hub's", func(k *webauthntest.Key) { k.ID = []byte("another hub's") }, http.StatusUnauthorized, "This passkey is not known here.", ""},
		{"another user handle", func(k *webauthntest.Key) { k.Handle = strings.Repeat("A", 43) }, http.StatusUnauthorized, "It may belong to another hub or have been removed.", ""},
		{"another origin", func(k *webauthntest.Key) { k.Origin = "http://localhost:1" }, http.StatusUnauthorized, "The passkey could not be verified.", ada.ID},
		{"nobody verified", func(k *webauthntest.Key) { k.Unseen = true }, http.StatusUnauthorized, "Your device did not check that it&#39;s you.", ada.ID},
	} {
		bad := good.Copy()
		row.change(bad)
		b, p := byKey(w, bad)
		if p.Status != row.status || !strings.Contains(p.Body, row.says) || p.URL.Path != "/signin" {
			t.Errorf("%s: got %d %s", row.what, p.Status, hubtest.Gist(p.Body))
		}
		hubtest.Want(t, row.what+": signed in", b.Open("/account").URL.Path, "/signin")
		all := l.Heard(audit.SignInFailed)
		hubtest.Want(t, row.what+": on record for", all[len(all)-1].Target, row.target)
	}
	if _, p := byKey(w, good); p.URL.Path != "/account" {
		t.Errorf("the good one leads to %s", p.URL)
	}
}

func TestACopiedPasskeyIsRefusedAndRecorded(t *testing.T) {
	w, _, ada, b, _ := keyed(t)
	k := w.Device()
	k.Counts = true
	b.AddPasskey(k, "name", "Counts")
	thief := k.Copy()
	byKey(w, k)
	byKey(w, k)
	l := w.Ledger()
	_, p := byKey(w, thief)
	if p.Status != http.StatusUnauthorized || !strings.Contains(p.Body, "it may have been copied") {
		t.Errorf("got %d %s", p.Status, hubtest.Gist(p.Body))
	}
	failed := l.Heard(audit.SignInFailed)
	if len(failed) != 1 || failed[0].Target != ada.ID || failed[0].Why.Code != "passkey.cloned" {
		t.Errorf("recorded %+v", failed)
	}
}

// A page's challenge works in one browser, once, and expires.
func TestAnAnswerIsForOneBrowserOnce(t *testing.T) {
	w, _, _, _, k := keyed(t)
	b, other := w.Browser(), w.Browser()
	p := b.Open("/signin")
	answer := b.Answered(p, "/signin/passkey", k)
	_, stolen, _ := hubtest.Form(p.Body, "/signin/passkey")
	theirs := other.Submit(other.Open("/signin"), "/signin/passkey", "passkey_answer", answer, "passkey_state", stolen.Get("passkey_state"))
	if theirs.Status != http.StatusBadRequest || !strings.Contains(theirs.Body, "open too long") {
		t.Errorf("in another browser: %d %s", theirs.Status, hubtest.Gist(theirs.Body))
	}
	hubtest.Want(t, "in its own", b.Submit(p, "/signin/passkey", "passkey_answer", answer).URL.Path, "/account")

	late := w.Browser()
	p = late.Open("/signin")
	w.Clock.Skip(31 * time.Minute)
	if p = late.Passkey(p, "/signin/passkey", k); p.Status != http.StatusBadRequest {
		t.Errorf("half an hour later: %d", p.Status)
	}
	hubtest.Want(t, "tried again", late.Passkey(p, "/signin/passkey", k).URL.Path, "/account")
}

func TestOf32AnswersOneSignsIn(t *testing.T) {
	hubtest.OnBothEnginesAs(t, hub.Config{URL: hubtest.Localhost}, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		b, k := w.Browser(), w.Device()
		b.SignIn(b.Open("/signin"), "ada@example.org")
		b.AddPasskey(k)
		in := w.Browser()
		p := in.Open("/signin")
		answer := in.Answered(p, "/signin/passkey", k)
		var signedIn atomic.Int32
		hubtest.AtOnce(32, func(int) {
			if got := in.Post(p, "/signin/passkey", "passkey_answer", answer); got.Location == "/account" {
				signedIn.Add(1)
			}
		})
		hubtest.Want(t, "signed in", signedIn.Load(), int32(1))
	})
}

func TestADisabledUserHasNoPasskey(t *testing.T) {
	w, _, ada, _, k := keyed(t)
	if _, err := w.Hub.SwitchUser(t.Context(), audit.Named("test"), ada.ID, true); err != nil {
		t.Fatal(err)
	}
	if _, p := byKey(w, k); p.Status != http.StatusForbidden || !strings.Contains(p.Body, "This account is disabled.") {
		t.Errorf("got %d %s", p.Status, hubtest.Gist(p.Body))
	}
}

// If passwords are for administrators only, passkeys are too.
func TestPasskeysFollowTheSettingOfPasswords(t *testing.T) {
	w, _, _, b, k := keyed(t)
	err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.Passwords = settings.PasswordsForAdministrators })
	hubtest.Done(t, err)
	other := w.Browser()
	p := other.Passkey(other.Open("/signin?local=1"), "/signin/passkey", k)
	if p.Status != http.StatusForbidden || !strings.Contains(p.Body, "Only administrators sign in with a passkey here.") {
		t.Errorf("got %d %s", p.Status, hubtest.Gist(p.Body))
	}
	if strings.Contains(other.Open("/signin").Body, "passkey-form") || strings.Contains(b.Open("/signin/prove?to=/account/email").Body, "passkey-form") {
		t.Error("a passkey is offered")
	}
}

func TestAPasskeyProvesWhoIsHere(t *testing.T) {
	w, _, _, b, k := keyed(t)
	w.Clock.Skip(time.Hour)
	p := b.Open("/account/email")
	hubtest.Want(t, "asked first", p.URL.Path, "/signin/prove")
	if p := b.Passkey(p, "/signin/prove", k); p.URL.Path != "/account/email" {
		t.Errorf("got %s %s", p.URL, hubtest.Gist(p.Body))
	}
	// Another user's passkey is not theirs to change.
	w.Person("eve@example.org")
	eve, hers := w.Browser(), w.Device()
	eve.SignIn(eve.Open("/signin"), "eve@example.org")
	eve.AddPasskey(hers)
	w.Clock.Skip(time.Hour)
	if p := b.Passkey(b.Open("/account/email"), "/signin/prove", hers); p.Status != http.StatusUnauthorized || !strings.Contains(p.Body, "This passkey is not known here.") {
		t.Errorf("somebody else's: %d %s", p.Status, hubtest.Gist(p.Body))
	}
}

// An administrator's form continues after the passkey, as after a password.
func TestAPasskeyProvesAnAdministrator(t *testing.T) {
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{URL: hubtest.Localhost})
	w.Person("root@example.org", "admin")
	b, k := w.Browser(), w.Device()
	b.SignIn(b.Open("/signin"), "root@example.org")
	b.AddPasskey(k)
	w.Clock.Skip(time.Hour)
	p := b.Open("/admin/settings")
	p = b.Submit(p, "/admin/settings", "hub_name", "Contoso ID")
	if p.Status != http.StatusForbidden {
		t.Fatalf("got %d %s", p.Status, hubtest.Gist(p.Body))
	}
	if p = b.Passkey(p, "/admin/settings", k); p.Status != http.StatusOK || !strings.Contains(p.Body, "Contoso ID") {
		t.Errorf("got %d %s", p.Status, hubtest.Gist(p.Body))
	}
}

func TestManagingPasskeys(t *testing.T) {
	w, post, _, b, k := keyed(t)
	if told := post.About("A passkey was added"); len(told) != 1 || told[0].To != "ada@example.org" || !strings.Contains(told[0].Text, `"Laptop"`) {
		t.Errorf("told of adding: %+v", told)
	}
	p := b.Submit(b.Open("/account/passkeys"), "/account/passkeys/rename", "name", "Work laptop")
	if !strings.Contains(p.Body, "Work laptop") {
		t.Errorf("renamed: %s", hubtest.Gist(p.Body))
	}
	p = b.Submit(b.Open("/account/passkeys"), "/account/passkeys/rename", "name", "")
	hubtest.Want(t, "without a name", p.Status, http.StatusUnprocessableEntity)

	elsewhere, _ := byKey(w, k)
	page := b.Open("/account/passkeys")
	w.Clock.Skip(time.Hour)
	hubtest.Want(t, "removed an hour later", b.Submit(page, "/account/passkeys/remove").URL.Path, "/signin/prove")
	p = b.Prove(b.Open("/signin/prove?to=/account/passkeys"))
	contains(t, "who has a passkey is asked for it", p.URL.String(), "/signin/second?stop=")
	b.Passkey(p, "/signin/second", k)
	p = b.Submit(b.Open("/account/passkeys"), "/account/passkeys/remove")
	if !strings.Contains(p.Body, "Passkey removed.") || !strings.Contains(p.Body, "No passkeys yet.") {
		t.Errorf("removed: %d %s", p.Status, hubtest.Gist(p.Body))
	}
	hubtest.Want(t, "this browser goes on", b.Open("/account").URL.Path, "/account")
	hubtest.Want(t, "the other one", elsewhere.Open("/account").URL.Path, "/signin")
	hubtest.Want(t, "told of removing", len(post.About("A passkey was removed")), 1)
	if _, p := byKey(w, k); p.Status != http.StatusUnauthorized {
		t.Errorf("it still signs in: %d", p.Status)
	}
}

// The email about a passkey undoes it once, in any browser.
func TestAPasskeyThatWasntMeIsUndoneByTheEmail(t *testing.T) {
	w, post, _, b, k := keyed(t)
	thief, _ := byKey(w, k)
	link := post.Pick(t, "ada@example.org", "/wasnt-me/passkey")
	reader := w.Browser()
	p := reader.Open(link)
	if p.Status != http.StatusOK || !strings.Contains(p.Body, "Laptop") {
		t.Fatalf("got %d %s", p.Status, hubtest.Gist(p.Body))
	}
	hubtest.Want(t, "looking does nothing", thief.Open("/account").URL.Path, "/account")
	done := reader.Submit(p, "/wasnt-me/passkey")
	if !strings.Contains(done.Body, "email to choose a new password") {
		t.Errorf("got %s", hubtest.Gist(done.Body))
	}
	for who, browser := range map[string]*hubtest.Browser{"the thief": thief, "this browser": b} {
		hubtest.Want(t, who, browser.Open("/account").URL.Path, "/signin")
	}
	if _, p := byKey(w, k); p.Status != http.StatusUnauthorized {
		t.Errorf("it still signs in: %d", p.Status)
	}
	hubtest.Want(t, "a link to a new password", len(post.About("Choose a new password")), 1)
	hubtest.Want(t, "a second time", reader.Submit(p, "/wasnt-me/passkey").Status, http.StatusGone)
}

func TestARemovalThatWasntMeEndsEverything(t *testing.T) {
	w, post, _, b, _ := keyed(t)
	b.Submit(b.Open("/account/passkeys"), "/account/passkeys/remove")
	reader := w.Browser()
	p := reader.Open(post.Pick(t, "ada@example.org", "/wasnt-me/passkey"))
	reader.Submit(p, "/wasnt-me/passkey")
	hubtest.Want(t, "whoever removed it", b.Open("/account").URL.Path, "/signin")
}

// A hub with an IP address as host has no passkeys, and the page says why.
func TestPasskeysNeedAHostName(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	b := w.Browser()
	p := b.Open("/signin")
	if strings.Contains(p.Body, "passkey") || strings.Contains(p.Body, "webauthn") {
		t.Error("the sign-in page speaks of passkeys")
	}
	_, form, _ := hubtest.Form(p.Body, "/signin")
	hubtest.Want(t, "an answer", b.Read(b.PostForm(w.URL+"/signin/passkey", form)).Status, http.StatusNotFound)
	b.SignIn(p, "ada@example.org")
	if p := b.Open("/account/passkeys"); !strings.Contains(p.Body, "The address of this hub is an IP address.") {
		t.Errorf("got %s", hubtest.Gist(p.Body))
	}
}
