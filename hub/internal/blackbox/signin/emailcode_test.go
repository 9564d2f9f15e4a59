package signin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
)

const codePage = "/signin/email/code"

// askName is the name of a request for a code.
var askName = regexp.MustCompile(`(ask" value=|ask=)"?[A-Z2-7]{26}`)

func signedInAs(b *hubtest.Browser, email string) bool {
	p := b.Open("/account")
	return p.URL.Path == "/account" && strings.Contains(p.Body, email)
}

func TestACodeByEmailSignsIn(t *testing.T) {
	w, box := hubtest.WithEmailSignIn(t)
	w.Person("ada@example.org")
	a := w.App()
	b := w.Browser()
	p := b.Authorize(a.Request())
	at := "/signin/email?flow=" + url.QueryEscape(p.URL.Query().Get("flow"))
	if !strings.Contains(p.Body, `href="`+strings.ReplaceAll(at, "&", "&amp;")+`"`) {
		t.Fatalf("the sign-in page does not lead to %s: %s", at, p.Body)
	}
	p = b.AskForCode(at, "ada@example.org")
	code := box.Code("ada@example.org")
	p = b.Submit(p, codePage, "code", strings.ToLower(strings.ReplaceAll(code, "-", " ")))
	answer := b.Answer(b.Submit(p, "/consent", "decision", "allow"))
	claims := hubtest.ClaimsOf(t, a.Redeem(answer.Get("code")).Str("id_token"))
	if claims["acr"] != "urn:fedhub:acr:1" || fmt.Sprint(claims["amr"]) != "[email]" {
		t.Errorf("got acr %v and amr %v", claims["acr"], claims["amr"])
	}
}

func TestTheLinkWorksInTheBrowserThatAsked(t *testing.T) {
	w, box := hubtest.WithEmailSignIn(t)
	w.Person("ada@example.org")
	b, other := w.Browser(), w.Browser()
	b.AskForCode("/signin/email?to=/account/profile", "ada@example.org")
	code, link := box.Code("ada@example.org"), box.Pick(t, "ada@example.org", codePage)

	// Another browser is shown the code and cannot use it. Nothing is used up
	// by a GET.
	for range 2 {
		p := other.Open(link)
		if p.Status != http.StatusOK || !strings.Contains(p.Body, code) {
			t.Fatalf("another browser: got %d %s", p.Status, p.Body)
		}
		if _, _, ok := hubtest.Form(p.Body, codePage); ok {
			t.Fatal("another browser gets a form")
		}
	}
	p := b.Open(link)
	if p.Status != http.StatusOK || signedInAs(b, "ada@example.org") {
		t.Fatalf("the GET: %d", p.Status)
	}
	if p = b.Submit(p, codePage); p.URL.Path != "/account/profile" {
		t.Fatalf("the link leads to %s: %s", p.URL, p.Body)
	}
	hubtest.Want(t, "the link again", w.Browser().Open(link).Status, http.StatusGone)
	hubtest.Want(t, "the link again, in the same browser", b.Open(link).Status, http.StatusGone)
}

func TestACodeByEmailIsRefused(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, w *hubtest.World, u users.User){
		"expired": func(t *testing.T, w *hubtest.World, u users.User) {
			w.Clock.Skip(maillinks.SignInLife + time.Second)
		},
		"disabled": func(t *testing.T, w *hubtest.World, u users.User) {
			if _, err := w.Hub.SwitchUser(t.Context(), audit.Named("test"), u.ID, true); err != nil {
				t.Fatal(err)
			}
		},
		"turned off": func(t *testing.T, w *hubtest.World, u users.User) {
			if err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.EmailSignIn = false }); err != nil {
				t.Fatal(err)
			}
		},
		"for administrators only": func(t *testing.T, w *hubtest.World, u users.User) {
			if err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.Passwords = settings.PasswordsForAdministrators }); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, box := hubtest.WithEmailSignIn(t)
			w.Clock.Stop()
			u := w.Person("ada@example.org")
			b := w.Browser()
			p := b.AskForCode("/signin/email", "ada@example.org")
			code := box.Code("ada@example.org")
			if code == "" {
				t.Fatal("no code came")
			}
			change(t, w, u)
			if p = b.Submit(p, codePage, "code", code); p.Status < 400 || p.Status >= 500 || signedInAs(b, "ada@example.org") {
				t.Errorf("got %d: %s", p.Status, p.Body)
			}
		})
	}
}

// Neither status nor page tells which addresses have an account, and only users
// with a verified address get a code.
func TestAskingForACodeTellsNothing(t *testing.T) {
	w, box := hubtest.WithEmailSignIn(t)
	w.Person("ada@example.org")
	off := w.Person("off@example.org")
	if _, err := w.Hub.SwitchUser(t.Context(), audit.Named("test"), off.ID, true); err != nil {
		t.Fatal(err)
	}
	var pages []string
	for _, email := range []string{"ada@example.org", "nobody@example.org", "off@example.org"} {
		b := w.Browser()
		p := b.AskForCode("/signin/email", email)
		hubtest.Want(t, email, p.Status, http.StatusOK)
		wrong := b.Submit(p, codePage, "code", "AAAA-AAAA")
		hubtest.Want(t, email+", a wrong code", wrong.Status, http.StatusUnauthorized)
		said := strings.NewReplacer(email, "…", url.QueryEscape(email), "…").Replace(normal(p.Body) + normal(wrong.Body))
		pages = append(pages, askName.ReplaceAllString(said, ""))
	}
	if pages[0] != pages[1] || pages[0] != pages[2] {
		t.Errorf("the pages differ:\n%s\n%s\n%s", pages[0], pages[1], pages[2])
	}
	if n := len(box.All()); n != 1 {
		t.Errorf("%d emails were sent", n)
	}
}

func TestOneOfManyUsesOfACodeSignsIn(t *testing.T) {
	box := &hubtest.Postbox{}
	hubtest.OnBothEnginesAs(t, hub.Config{Mail: box}, func(t *testing.T, w *hubtest.World) {
		w.AllowEmailSignIn()
		w.Person("ada@example.org")
		b := w.Browser()
		p := b.AskForCode("/signin/email", "ada@example.org")
		code := box.Code("ada@example.org")
		_, form, _ := hubtest.Form(p.Body, codePage)
		form.Set("code", code)
		var in atomic.Int32
		hubtest.AtOnce(32, func(int) {
			resp, err := b.PostForm(w.URL+codePage, form)
			if err != nil {
				t.Error(err)
				return
			}
			resp.Body.Close()
			if resp.StatusCode == http.StatusSeeOther {
				in.Add(1)
			}
		})
		if n := in.Load(); n != 1 {
			t.Errorf("%d of 32 signed in", n)
		}
	})
}

func TestWrongCodesByEmailMustWait(t *testing.T) {
	w, box := hubtest.WithEmailSignIn(t)
	w.Clock.Stop()
	w.Person("ada@example.org")
	b := w.Browser()
	p := b.AskForCode("/signin/email", "ada@example.org")
	slowed := 0
	for range 12 {
		if b.Submit(p, codePage, "code", "AAAA-AAAA").Status == http.StatusTooManyRequests {
			slowed++
		}
	}
	if slowed == 0 {
		t.Error("twelve wrong codes in a row are looked at")
	}
	// Those of one request hold up no other one.
	other := w.Browser()
	p = other.AskForCode("/signin/email", "ada@example.org")
	if other.Submit(p, codePage, "code", box.Code("ada@example.org")); !signedInAs(other, "ada@example.org") {
		t.Error("the attempts of one browser hold up another one")
	}
}

// A code by email is a first factor only.
func TestACodeByEmailIsNoSecondFactor(t *testing.T) {
	w, box := hubtest.WithEmailSignIn(t)
	w.Person("ada@example.org")
	_, app, _ := w.WithApp("ada@example.org")
	b := w.Browser()
	p := b.AskForCode("/signin/email", "ada@example.org")
	p = b.Submit(p, codePage, "code", box.Code("ada@example.org"))
	if p.URL.Path != "/signin/second" || signedInAs(b, "ada@example.org") {
		t.Fatalf("the code leads to %s", p.URL)
	}
	w.Clock.Skip(time.Minute) // a code of the app counts once
	if b.Submit(p, "/signin/second", "code", app.Code()); !signedInAs(b, "ada@example.org") {
		t.Error("the code and the app do not sign in")
	}
}

// What administrators change needs a better proof.
func TestAnAdministratorByEmailProvesWhoTheyAre(t *testing.T) {
	w, box := hubtest.WithEmailSignIn(t)
	w.Person("root@example.org", users.AdminRole)
	b := w.Browser()
	p := b.AskForCode("/signin/email?to=/admin/settings", "root@example.org")
	p = b.Submit(p, codePage, "code", box.Code("root@example.org"))
	if p.URL.Path != "/admin/settings" {
		t.Fatalf("the code leads to %s: %s", p.URL, p.Body)
	}
	if p = b.Submit(p, "/admin/settings", "hub_name", "Changed"); p.Status != http.StatusForbidden || !strings.Contains(p.Body, "prove_password") {
		t.Fatalf("got %d %s", p.Status, p.Body)
	}
	if p = b.Prove(p); !strings.Contains(b.Open("/admin/settings").Body, "Changed") {
		t.Errorf("with the password: %d %s", p.Status, p.Body)
	}
}

func TestCodesByEmailAreOffAtFirst(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Browser()
	if p := b.Open("/signin"); strings.Contains(p.Body, "/signin/email") {
		t.Error("the sign-in page offers it")
	}
	hubtest.Want(t, "the page", b.Open("/signin/email").Status, http.StatusNotFound)
	w.AllowEmailSignIn() // but there is no mail server
	hubtest.Want(t, "the page without a mail server", b.Open("/signin/email").Status, http.StatusNotFound)
}
