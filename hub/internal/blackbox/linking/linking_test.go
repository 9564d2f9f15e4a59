package linking_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users"
)

// D2, FE-07, FE-52: linking and unlinking on the account page.
func TestAPersonConnectsAndDisconnectsAnIdentity(t *testing.T) {
	hubs, post := hubtest.MailingPair(t)
	hubs.Primary.Person("ada@example.org")
	local := hubs.Secondary.Person("other@example.org")
	b, elsewhere := hubs.Here("other@example.org"), hubs.Here("other@example.org")
	connect := "/account/connect/" + hubs.Key.ID

	if p := b.Open(connect); p.Status != http.StatusMethodNotAllowed && p.Status != http.StatusNotFound {
		t.Errorf("a link starts it: %d", p.Status)
	}
	hubtest.RefusedPage(t, "without our form", b.Read(b.PostForm(hubs.Secondary.URL+connect, url.Values{})))

	back := hubs.Abroad(b, b.Post(b.Open("/account/connections"), connect), "ada@example.org")
	p := b.Follow(b.Hop(back))
	if !strings.Contains(p.Body, "Connected. You can now sign in with it") || hubs.LinkedTo(t, local) != 1 {
		t.Fatalf("got %d at %s:\n%s", p.Status, p.URL, p.Body)
	}
	hubtest.RefusedPage(t, "the answer a second time", b.Hop(back))
	post.Pick(t, "other@example.org", "/wasnt-me")

	p = b.Submit(p, "/account/connections/remove")
	if p.URL.Path != "/account/connections" || hubs.LinkedTo(t, local) != 0 {
		t.Errorf("got %d at %s:\n%s", p.Status, p.URL, p.Body)
	}
	if p := elsewhere.Open("/account"); p.URL.Path != "/signin" {
		t.Errorf("the other browser is at %s", p.URL)
	}
	p = b.Submit(b.Open("/account/connections"), "/account/connections/undo")
	if p.URL.Path != "/signed-out" || hubs.LinkedTo(t, local) != 1 {
		t.Errorf("undone: got %d at %s", p.Status, p.URL)
	}
}

// A link that only an administrator may restore has no undo button for the user.
func TestWhatAnAdministratorDisconnectedIsShownWithoutAWayBack(t *testing.T) {
	hubs, _ := hubtest.MailingPair(t)
	hubs.Primary.Person("ada@example.org")
	hubs.Secondary.Person("root@example.org", "admin")
	local := hubs.Secondary.Person("other@example.org")
	b := hubs.Here("other@example.org")
	back := hubs.Abroad(b, b.Post(b.Open("/account/connections"), "/account/connect/"+hubs.Key.ID), "ada@example.org")
	if p := b.Follow(b.Hop(back)); !strings.Contains(p.Body, `action="/account/connections/undo"`) {
		t.Fatalf("what the person connected cannot be taken back:\n%s", p.Body)
	}
	path := "/admin/users/" + local.ID
	root := hubs.Secondary.Home("root@example.org")
	root.Submit(root.Open(path), path+"/unlink")
	p := hubs.Here("other@example.org").Open("/account/connections")
	if !strings.Contains(p.Body, "only an administrator can restore it") || strings.Contains(p.Body, `aria-label="Undo: Head office was disconnected"`) {
		t.Errorf("got:\n%s", p.Body)
	}
}

// FE-08: a linking that started in one session cannot end in another.
func TestAConnectionBelongsToTheSessionThatBeganIt(t *testing.T) {
	hubs, _ := hubtest.MailingPair(t)
	hubs.Primary.Person("ada@example.org")
	mallory, victim := hubs.Secondary.Person("mallory@example.org"), hubs.Secondary.Person("victim@example.org")
	b := hubs.Here("mallory@example.org")
	back := hubs.Abroad(b, b.Post(b.Open("/account/connections"), "/account/connect/"+hubs.Key.ID), "ada@example.org")

	hubtest.RefusedPage(t, "another browser", hubs.Here("victim@example.org").Hop(back))
	at := b.At(hubs.Secondary)
	at.SignIn(at.Open("/signin?local=1&switch=1"), "victim@example.org")
	hubtest.RefusedPage(t, "the same browser with somebody else in it", b.Hop(back))
	at.SignIn(at.Open("/signin?local=1&switch=1"), "mallory@example.org")
	hubtest.RefusedPage(t, "the same person in a new session", b.Hop(back))
	hubtest.Want(t, "links", hubs.LinkedTo(t, mallory)+hubs.LinkedTo(t, victim), 0)
}

// D7, FE-51: an email proves the account in one browser, once.
func TestAnEmailProvesAnAccountOnceAndInOneBrowser(t *testing.T) {
	hubs, post := hubtest.MailingPair(t)
	hubs.Primary.Person("ada@example.org")
	local := hubs.Secondary.Person("ada@example.org")
	b := hubs.Secondary.Browser()
	a := hubs.Secondary.App()
	p := hubs.Through(b, a, "ada@example.org")
	p = b.At(hubs.Secondary).Submit(p, "/signin/link/mail")
	if !strings.Contains(p.Body, `id="send-email"`) {
		t.Errorf("got %d at %s:\n%s", p.Status, p.URL, p.Body)
	}
	link := post.Pick(t, "ada@example.org", "/signin/link/proof")
	hubtest.RefusedPage(t, "another browser", hubs.Secondary.Browser().Open(link))

	at := b.At(hubs.Secondary)
	p = at.Open(link)
	hubtest.Want(t, "links after opening it", hubs.LinkedTo(t, local), 0)
	done := at.Post(p, "/signin/link/proof")
	hubtest.Want(t, "status", done.Status, http.StatusSeeOther)
	hubtest.Want(t, "links", hubs.LinkedTo(t, local), 1)
	hubtest.RefusedPage(t, "a second time", at.Post(p, "/signin/link/proof"))
}

// FE-51: signing out everywhere, or an unlink, invalidates the emailed proof.
func TestAnEmailProvesNothingAfterEverythingWasEnded(t *testing.T) {
	hubs, post := hubtest.MailingPair(t)
	hubs.Primary.Person("ada@example.org")
	local := hubs.Secondary.Person("ada@example.org")
	b := hubs.Secondary.Browser()
	p := hubs.Through(b, hubs.Secondary.App(), "ada@example.org")
	b.At(hubs.Secondary).Submit(p, "/signin/link/mail")
	link := post.Pick(t, "ada@example.org", "/signin/link/proof")
	other := hubs.Here("ada@example.org")
	other.Submit(other.Open("/account"), "/account/sessions/end-all")
	at := b.At(hubs.Secondary)
	hubtest.RefusedPage(t, "the email", at.Submit(at.Open(link), "/signin/link/proof"))
	hubtest.Want(t, "links", hubs.LinkedTo(t, local), 0)
}

// D6, FE-19: an account with an unverified address is emptied when the owner of
// the address signs in.
func TestWhoRegisteredAnAddressFirstKeepsNothing(t *testing.T) {
	hubs, post := hubtest.MailingPair(t)
	hubs.Primary.Person("victim@example.org")
	trap, err := hubs.Secondary.Hub.AddUser(t.Context(), audit.Named("test"), users.NewUser{Email: "victim@example.org", Password: hubtest.Password})
	if err != nil {
		t.Fatal(err)
	}
	a := hubs.Secondary.App()
	mallory := hubs.Here("victim@example.org")
	stolen := a.Redeem(mallory.SignInTo(a, "victim@example.org").Get("code"))

	b := hubs.Secondary.Browser()
	p := hubs.Through(b, a, "victim@example.org")
	if strings.Contains(p.Body, `name="password"`) {
		t.Fatalf("the trap's password would prove it:\n%s", p.Body)
	}
	b.At(hubs.Secondary).Submit(p, "/signin/link/mail")
	at := b.At(hubs.Secondary)
	at.Submit(at.Open(post.Pick(t, "victim@example.org", "/signin/link/proof")), "/signin/link/proof")
	hubtest.Want(t, "links", hubs.LinkedTo(t, trap), 1)

	if p := mallory.Open("/account"); p.URL.Path != "/signin" {
		t.Errorf("the first one's session is at %s", p.URL)
	}
	if p := mallory.SignIn(mallory.Open("/signin?local=1"), "victim@example.org"); p.URL.Path != "/signin" {
		t.Errorf("the first one's password leads to %s", p.URL)
	}
	hubtest.Want(t, "the first one's token", hubs.Secondary.Userinfo(stolen.Str("access_token")).Status, http.StatusUnauthorized)
	if p := at.Authorize(a.Request()); !strings.Contains(p.Body, `action="/consent"`) {
		t.Errorf("what the first one allowed is still allowed: %d at %s", p.Status, p.URL)
	}
}

// An email about a link has an undo link, which needs a button and works once.
func TestThisWasntMe(t *testing.T) {
	hubs, post := hubtest.MailingPair(t)
	hubs.Primary.Person("ada@example.org")
	local := hubs.Secondary.Person("ada@example.org")
	b := hubs.Secondary.Browser()
	p := hubs.Through(b, hubs.Secondary.App(), "ada@example.org")
	b.At(hubs.Secondary).Submit(p, "/signin/link", "password", hubtest.Password)
	hubtest.Want(t, "links", hubs.LinkedTo(t, local), 1)

	link := post.Pick(t, "ada@example.org", "/wasnt-me")
	reader := hubs.Secondary.Browser()
	p = reader.Open(link)
	hubtest.Want(t, "links after opening the email's link", hubs.LinkedTo(t, local), 1)
	done := reader.Submit(p, "/wasnt-me")
	if !strings.Contains(done.Body, "Undone") {
		t.Errorf("got %d at %s:\n%s", done.Status, done.URL, done.Body)
	}
	hubtest.Want(t, "links", hubs.LinkedTo(t, local), 0)
	if p := b.At(hubs.Secondary).Open("/account"); p.URL.Path != "/signin" {
		t.Errorf("the browser that was linked is at %s", p.URL)
	}
	hubtest.RefusedPage(t, "a second time", reader.Submit(p, "/wasnt-me"))
	hubtest.RefusedPage(t, "another token", reader.Open("/wasnt-me?token=x.y"))
}

// D7: a linked identity proves the account; an unlinked one proves nothing, and
// creates no account.
func TestALinkedIdentityProvesAnAccount(t *testing.T) {
	one, _ := hubtest.MailingPair(t)
	two := hubtest.Join(t, hubtest.NewWorld(t, hubtest.OpenSQLite(t)), one.Secondary, func(k *federation.LoginKey) { k.Name = "Branch office" })
	for _, w := range []*hubtest.World{one.Primary, two.Primary} {
		w.Person("ada@example.org")
		w.Person("eve@example.org")
	}
	local := one.Secondary.Person("ada@example.org")
	b := one.Secondary.Browser()
	a := one.Secondary.App()
	p := one.Through(b, a, "ada@example.org")
	b.At(one.Secondary).Submit(p, "/signin/link", "password", hubtest.Password)
	hubtest.Want(t, "links", one.LinkedTo(t, local), 1)

	for _, who := range []string{"eve@example.org", "ada@example.org"} {
		b = one.Secondary.Browser()
		p = two.Through(b, a, "ada@example.org")
		back := one.Abroad(b, b.At(one.Secondary).Post(p, "/signin/with/"+one.Key.ID), who)
		p = b.At(one.Secondary).Follow(b.Hop(back))
		if who == "eve@example.org" {
			hubtest.Want(t, "links by somebody else", one.LinkedTo(t, local), 1)
			hubtest.Want(t, "status", p.Status, http.StatusForbidden)
		}
	}
	hubtest.Want(t, "links", one.LinkedTo(t, local), 2)
}
