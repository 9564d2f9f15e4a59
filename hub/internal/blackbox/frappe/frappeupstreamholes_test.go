package frappe_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

// What sites that sign people in through another one do wrong, by the number
// under which it was reported, and what this hub does in their place.

// A social login's state was taken from whoever brought it.
func TestFrappeHole40962TheStateIsOneBrowsersAndGoodOnce(t *testing.T) {
	s := hubtest.Above(t, frappetest.G1)
	b := s.Browser()
	p := b.Submit(b.Open("/signin"), "/signin/with/erp")
	stop := s.Site.Visit(t, p.Location, hubtest.AshaThere, frappetest.Allow)
	hubtest.RefusedPage(t, "another browser", s.Browser().Open(stop.To))
	forged := strings.Replace(stop.To, "state=", "state=x", 1)
	hubtest.RefusedPage(t, "another state", b.Open(forged))
	if p := b.Open(stop.To); p.Status >= 400 {
		t.Fatalf("the right one: got %d:\n%s", p.Status, p.Body)
	}
	hubtest.RefusedPage(t, "a second time", b.Open(stop.To))
}

// A code of somebody else, as a link to a site's consent page makes one, is of
// no use: the state and the nonce are this browser's.
func TestFrappeHoleConsentBypassACodeOfAnotherSignInIsWorthNothing(t *testing.T) {
	s := hubtest.Above(t, frappetest.G1)
	s.Site.Join("eve@example.com", "Eve", "")
	b, eves := s.Browser(), s.Browser()
	mine := s.Site.Visit(t, b.Submit(b.Open("/signin"), "/signin/with/erp").Location, hubtest.AshaThere, frappetest.Allow)
	hers := s.Site.Visit(t, eves.Submit(eves.Open("/signin"), "/signin/with/erp").Location, "eve@example.com", frappetest.Allow)
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
	if p := b.Open(mixed.String()); p.Status < 400 || b.Open("/account").URL.Path != "/signin" {
		t.Errorf("Eve's code signed somebody in: %d", p.Status)
	}
}

// An e-mail address that nobody verified was taken for the account.
func TestFrappeHole42402AnUnverifiedAddressIsNobodysAccount(t *testing.T) {
	s := hubtest.Above(t, frappetest.G4, func(k *federation.LoginKey) { k.Linking = federation.Auto })
	s.Person(hubtest.AshaThere)
	b := s.Browser()
	p := s.Come(b, b.Open("/signin"), hubtest.AshaThere, frappetest.Allow)
	hubtest.Want(t, "status", p.Status, http.StatusForbidden)
	hubtest.Want(t, "where they are", b.Open("/account").URL.Path, "/signin")
	hubtest.Want(t, "tokens alive at the site", s.Alive(), 0)

	// With the administrator's word the owner of the account is asked.
	s = hubtest.Above(t, frappetest.G4, func(k *federation.LoginKey) { k.Linking, k.TrustEmail = federation.Confirm, true })
	s.Person(hubtest.AshaThere)
	b = s.Browser()
	p = s.Come(b, b.Open("/signin"), hubtest.AshaThere, frappetest.Allow)
	hubtest.Want(t, "trusted: where they are", p.URL.Path, "/signin/link")
}

// Deny was a page with a traceback.
func TestFrappeHole28123WhoSaysNoCanStartAgain(t *testing.T) {
	for _, g := range frappetest.Generations() {
		s := hubtest.Above(t, g)
		a, b := s.App(), s.Browser()
		p := s.Come(b, b.Authorize(a.Request()), hubtest.AshaThere, frappetest.Deny)
		hubtest.Want(t, g.String()+": status", p.Status, http.StatusForbidden)
		if !strings.Contains(p.Body, "Sign-in cancelled") || strings.Contains(p.Body, "access_denied") {
			t.Fatalf("%s: got\n%s", g, p.Body)
		}
		// The way back leads to the same app.
		p = s.Come(b, b.Open(linkOf(t, p, "action")), hubtest.AshaThere, frappetest.Allow)
		if strings.Contains(p.Body, `action="/consent"`) {
			p = b.Submit(p, "/consent", "decision", "allow")
		}
		hubtest.Want(t, g.String()+": redeemed", a.Redeem(b.Answer(p).Get("code")).Status, 200)
	}
	s := hubtest.Above(t, frappetest.G1)
	p := s.Browser().Open("/signin/from/erp?error=access_denied&error_description=Call+0900")
	if p.Status != http.StatusForbidden || strings.Contains(p.Body, "0900") {
		t.Errorf("without a sign-in: got %d:\n%s", p.Status, p.Body)
	}
	hubtest.Want(t, "audited without a sign-in", strings.Count(s.Logs.String(), "upstream.error"), 0)
	hubtest.RefusedPage(t, "of no key", s.Browser().Open("/signin/from/nosuch?error=access_denied"))
}

// linkOf is the address of a page's link or button, by its id.
func linkOf(t *testing.T, p hubtest.Page, id string) string {
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
	s := hubtest.Above(t, frappetest.G2a)
	b := s.Operator()
	stop := s.Site.Visit(t, b.Submit(b.Open("/admin/providers/erp"), "/admin/providers/erp/try").Location, hubtest.AshaThere, frappetest.Allow)
	p := b.Open(stop.To)
	for _, text := range []string{hubtest.AshaThere, "Asha Rao", "Accounts User", "accounts"} {
		if !strings.Contains(p.Body, text) {
			t.Errorf("the page does not say %q:\n%s", text, p.Body)
		}
	}
}

// Roles of the provider were left lying.
func TestFrappeHole14921RolesAreMappedAndAutomaticOnesAreNot(t *testing.T) {
	s := hubtest.Above(t, frappetest.G3)
	r := s.SignIn(s.Browser(), s.App(), "scope", "openid profile email roles")
	hubtest.Want(t, "roles", hubtest.Roles(s.World, r), "accounts") // not "everybody", by All
}

// A site can have one provider of the kind Frappe.
func TestFrappeHoleOnePrimaryTwoSitesSignPeopleInBesideEachOther(t *testing.T) {
	s := hubtest.Above(t, frappetest.G1)
	other := frappetest.NewPlainPrimary(t, frappetest.G4, func(site *frappetest.Site) { site.Now = s.Clock.Now })
	other.Join(hubtest.AshaThere, "Another", "Asha")
	client := other.Register(s.URL + "/signin/from/shop")
	_, err := s.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{
		ID: "shop", Kind: federation.KindFrappe, Name: "Shop", BaseURL: other.URL, ClientID: client.ID, Enabled: true, SignUps: federation.Allow,
	}, client.Secret)
	if err != nil {
		t.Fatal(err)
	}
	b := s.Browser()
	s.Come(b, b.Open("/signin"), hubtest.AshaThere, frappetest.Allow)
	b2 := s.Browser()
	stop := other.Visit(t, b2.Submit(b2.Open("/signin"), "/signin/with/shop").Location, hubtest.AshaThere, frappetest.Allow)
	b2.Open(stop.To)
	one, two := b.Open("/account").Body, b2.Open("/account").Body
	if !strings.Contains(one, "Asha Rao") || !strings.Contains(two, "Another Asha") {
		t.Error("the two are not signed in, or are one")
	}
	// Mix-up: an answer of one site is none at the other's address.
	b3 := s.Browser()
	stop = s.Site.Visit(t, b3.Submit(b3.Open("/signin"), "/signin/with/erp").Location, hubtest.AshaThere, frappetest.Allow)
	hubtest.RefusedPage(t, "at the other's address", b3.Open(strings.Replace(stop.To, "/from/erp", "/from/shop", 1)))
}

// Who was found by the address was somebody else after it had changed.
func TestFrappeHoleEmailAsKeyANewAddressIsTheSamePerson(t *testing.T) {
	s := hubtest.Above(t, frappetest.G1, func(k *federation.LoginKey) { k.TrustEmail = true })
	a := s.App()
	first := hubtest.ClaimsOf(t, s.SignIn(s.Browser(), a).Str("id_token"))["sub"]
	s.Site.Edit(func(site *frappetest.Site) {
		u := site.People[hubtest.AshaThere]
		u.Email = "asha.rao@example.com"
		site.People[hubtest.AshaThere], site.People[u.Email] = u, u
	})
	hubtest.Want(t, "the subject under another address", hubtest.ClaimsOf(t, s.SignIn(s.Browser(), a).Str("id_token"))["sub"], first)
}

// A short-lived state annoyed people until its check was dropped.
func TestFrappeHole12904WhoTookTooLongIsToldAndStartsAgain(t *testing.T) {
	s := hubtest.Above(t, frappetest.G1)
	b := s.Browser()
	p := b.Submit(b.Open("/signin"), "/signin/with/erp")
	stop := s.Site.Visit(t, p.Location, hubtest.AshaThere, frappetest.Allow)
	s.Clock.Skip(9 * time.Minute)
	if p := b.Open(stop.To); p.Status >= 400 {
		t.Errorf("after nine minutes: got %d", p.Status)
	}
	b = s.Browser()
	stop = s.Site.Visit(t, b.Submit(b.Open("/signin"), "/signin/with/erp").Location, hubtest.AshaThere, frappetest.Allow)
	s.Clock.Skip(16 * time.Minute)
	late := b.Open(stop.To)
	hubtest.RefusedPage(t, "after sixteen", late)
	if !strings.Contains(late.Body, `href="/signin`) && !strings.Contains(late.Body, `id="action"`) {
		t.Errorf("nobody is led on:\n%s", late.Body)
	}
}

// One key that was described wrongly took the whole sign-in page down.
func TestFrappeHole33579OneBrokenKeyLeavesTheOthers(t *testing.T) {
	s := hubtest.Above(t, frappetest.G1)
	_, err := s.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{
		ID: "broken", Kind: federation.KindFrappe, Name: "Broken", BaseURL: "http://127.0.0.1:1", ClientID: "x", Enabled: true, SignUps: federation.Allow,
	}, "x")
	if err != nil {
		t.Fatal(err)
	}
	b := s.Browser()
	if p := s.Come(b, b.Open("/signin"), hubtest.AshaThere, frappetest.Allow); p.Status >= 400 {
		t.Errorf("got %d:\n%s", p.Status, p.Body)
	}
}

// The page that somebody wanted was lost on the way through the provider.
func TestFrappeHole7637WhoWantedAPageGetsIt(t *testing.T) {
	s := hubtest.Above(t, frappetest.G1)
	b := s.Browser()
	p := s.Come(b, b.Open("/account/profile"), hubtest.AshaThere, frappetest.Allow)
	hubtest.Want(t, "where they are", p.URL.Path, "/account/profile")
}
