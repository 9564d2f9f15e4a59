package hub_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/frappe/frappetest"
)

// What sites that sign people in through another one do wrong, by the number
// under which it was reported, and what this hub does in their place.

// A social login's state was taken from whoever brought it.
func TestFrappeHole40962TheStateIsOneBrowsersAndGoodOnce(t *testing.T) {
	s := above(t, frappetest.G1)
	b := s.browser()
	p := b.submit(b.open("/signin"), "/signin/with/erp")
	stop := s.site.Visit(t, p.Location, ashaThere, frappetest.Allow)
	refusedPage(t, "another browser", s.browser().open(stop.To))
	forged := strings.Replace(stop.To, "state=", "state=x", 1)
	refusedPage(t, "another state", b.open(forged))
	if p := b.open(stop.To); p.Status >= 400 {
		t.Fatalf("the right one: got %d:\n%s", p.Status, p.Body)
	}
	refusedPage(t, "a second time", b.open(stop.To))
}

// A code of somebody else, as a link to a site's consent page makes one, is of
// no use: the state and the nonce are this browser's.
func TestFrappeHoleConsentBypassACodeOfAnotherSignInIsWorthNothing(t *testing.T) {
	s := above(t, frappetest.G1)
	s.site.Join("eve@example.com", "Eve", "")
	b, eves := s.browser(), s.browser()
	mine := s.site.Visit(t, b.submit(b.open("/signin"), "/signin/with/erp").Location, ashaThere, frappetest.Allow)
	hers := s.site.Visit(t, eves.submit(eves.open("/signin"), "/signin/with/erp").Location, "eve@example.com", frappetest.Allow)
	mixed, err := url.Parse(mine.To)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := url.Parse(hers.To)
	if err != nil {
		t.Fatal(err)
	}
	q := mixed.Query()
	q.Set("code", theirs.Query().Get("code"))
	mixed.RawQuery = q.Encode()
	if p := b.open(mixed.String()); p.Status < 400 || b.open("/account").URL.Path != "/signin" {
		t.Errorf("Eve's code signed somebody in: %d", p.Status)
	}
}

// An e-mail address that nobody verified was taken for the account.
func TestFrappeHole42402AnUnverifiedAddressIsNobodysAccount(t *testing.T) {
	s := above(t, frappetest.G4, func(k *federation.LoginKey) { k.Linking = federation.Auto })
	s.person(ashaThere)
	b := s.browser()
	p := s.come(b, b.open("/signin"), ashaThere, frappetest.Allow)
	want(t, "status", p.Status, http.StatusForbidden)
	want(t, "where they are", b.open("/account").URL.Path, "/signin")
	want(t, "tokens alive at the site", s.alive(), 0)

	// With the administrator's word the owner of the account is asked.
	s = above(t, frappetest.G4, func(k *federation.LoginKey) { k.Linking, k.TrustEmail = federation.Confirm, true })
	s.person(ashaThere)
	b = s.browser()
	p = s.come(b, b.open("/signin"), ashaThere, frappetest.Allow)
	want(t, "trusted: where they are", p.URL.Path, "/signin/link")
}

// Deny was a page with a traceback.
func TestFrappeHole28123WhoSaysNoCanStartAgain(t *testing.T) {
	for _, g := range frappetest.Generations() {
		s := above(t, g)
		a, b := s.app(), s.browser()
		p := s.come(b, b.authorize(a.request()), ashaThere, frappetest.Deny)
		want(t, g.String()+": status", p.Status, http.StatusForbidden)
		if !strings.Contains(p.Body, "The sign-in was cancelled.") || strings.Contains(p.Body, "access_denied") {
			t.Fatalf("%s: got\n%s", g, p.Body)
		}
		// The way back leads to the same app.
		p = s.come(b, b.open(linkOf(t, p, "action")), ashaThere, frappetest.Allow)
		if strings.Contains(p.Body, `action="/consent"`) {
			p = b.submit(p, "/consent", "decision", "allow")
		}
		want(t, g.String()+": redeemed", a.redeem(b.answer(p).Get("code")).Status, 200)
	}
	s := above(t, frappetest.G1)
	p := s.browser().open("/signin/from/erp?error=access_denied&error_description=Call+0900")
	if p.Status != http.StatusForbidden || strings.Contains(p.Body, "0900") {
		t.Errorf("without a sign-in: got %d:\n%s", p.Status, p.Body)
	}
	want(t, "audited without a sign-in", strings.Count(s.log.String(), "upstream.error"), 0)
	refusedPage(t, "of no key", s.browser().open("/signin/from/nosuch?error=access_denied"))
}

// linkOf is the address of a page's link or button, by its id.
func linkOf(t *testing.T, p page, id string) string {
	t.Helper()
	_, rest, found := strings.Cut(p.Body, `id="`+id+`"`)
	before := p.Body[:len(p.Body)-len(rest)]
	tag := before[strings.LastIndex(before, "<"):] + rest[:strings.Index(rest, ">")]
	_, href, ok := strings.Cut(tag, `href="`)
	if !found || !ok {
		t.Fatalf("there is no %q on\n%s", id, p.Body)
	}
	href, _, _ = strings.Cut(href, `"`)
	return strings.ReplaceAll(href, "&amp;", "&")
}

// "Email not verified" was all that anybody learnt.
func TestFrappeHole37354ATestShowsTheClaims(t *testing.T) {
	s := above(t, frappetest.G2a)
	b := s.operator()
	stop := s.site.Visit(t, b.submit(b.open("/admin/keys/erp"), "/admin/keys/erp/try").Location, ashaThere, frappetest.Allow)
	p := b.open(stop.To)
	for _, text := range []string{ashaThere, "Asha Rao", "Accounts User", "accounts"} {
		if !strings.Contains(p.Body, text) {
			t.Errorf("the page does not say %q:\n%s", text, p.Body)
		}
	}
}

// Roles of the provider were left lying.
func TestFrappeHole14921RolesAreMappedAndAutomaticOnesAreNot(t *testing.T) {
	s := above(t, frappetest.G3)
	r := s.signIn(s.browser(), s.app(), "scope", "openid profile email roles")
	want(t, "roles", roles(s.world, r), "accounts") // not "everybody", by All
}

// A site can have one provider of the kind Frappe.
func TestFrappeHoleOnePrimaryTwoSitesSignPeopleInBesideEachOther(t *testing.T) {
	s := above(t, frappetest.G1)
	other := frappetest.NewPlainPrimary(t, frappetest.G4, func(site *frappetest.Site) { site.Now = s.clock.now })
	other.Join(ashaThere, "Another", "Asha")
	client := other.Register(s.URL + "/signin/from/shop")
	_, err := s.Hub.KeepLoginKey(t.Context(), "test", federation.LoginKey{
		ID: "shop", Kind: federation.KindFrappe, Name: "Shop", BaseURL: other.URL, ClientID: client.ID, Enabled: true, SignUps: federation.Allow,
	}, client.Secret)
	if err != nil {
		t.Fatal(err)
	}
	b := s.browser()
	s.come(b, b.open("/signin"), ashaThere, frappetest.Allow)
	b2 := s.browser()
	stop := other.Visit(t, b2.submit(b2.open("/signin"), "/signin/with/shop").Location, ashaThere, frappetest.Allow)
	b2.open(stop.To)
	one, two := b.open("/account").Body, b2.open("/account").Body
	if !strings.Contains(one, "Asha Rao") || !strings.Contains(two, "Another Asha") {
		t.Error("the two are not signed in, or are one")
	}
	// Mix-up: an answer of one site is none at the other's address.
	b3 := s.browser()
	stop = s.site.Visit(t, b3.submit(b3.open("/signin"), "/signin/with/erp").Location, ashaThere, frappetest.Allow)
	refusedPage(t, "at the other's address", b3.open(strings.Replace(stop.To, "/from/erp", "/from/shop", 1)))
}

// Who was found by the address was somebody else after it had changed.
func TestFrappeHoleEmailAsKeyANewAddressIsTheSamePerson(t *testing.T) {
	s := above(t, frappetest.G1, func(k *federation.LoginKey) { k.TrustEmail = true })
	a := s.app()
	first := claimsOf(t, s.signIn(s.browser(), a).str("id_token"))["sub"]
	s.site.Edit(func(site *frappetest.Site) {
		u := site.People[ashaThere]
		u.Email = "asha.rao@example.com"
		site.People[ashaThere], site.People[u.Email] = u, u
	})
	want(t, "the subject under another address", claimsOf(t, s.signIn(s.browser(), a).str("id_token"))["sub"], first)
}

// A short-lived state annoyed people until its check was dropped.
func TestFrappeHole12904WhoTookTooLongIsToldAndStartsAgain(t *testing.T) {
	s := above(t, frappetest.G1)
	b := s.browser()
	p := b.submit(b.open("/signin"), "/signin/with/erp")
	stop := s.site.Visit(t, p.Location, ashaThere, frappetest.Allow)
	s.clock.skip(9 * time.Minute)
	if p := b.open(stop.To); p.Status >= 400 {
		t.Errorf("after nine minutes: got %d", p.Status)
	}
	b = s.browser()
	stop = s.site.Visit(t, b.submit(b.open("/signin"), "/signin/with/erp").Location, ashaThere, frappetest.Allow)
	s.clock.skip(16 * time.Minute)
	late := b.open(stop.To)
	refusedPage(t, "after sixteen", late)
	if !strings.Contains(late.Body, `href="/signin`) && !strings.Contains(late.Body, `id="action"`) {
		t.Errorf("nobody is led on:\n%s", late.Body)
	}
}

// One key that was described wrongly took the whole sign-in page down.
func TestFrappeHole33579OneBrokenKeyLeavesTheOthers(t *testing.T) {
	s := above(t, frappetest.G1)
	_, err := s.Hub.KeepLoginKey(t.Context(), "test", federation.LoginKey{
		ID: "broken", Kind: federation.KindFrappe, Name: "Broken", BaseURL: "http://127.0.0.1:1", ClientID: "x", Enabled: true, SignUps: federation.Allow,
	}, "x")
	if err != nil {
		t.Fatal(err)
	}
	b := s.browser()
	if p := s.come(b, b.open("/signin"), ashaThere, frappetest.Allow); p.Status >= 400 {
		t.Errorf("got %d:\n%s", p.Status, p.Body)
	}
}

// The page that somebody wanted was lost on the way through the provider.
func TestFrappeHole7637WhoWantedAPageGetsIt(t *testing.T) {
	s := above(t, frappetest.G1)
	b := s.browser()
	p := s.come(b, b.open("/account/profile"), ashaThere, frappetest.Allow)
	want(t, "where they are", p.URL.Path, "/account/profile")
}
