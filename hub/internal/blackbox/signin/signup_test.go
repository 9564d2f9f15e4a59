package signin_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/testkit/countstore"
)

// signingUp is a hub that sends emails and lets people sign up.
func signingUp(t *testing.T, edit func(*settings.Settings)) (*hubtest.World, *hubtest.Postbox) {
	w, box := hubtest.MailingWorld(t)
	change(t, w, edit)
	return w, box
}

func change(t *testing.T, w *hubtest.World, edit func(*settings.Settings)) {
	t.Helper()
	if err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), edit); err != nil {
		t.Fatal(err)
	}
}

func open(s *settings.Settings) { s.SignUp = settings.SignUpOpen }

func approving(s *settings.Settings) { s.SignUp, s.SignUpApproval = settings.SignUpOpen, true }

// ask sends an address on the page that the sign-in page leads to.
func ask(b *hubtest.Browser, email string) hubtest.Page {
	return b.Submit(b.Open("/signup"), "/signup", "email", email)
}

func TestSomebodySignsUpOnTheWayToAnApp(t *testing.T) {
	w, box := signingUp(t, open)
	a, b := w.App(), w.Browser()
	p := b.Authorize(a.Request())
	at := regexp.MustCompile(`href="(/signup\?flow=[^"]+)"`).FindStringSubmatch(p.Body)
	if at == nil {
		t.Fatalf("the sign-in page offers no sign-up: %s", p.Body)
	}
	p = b.Submit(b.Open(at[1]), "/signup", "email", "Grace@example.org")
	if p.Status != http.StatusOK || !strings.Contains(p.Body, "Check your email") {
		t.Fatalf("got %d: %s", p.Status, p.Body)
	}
	link := box.Link(w, "Grace@example.org")
	for range 2 { // a program that looks through emails uses nothing up
		hubtest.Want(t, "the page", w.Browser().Open(link).Status, http.StatusOK)
	}
	weak := b.Submit(b.Open(link), link, "name", "Grace Hopper", "password", "rainbowskittles")
	hubtest.Want(t, "a breached password", weak.Status, http.StatusUnprocessableEntity)
	p = b.Submit(weak, link, "password", hubtest.Password)
	if strings.Contains(p.Body, `action="/consent"`) {
		p = b.Submit(p, "/consent", "decision", "allow")
	}
	r := a.Redeem(b.Answer(p).Get("code"))
	info := w.Userinfo(r.Str("access_token"))
	for _, want := range []string{"Grace Hopper", "Grace@example.org", `"email_verified":true`} {
		if !strings.Contains(info.Body, want) {
			t.Errorf("userinfo lacks %s: %s", want, info.Body)
		}
	}
	u, err := w.Hub.FindUser(t.Context(), "grace@example.org")
	if err != nil || len(u.Roles) != 0 || u.Disabled {
		t.Errorf("the account is %+v, %v", u, err)
	}
	hubtest.Want(t, "the link again", w.Browser().Open(link).Status, http.StatusGone)
}

// In another browser the app's request cannot go on, so the new account opens.
func TestALinkOpensInAnotherBrowserToo(t *testing.T) {
	w, box := signingUp(t, open)
	a, b := w.App(), w.Browser()
	b.Authorize(a.Request())
	p := b.Open(regexp.MustCompile(`/signup\?flow=[^"]+`).FindString(b.Authorize(a.Request()).Body))
	b.Submit(p, "/signup", "email", "grace@example.org")
	link, other := box.Link(w, "grace@example.org"), w.Browser()
	done := other.Submit(other.Open(link), link, "name", "Grace", "password", hubtest.Password)
	if done.URL.Path != "/account" || !strings.Contains(done.Body, "Grace") {
		t.Errorf("at %s: %s", done.URL, done.Body)
	}
	hubtest.Want(t, "the browser that asked", b.Open("/account").URL.Path, "/signin")
}

// Of what a stranger can see, nothing depends on whether an address has an
// account, waits, or may not have one.
func TestSignUpRevealsNoAccount(t *testing.T) {
	w, box := signingUp(t, func(s *settings.Settings) {
		s.SignUp, s.SignUpDomains, s.SignUpApproval = settings.SignUpByDomain, []string{"Example.org", "bücher.example"}, true
	})
	w.Person("ada@example.org")
	w.Person("ada@elsewhere.example")
	b := w.Browser()
	ask(b, "waits@example.org")
	link := box.Link(w, "waits@example.org")
	b.Submit(b.Open(link), link, "name", "Waits", "password", hubtest.Password)
	box.Take()
	type answer struct {
		status int
		body   string
		header string
		cost   countstore.Cost
	}
	answers := map[string]answer{}
	for _, email := range []string{"nobody@example.org", "ada@example.org", "waits@example.org", "nobody@elsewhere.example", "ada@elsewhere.example", "nobody@BÜCHER.example"} {
		page := b.Open("/signup")
		var p hubtest.Page
		cost := w.Asked.OfRequests(func() { p = b.Post(page, "/signup", "email", email) })
		var header []string
		for name, values := range p.Header {
			if name != "Date" && name != "Content-Length" && name != "Content-Security-Policy" && name != "X-Request-Id" && name != "Set-Cookie" {
				header = append(header, name+": "+strings.Join(values, ", "))
			}
		}
		slices.Sort(header)
		cost.Records = 0 // how many of the records exist; the questions are the same
		answers[email] = answer{p.Status, regexp.MustCompile(`nonce="[^"]*"`).ReplaceAllString(normal(p.Body), ""), normal(strings.Join(header, "\n")), cost}
	}
	want := answers["nobody@example.org"]
	hubtest.Want(t, "status", want.status, http.StatusOK)
	for email, got := range answers {
		if got != want {
			t.Errorf("%s: the answer differs:\n%+v\n%+v", email, got, want)
		}
	}
	var sent []string
	for _, m := range box.Take() {
		sent = append(sent, m.To+": "+m.Subject)
	}
	slices.Sort(sent)
	hub := strings.TrimPrefix(sent[0], "ada@elsewhere.example: You already have an account at ")
	if all := strings.Join(sent, "\n"); all != strings.Join([]string{
		"ada@elsewhere.example: You already have an account at " + hub,
		"ada@example.org: You already have an account at " + hub,
		"nobody@BÜCHER.example: Create your account at " + hub,
		"nobody@example.org: Create your account at " + hub,
		"waits@example.org: Your account at " + hub + " is waiting for approval",
	}, "\n") {
		t.Errorf("these emails were sent:\n%s", all)
	}
}

func TestSignUpIsClosedUntilASettingOpensIt(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	b := w.Browser()
	hubtest.Want(t, "by default", b.Open("/signup").Status, http.StatusForbidden)
	if strings.Contains(b.Open("/signin").Body, "/signup") {
		t.Error("the sign-in page leads to it")
	}
	change(t, w, open)
	form := b.Open("/signup")
	hubtest.Want(t, "no address", b.Submit(form, "/signup", "email", "nonsense").Status, http.StatusUnprocessableEntity)
	hubtest.Want(t, "an address that folds into another", b.Submit(form, "/signup", "email", "ſam@example.org").Status, http.StatusUnprocessableEntity)
	b.Submit(form, "/signup", "email", "grace@example.org")
	link := box.Link(w, "grace@example.org")
	page := b.Open(link)
	change(t, w, func(s *settings.Settings) {
		s.SignUp, s.SignUpDomains = settings.SignUpByDomain, []string{"example.net"}
	})
	hubtest.Want(t, "a link of an address that may not any more", b.Open(link).Status, http.StatusForbidden)
	hubtest.Want(t, "its form", b.Submit(page, link, "name", "Grace", "password", hubtest.Password).Status, http.StatusForbidden)
	change(t, w, func(s *settings.Settings) { s.SignUp = settings.SignUpByInvitation })
	hubtest.Want(t, "the form of the address", b.Submit(form, "/signup", "email", "eve@example.org").Status, http.StatusForbidden)
	change(t, w, open)
	w.Clock.Skip(61 * time.Minute)
	hubtest.Want(t, "after an hour", b.Open(link).Status, http.StatusGone)
}

func TestOfManyWhoSignUpWithOneAddressOneSucceeds(t *testing.T) {
	w, box := signingUp(t, open)
	b := w.Browser()
	links := map[string]bool{}
	for range 2 {
		ask(b, "grace@example.org")
		links[box.Link(w, "grace@example.org")] = true
	}
	var submit []func() hubtest.Page
	for link := range links {
		for range 16 {
			racer := w.Browser()
			form := racer.Open(link)
			submit = append(submit, func() hubtest.Page {
				return racer.Submit(form, link, "name", "Grace", "password", hubtest.Password)
			})
		}
	}
	var won atomic.Int64
	var group sync.WaitGroup
	for _, race := range submit {
		group.Go(func() {
			if p := race(); p.URL.Path == "/account" {
				won.Add(1)
			}
		})
	}
	group.Wait()
	hubtest.Want(t, "links", len(links), 2)
	hubtest.Want(t, "winners", won.Load(), int64(1))
}

func TestAnAdministratorApprovesWhoSignedUp(t *testing.T) {
	w, box := signingUp(t, approving)
	w.Person("root@example.org", users.AdminRole)
	root := w.Home("root@example.org")
	signUp := func(email string) {
		b := w.Browser()
		ask(b, email)
		link := box.Link(w, email)
		p := b.Submit(b.Open(link), link, "name", "Grace", "password", hubtest.Password)
		if p.Status != http.StatusOK || !strings.Contains(p.Body, "waiting for approval") {
			t.Fatalf("got %d: %s", p.Status, p.Body)
		}
		hubtest.Want(t, "before approval", b.Open("/account").URL.Path, "/signin")
		p = b.SignIn(b.Open("/signin"), email)
		if p.Status != http.StatusForbidden || !strings.Contains(p.Body, "waiting for approval") {
			t.Errorf("signing in: %d: %s", p.Status, p.Body)
		}
	}
	signUp("grace@example.org")
	if p := root.Open("/admin"); !strings.Contains(p.Body, "1 user who signed up waits for approval.") {
		t.Errorf("the overview does not say so: %s", p.Body)
	}
	page := root.Open("/admin/users")
	box.Take()
	p := root.Submit(page, "/admin/users/approve")
	if !strings.Contains(p.Body, "Approved.") || strings.Contains(p.Body, "/admin/users/approve") {
		t.Errorf("got %d: %s", p.Status, p.Body)
	}
	hubtest.Want(t, "emails about it", len(box.About("is ready")), 1)
	hubtest.Want(t, "a second decision", root.Submit(page, "/admin/users/refuse").Status, http.StatusConflict)
	w.Home("grace@example.org")

	signUp("eve@example.org")
	p = root.Submit(root.Open("/admin/users"), "/admin/users/refuse")
	if !strings.Contains(p.Body, "Refused.") {
		t.Errorf("got %d: %s", p.Status, p.Body)
	}
	if _, err := w.Hub.FindUser(t.Context(), "eve@example.org"); err == nil {
		t.Error("the refused account is still there")
	}

	// An invited user was decided about before, and keeps the roles.
	if _, _, err := w.Hub.InviteUser(t.Context(), audit.Named("test"), users.NewInvitation{Email: "hopper@example.org", Roles: []string{"editors"}}); err != nil {
		t.Fatal(err)
	}
	b := w.Browser()
	ask(b, "hopper@example.org")
	link := box.Link(w, "hopper@example.org")
	p = b.Submit(b.Open(link), link, "name", "Grace", "password", hubtest.Password)
	if p.URL.Path != "/account" || !strings.Contains(p.Body, "editors") {
		t.Errorf("an invited user is at %s: %s", p.URL, p.Body)
	}
}

func TestOneNetworkCausesFewEmails(t *testing.T) {
	w, box := signingUp(t, open)
	b := w.Browser()
	page := b.Open("/signup")
	var last hubtest.Page
	for i := range 31 {
		last = b.Submit(page, "/signup", "email", strings.Repeat("a", i+1)+"@example.org")
	}
	hubtest.Want(t, "the last", last.Status, http.StatusTooManyRequests)
	hubtest.Want(t, "emails", len(box.All()), 30)
	w.Clock.Skip(time.Hour)
	for range 6 {
		b.Submit(page, "/signup", "email", "a@example.org")
	}
	hubtest.Want(t, "emails to one address in an hour", len(box.All()), 34)
}

func TestWithoutEmailsNobodySignsUp(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("root@example.org", users.AdminRole)
	root := w.Home("root@example.org")
	page := root.Open("/admin/settings")
	if !strings.Contains(page.Body, `id="sign-up-no-mail"`) {
		t.Error("the page does not say why it cannot be switched on")
	}
	p := root.Submit(page, "/admin/settings", "sign_up", "open")
	if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, "FEDHUB_MAIL_URL") {
		t.Errorf("got %d: %s", p.Status, p.Body)
	}
	p = root.Submit(page, "/admin/settings", "sign_up", "invitation", "sign_up_domains", "@Example.ORG\nbücher.example", "sign_up_approval", "1")
	if !strings.Contains(p.Body, "example.org\nxn--bcher-kva.example") {
		t.Errorf("got %d: %s", p.Status, p.Body)
	}
	hubtest.Want(t, "sign-up", w.Browser().Open("/signup").Status, http.StatusForbidden)
}

func TestInvitationsCanBeOff(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	w.Person("root@example.org", users.AdminRole)
	root := w.Home("root@example.org")
	page := root.Open("/admin/users")
	root.Submit(page, "/admin/users/invite", "email", "grace@example.org")
	link := box.Link(w, "grace@example.org")
	change(t, w, func(s *settings.Settings) { s.SignUp = settings.SignUpOff })
	hubtest.Want(t, "an invitation", w.Browser().Open(link).Status, http.StatusGone)
	hubtest.Want(t, "inviting", root.Submit(page, "/admin/users/invite", "email", "eve@example.org").Status, http.StatusUnprocessableEntity)
	change(t, w, func(s *settings.Settings) { s.SignUp = "" })
	hubtest.Want(t, "the invitation again", w.Browser().Open(link).Status, http.StatusOK)
}

func TestAForgottenPasswordHasAnAnswerWithoutEmails(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Browser()
	if !strings.Contains(b.Open("/signin").Body, `href="/password/forgot"`) {
		t.Error("the sign-in page does not lead to it")
	}
	p := b.Open("/password/forgot")
	for _, want := range []string{"Ask an administrator", "fedhub user reset-link", "fedhub user recover"} {
		if p.Status != http.StatusOK || !strings.Contains(p.Body, want) {
			t.Errorf("got %d, without %q: %s", p.Status, want, p.Body)
		}
	}
}
