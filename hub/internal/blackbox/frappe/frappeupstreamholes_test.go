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

// Defects of sites that sign in through a provider, by the number of the report,
// and the behavior of this hub instead.

// Frappe accepted a social login's state in another browser.
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

// An attacker's code in a link does not work, because state and nonce belong to
// the browser.
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

// Frappe signed users in by an unverified email.
func TestFrappeHole42402AnUnverifiedAddressIsNobodysAccount(t *testing.T) {
	s := hubtest.Above(t, frappetest.G4, func(k *federation.LoginKey) { k.Linking = federation.Auto })
	s.Person(hubtest.AshaThere)
	b := s.Browser()
	p := s.Come(b, b.Open("/signin"), hubtest.AshaThere, frappetest.Allow)
	hubtest.Want(t, "status", p.Status, http.StatusForbidden)
	hubtest.Want(t, "where they are", b.Open("/account").URL.Path, "/signin")
	hubtest.Want(t, "tokens alive at the site", s.Alive(), 0)

	// If the administrator allows it, the owner of the account must prove it.
	s = hubtest.Above(t, frappetest.G4, func(k *federation.LoginKey) { k.Linking, k.TrustEmail = federation.Confirm, true })
	s.Person(hubtest.AshaThere)
	b = s.Browser()
	p = s.Come(b, b.Open("/signin"), hubtest.AshaThere, frappetest.Allow)
	hubtest.Want(t, "trusted: where they are", p.URL.Path, "/signin/link")
}

// In Frappe, Deny showed a traceback.
func TestFrappeHole28123WhoSaysNoCanStartAgain(t *testing.T) {
	for _, g := range frappetest.Generations() {
		s := hubtest.Above(t, g)
		a, b := s.App(), s.Browser()
		p := s.Come(b, b.Authorize(a.Request()), hubtest.AshaThere, frappetest.Deny)
		hubtest.Want(t, g.String()+": status", p.Status, http.StatusForbidden)
		if !strings.Contains(p.Body, "You cancelled at ") || strings.Contains(p.Body, "access_denied") {
			t.Fatalf("%s: got\n%s", g, p.Body)
		}
		// The link back leads to the same app.
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

// Frappe said only "Email not verified".
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

// Frappe ignored the provider's roles.
func TestFrappeHole14921RolesAreMappedAndAutomaticOnesAreNot(t *testing.T) {
	s := hubtest.Above(t, frappetest.G3)
	r := s.SignIn(s.Browser(), s.App(), "scope", "openid profile email roles")
	hubtest.Want(t, "roles", hubtest.Roles(s.World, r), "accounts") // and not "everybody", which the role All would give
}

// A Frappe site can have only one provider of the kind Frappe.
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
	// Mix-up: the response of one site is refused at the other's callback.
	b3 := s.Browser()
	stop = s.Site.Visit(t, b3.Submit(b3.Open("/signin"), "/signin/with/erp").Location, hubtest.AshaThere, frappetest.Allow)
	hubtest.RefusedPage(t, "at the other's address", b3.Open(strings.Replace(stop.To, "/from/erp", "/from/shop", 1)))
}

// Frappe looked users up by email, so a changed email led to another account.
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

// In Frappe, states expired too soon, until the check was removed.
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

// In Frappe, one wrong key broke the whole sign-in page.
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

// In Frappe, the requested page was lost on the way through the provider.
func TestFrappeHole7637WhoWantedAPageGetsIt(t *testing.T) {
	s := hubtest.Above(t, frappetest.G1)
	b := s.Browser()
	p := s.Come(b, b.Open("/account/profile"), hubtest.AshaThere, frappetest.Allow)
	hubtest.Want(t, "where they are", p.URL.Path, "/account/profile")
}
