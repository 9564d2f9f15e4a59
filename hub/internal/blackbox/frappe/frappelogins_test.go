package frappe_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

func TestPeopleSignInToSitesOfEveryGenerationByEveryProvider(t *testing.T) {
	for _, provider := range []string{clients.FrappeProvider, clients.KeycloakProvider, "Head Office"} {
		w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
		ada := w.Person("Ada@Example.org", "writer")
		bob := w.Person("bob@example.org")
		for _, generation := range frappetest.Generations() {
			t.Run(provider+" "+generation.String(), func(t *testing.T) {
				s := w.Simulate(t, generation, provider)
				s.DisableSignups = true // the site's key has another setting
				record := s.Key.Record()

				// A new user of the site.
				b := w.Browser()
				p := b.SignIn(s.Press(t, b, "/app/todo?a=1&b=%2B"), "ada@example.org")
				email, location := s.Arrive(t, b, b.Submit(p, "/consent", "decision", "allow"))
				hubtest.Want(t, "who is signed in", email, "ada@example.org")
				hubtest.Want(t, "where they go on", location, "/app/todo?a=1&b=%2B")
				made, _ := s.Account("ada@example.org")
				hubtest.Want(t, "the name there", made.Name(), "Ada Lovelace")
				hubtest.Want(t, "their id there", made.UserIDs[record], ada.ID)

				// The second sign-in shows no page, and the site's cookies do not
				// disturb the hub's session.
				email, location = s.Arrive(t, b, s.Press(t, b, ""))
				hubtest.Want(t, "who is signed in again", email, "ada@example.org")
				hubtest.Want(t, "where they go on then", location, s.URL+"/me")

				// An existing user of the site.
				s.Add(frappetest.Account{Email: "bob@example.org", FirstName: "Robert", SystemUser: true})
				b = w.Browser()
				p = b.SignIn(s.Press(t, b, ""), "bob@example.org")
				email, location = s.Arrive(t, b, b.Submit(p, "/consent", "decision", "allow"))
				hubtest.Want(t, "who is signed in", email, "bob@example.org")
				hubtest.Want(t, "where they go on", location, s.URL)
				known, _ := s.Account("bob@example.org")
				hubtest.Want(t, "the name there", known.Name(), "Robert")
				if noted := known.UserIDs[record] == bob.ID; noted == (record == "frappe") {
					t.Errorf("the site calls them %v", known.UserIDs)
				}
			})
		}
	}
}

// If the user denies consent or the hub refuses, the page is the hub's, and the
// site gets no request.
func TestNoSiteOfAnyGenerationIsSentAnError(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	for _, generation := range frappetest.Generations() {
		for _, provider := range []string{clients.FrappeProvider, clients.KeycloakProvider, "Head Office"} {
			s := w.Simulate(t, generation, provider)
			stays := func(what string, p hubtest.Page, status int) {
				t.Helper()
				what = generation.String() + ", " + provider + ", " + what
				hubtest.Want(t, what, p.Status, status)
				if p.Location != "" || p.Header.Get("Refresh") != "" || !strings.Contains(p.Body, `href="`+s.URL+`/login"`) {
					t.Errorf("%s: leads to %q and %q, or there is no way back:\n%s", what, p.Location, p.Header.Get("Refresh"), p.Body)
				}
			}
			b := w.Browser()
			p := b.SignIn(s.Press(t, b, ""), "ada@example.org")
			stays("declined", b.Submit(p, "/consent", "decision", "deny"), 403)
			stays("a scope that it may not have", b.Open(strings.Replace(s.Link(s.Key, ""), "scope=openid", "scope=openid+phone", 1)), 400)
			stays("a response type that it may not have", b.Open(strings.Replace(s.Link(s.Key, ""), "response_type=code", "response_type=id_token", 1)), 400)
			stays("prompts that exclude one another", b.Open(s.Link(s.Key, "")+"&prompt=none+login"), 400)
			if asked := s.Requests(); len(asked) > 0 {
				t.Errorf("the site asked %v", asked)
			}
		}
	}
}

// An internal error shows the hub's page and sends the site nothing; the site's
// own requests get JSON.
func TestAFailureOfOursIsKeptFromASite(t *testing.T) {
	db := faultstore.New(hubtest.OpenSQLite(t))
	w := hubtest.NewWorld(t, db)
	w.Person("ada@example.org")
	s := w.Simulate(t, frappetest.G1, clients.FrappeProvider)
	b := w.Browser()
	p := b.SignIn(s.Press(t, b, ""), "ada@example.org")
	db.Arm(faultstore.Plan{Counts: hubtest.OfIssuing, Nth: 1})
	p = b.Submit(p, "/consent", "decision", "allow")
	if p.Status < 500 || p.Location != "" || !strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
		t.Errorf("agreeing: %d, %q", p.Status, p.Location)
	}
	hubtest.Want(t, "it did fail", db.Disarm().Failed, true)

	code := s.CodeFor(t, b, "ada@example.org", "s")
	db.Arm(faultstore.Plan{Counts: hubtest.OfIssuing, Nth: 1})
	r := w.Raw(hubtest.FrappePath+"get_token", s.SiteForm(code))
	if r.Status < 500 || r.Str("error") == "" || r.Str("access_token") != "" || r.Header.Get("Location") != "" {
		t.Errorf("the token endpoint: %d %s", r.Status, r.Body)
	}
	hubtest.Want(t, "it did fail too", db.Disarm().Failed, true)
}
