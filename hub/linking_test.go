package hub_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/users"
)

// lettered is a pair whose secondary sends letters.
func lettered(t *testing.T, change ...func(*federation.LoginKey)) (pair, *postbox) {
	t.Helper()
	post := &postbox{}
	primary := newWorld(t, openSQLite(t))
	return join(t, primary, newWorldAs(t, openSQLite(t), hub.Config{Mail: post}), change...), post
}

// abroad goes on at the primary, as this person, until the browser is sent back
// to the secondary, and returns that address.
func (p pair) abroad(b *browser, at page, email string) page {
	b.w.Helper()
	for range 20 {
		switch {
		case strings.HasPrefix(at.Location, p.secondary.URL+"/signin/from/"):
			return at
		case at.Location != "":
			at = b.hop(at)
		case strings.Contains(at.Body, `action="/signin"`):
			at = b.at(p.primary).post(at, "/signin", "email", email, "password", password)
		case strings.Contains(at.Body, `action="/consent"`):
			at = b.at(p.primary).post(at, "/consent", "decision", "allow")
		case strings.Contains(at.Body, `id="continue"`):
			at.Location = regexp.MustCompile(`href="(http[^"]+)" id="continue"`).FindStringSubmatch(at.Body)[1]
			at.Location = strings.ReplaceAll(at.Location, "&amp;", "&")
		default:
			b.w.Fatalf("stuck at %s:\n%s", at.URL, at.Body)
		}
	}
	b.w.Fatal("no end to it")
	return page{}
}

// here signs in at the secondary and opens the page of connections.
func (p pair) here(email string) *browser {
	p.secondary.Helper()
	b := p.secondary.browser()
	at := b.signIn(b.open("/signin?local=1&to=/account/connections"), email)
	if at.URL.Path != "/account/connections" {
		p.secondary.Fatalf("at %s:\n%s", at.URL, at.Body)
	}
	return b
}

func (p pair) linkedTo(t *testing.T, u users.User) int {
	t.Helper()
	all, err := p.secondary.Hub.Identities(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// D2, FE-07, FE-52: connecting and disconnecting on the account page.
func TestAPersonConnectsAndDisconnectsAnIdentity(t *testing.T) {
	hubs, post := lettered(t)
	hubs.primary.person("ada@example.org")
	local := hubs.secondary.person("other@example.org")
	b, elsewhere := hubs.here("other@example.org"), hubs.here("other@example.org")
	connect := "/account/connect/" + hubs.key.ID

	if p := b.open(connect); p.Status != http.StatusMethodNotAllowed && p.Status != http.StatusNotFound {
		t.Errorf("a link starts it: %d", p.Status)
	}
	refusedPage(t, "without our form", b.read(b.PostForm(hubs.secondary.URL+connect, url.Values{})))

	back := hubs.abroad(b, b.post(b.open("/account/connections"), connect), "ada@example.org")
	p := b.follow(b.hop(back))
	if !strings.Contains(p.Body, "Connected. You can sign in with it") || hubs.linkedTo(t, local) != 1 {
		t.Fatalf("got %d at %s:\n%s", p.Status, p.URL, p.Body)
	}
	refusedPage(t, "the answer a second time", b.hop(back))
	post.pick(t, "other@example.org", "/wasnt-me")

	p = b.submit(p, "/account/connections/remove")
	if p.URL.Path != "/account/connections" || hubs.linkedTo(t, local) != 0 {
		t.Errorf("got %d at %s:\n%s", p.Status, p.URL, p.Body)
	}
	if p := elsewhere.open("/account"); p.URL.Path != "/signin" {
		t.Errorf("the other browser is at %s", p.URL)
	}
	p = b.submit(b.open("/account/connections"), "/account/connections/undo")
	if p.URL.Path != "/signed-out" || hubs.linkedTo(t, local) != 1 {
		t.Errorf("undone: got %d at %s", p.Status, p.URL)
	}
}

// What only an administrator may put back is not offered to anybody else.
func TestWhatAnAdministratorDisconnectedIsShownWithoutAWayBack(t *testing.T) {
	hubs, _ := lettered(t)
	hubs.primary.person("ada@example.org")
	hubs.secondary.person("root@example.org", "admin")
	local := hubs.secondary.person("other@example.org")
	b := hubs.here("other@example.org")
	back := hubs.abroad(b, b.post(b.open("/account/connections"), "/account/connect/"+hubs.key.ID), "ada@example.org")
	if p := b.follow(b.hop(back)); !strings.Contains(p.Body, `action="/account/connections/undo"`) {
		t.Fatalf("what the person connected cannot be taken back:\n%s", p.Body)
	}
	path := "/admin/users/" + local.ID
	root := hubs.secondary.home("root@example.org")
	root.submit(root.open(path), path+"/unlink")
	p := hubs.here("other@example.org").open("/account/connections")
	if !strings.Contains(p.Body, "only an administrator can put it back") || strings.Contains(p.Body, `aria-label="Undo: Head office was disconnected"`) {
		t.Errorf("got:\n%s", p.Body)
	}
}

// FE-08: what was begun in one session ends in no other.
func TestAConnectionBelongsToTheSessionThatBeganIt(t *testing.T) {
	hubs, _ := lettered(t)
	hubs.primary.person("ada@example.org")
	mallory, victim := hubs.secondary.person("mallory@example.org"), hubs.secondary.person("victim@example.org")
	b := hubs.here("mallory@example.org")
	back := hubs.abroad(b, b.post(b.open("/account/connections"), "/account/connect/"+hubs.key.ID), "ada@example.org")

	refusedPage(t, "another browser", hubs.here("victim@example.org").hop(back))
	at := b.at(hubs.secondary)
	at.signIn(at.open("/signin?local=1&switch=1"), "victim@example.org")
	refusedPage(t, "the same browser with somebody else in it", b.hop(back))
	at.signIn(at.open("/signin?local=1&switch=1"), "mallory@example.org")
	refusedPage(t, "the same person in a new session", b.hop(back))
	want(t, "links", hubs.linkedTo(t, mallory)+hubs.linkedTo(t, victim), 0)
}

// D7, FE-51: a letter proves the account in one browser, once.
func TestALetterProvesAnAccountOnceAndInOneBrowser(t *testing.T) {
	hubs, post := lettered(t)
	hubs.primary.person("ada@example.org")
	local := hubs.secondary.person("ada@example.org")
	b := hubs.secondary.browser()
	a := hubs.secondary.app()
	p := hubs.through(b, a, "ada@example.org")
	p = b.at(hubs.secondary).submit(p, "/signin/link/mail")
	if !strings.Contains(p.Body, "letter") {
		t.Errorf("got %d at %s:\n%s", p.Status, p.URL, p.Body)
	}
	link := post.pick(t, "ada@example.org", "/signin/link/proof")
	refusedPage(t, "another browser", hubs.secondary.browser().open(link))

	at := b.at(hubs.secondary)
	p = at.open(link)
	want(t, "links after opening it", hubs.linkedTo(t, local), 0)
	done := at.post(p, "/signin/link/proof")
	want(t, "status", done.Status, http.StatusSeeOther)
	want(t, "links", hubs.linkedTo(t, local), 1)
	refusedPage(t, "a second time", at.post(p, "/signin/link/proof"))
}

// FE-51: signing out everywhere, or an unlink, ends what a letter could prove.
func TestALetterProvesNothingAfterEverythingWasEnded(t *testing.T) {
	hubs, post := lettered(t)
	hubs.primary.person("ada@example.org")
	local := hubs.secondary.person("ada@example.org")
	b := hubs.secondary.browser()
	p := hubs.through(b, hubs.secondary.app(), "ada@example.org")
	b.at(hubs.secondary).submit(p, "/signin/link/mail")
	link := post.pick(t, "ada@example.org", "/signin/link/proof")
	other := hubs.here("ada@example.org")
	other.submit(other.open("/account"), "/account/sessions/end-all")
	at := b.at(hubs.secondary)
	refusedPage(t, "the letter", at.submit(at.open(link), "/signin/link/proof"))
	want(t, "links", hubs.linkedTo(t, local), 0)
}

// D6, FE-19: who registered the address first keeps nothing.
func TestWhoRegisteredAnAddressFirstKeepsNothing(t *testing.T) {
	hubs, post := lettered(t)
	hubs.primary.person("victim@example.org")
	trap, err := hubs.secondary.Hub.AddUser(t.Context(), "test", users.NewUser{Email: "victim@example.org", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	a := hubs.secondary.app()
	mallory := hubs.here("victim@example.org")
	stolen := a.redeem(mallory.signInTo(a, "victim@example.org").Get("code"))

	b := hubs.secondary.browser()
	p := hubs.through(b, a, "victim@example.org")
	if strings.Contains(p.Body, `name="password"`) {
		t.Fatalf("the trap's password would prove it:\n%s", p.Body)
	}
	b.at(hubs.secondary).submit(p, "/signin/link/mail")
	at := b.at(hubs.secondary)
	at.submit(at.open(post.pick(t, "victim@example.org", "/signin/link/proof")), "/signin/link/proof")
	want(t, "links", hubs.linkedTo(t, trap), 1)

	if p := mallory.open("/account"); p.URL.Path != "/signin" {
		t.Errorf("the first one's session is at %s", p.URL)
	}
	if p := mallory.signIn(mallory.open("/signin?local=1"), "victim@example.org"); p.URL.Path != "/signin" {
		t.Errorf("the first one's password leads to %s", p.URL)
	}
	want(t, "the first one's token", hubs.secondary.userinfo(stolen.str("access_token")).Status, http.StatusUnauthorized)
	if p := at.authorize(a.request()); !strings.Contains(p.Body, `action="/consent"`) {
		t.Errorf("what the first one allowed is still allowed: %d at %s", p.Status, p.URL)
	}
}

// A letter about a link undoes it, by a button and once.
func TestThisWasntMe(t *testing.T) {
	hubs, post := lettered(t)
	hubs.primary.person("ada@example.org")
	local := hubs.secondary.person("ada@example.org")
	b := hubs.secondary.browser()
	p := hubs.through(b, hubs.secondary.app(), "ada@example.org")
	b.at(hubs.secondary).submit(p, "/signin/link", "password", password)
	want(t, "links", hubs.linkedTo(t, local), 1)

	link := post.pick(t, "ada@example.org", "/wasnt-me")
	reader := hubs.secondary.browser()
	p = reader.open(link)
	want(t, "links after opening the letter's link", hubs.linkedTo(t, local), 1)
	done := reader.submit(p, "/wasnt-me")
	if !strings.Contains(done.Body, "It is undone") {
		t.Errorf("got %d at %s:\n%s", done.Status, done.URL, done.Body)
	}
	want(t, "links", hubs.linkedTo(t, local), 0)
	if p := b.at(hubs.secondary).open("/account"); p.URL.Path != "/signin" {
		t.Errorf("the browser that was linked is at %s", p.URL)
	}
	refusedPage(t, "a second time", reader.submit(p, "/wasnt-me"))
	refusedPage(t, "another token", reader.open("/wasnt-me?token=x.y"))
}

// D7: an identity that is linked already proves the account; one that is not
// proves nothing, and makes nobody.
func TestALinkedIdentityProvesAnAccount(t *testing.T) {
	one, _ := lettered(t)
	two := join(t, newWorld(t, openSQLite(t)), one.secondary, func(k *federation.LoginKey) { k.Name = "Branch office" })
	for _, w := range []*world{one.primary, two.primary} {
		w.person("ada@example.org")
		w.person("eve@example.org")
	}
	local := one.secondary.person("ada@example.org")
	b := one.secondary.browser()
	a := one.secondary.app()
	p := one.through(b, a, "ada@example.org")
	b.at(one.secondary).submit(p, "/signin/link", "password", password)
	want(t, "links", one.linkedTo(t, local), 1)

	for _, who := range []string{"eve@example.org", "ada@example.org"} {
		b = one.secondary.browser()
		p = two.through(b, a, "ada@example.org")
		back := one.abroad(b, b.at(one.secondary).post(p, "/signin/with/"+one.key.ID), who)
		p = b.at(one.secondary).follow(b.hop(back))
		if who == "eve@example.org" {
			want(t, "links by somebody else", one.linkedTo(t, local), 1)
			want(t, "status", p.Status, http.StatusForbidden)
		}
	}
	want(t, "links", one.linkedTo(t, local), 2)
}
