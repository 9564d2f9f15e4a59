package faults_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/users/fields"
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/internal/testkit/countstore"
)

// A figure is the maximum number of database calls of an act. Rounds are the
// calls in sequence before the response.
type figure struct{ reads, writes, rounds int }

func (n figure) String() string {
	return fmt.Sprintf("{%d, %d, %d}", n.reads, n.writes, n.rounds)
}

func figureOf(c countstore.Cost) figure { return figure{c.Reads, c.Writes, c.Rounds} }

// within checks that an act stays within its figure. If it needs less, lower the
// figure.
func (n figure) within(t *testing.T, most figure) {
	t.Helper()
	switch {
	case n.reads > most.reads || n.writes > most.writes || n.rounds > most.rounds:
		t.Errorf("it costs %v reads, writes and rounds, at most %v", n, most)
	case n != most:
		t.Logf("it costs %v, less than %v: lower its line", n, most)
	}
}

// A price is the cost of a repeated request, with warm caches.
type price struct {
	name string
	most figure
	// ready prepares the request.
	ready func(f *faulty) (request func() answered)
}

// told is the act of the story with this name.
func told(stories []story, name string) func(f *faulty) func() answered {
	return func(f *faulty) func() answered {
		for _, s := range stories {
			if s.name == name {
				act, _ := s.tell(f)
				return act
			}
		}
		f.Fatalf("there is no story %q", name)
		return nil
	}
}

// got is a GET of one page, with any result.
func got(b *hubtest.Browser, path string) answered {
	b.W.Helper()
	return shownTo(b.Read(b.Get(b.W.URL + path)))
}

// public is a page without sign-in.
func public(path string) func(f *faulty) func() answered {
	return func(f *faulty) func() answered {
		b := f.Browser()
		return func() answered { return got(b, path) }
	}
}

var prices = []price{
	// The token endpoint, by each grant.
	{"token: a code", figure{8, 4, 12}, // the client's last use is stored once a day
		told(machineStories, "a code is redeemed")},
	{"token: a refresh token", figure{4, 1, 5}, told(machineStories, "a token is refreshed")},
	{"token: client credentials", figure{3, 1, 4}, told(machineStories, "a machine gets a token")},
	{"token: an exchange", figure{8, 2, 10}, told(machineStories, "a token is exchanged")},
	{"token: a device's code", figure{3, 3, 6}, told(machineStories, "a device collects")},
	{"token: a back-channel request", figure{3, 3, 6}, told(machineStories, "a person is asked by back channel, and the app collects")},
	{"token: an assertion", figure{3, 2, 5}, func(f *faulty) func() answered {
		mine := hubtest.NewVoice(f.TB.(*testing.T))
		job := f.App(func(c *clients.Client) {
			c.GrantTypes, c.JWKS = append(c.GrantTypes, clients.GrantJWT, clients.GrantClientCredentials), mine.Keys()
		})
		said := mine.Say(f.Words(job.ID, job.ID))
		return func() answered { return answeredBy(job.Vouch(said)) }
	}},

	// Other endpoints of apps.
	{"introspection", figure{3, 0, 3}, told(machineStories, "a token is looked at")},
	{"revocation", figure{5, 3, 8}, told(machineStories, "a token is revoked")},
	{"userinfo", figure{3, 0, 3}, told(machineStories, "a person is looked at")},
	{"a pushed request", figure{2, 2, 4}, told(machineStories, "a request is pushed")},
	{"a device's request", figure{1, 1, 2}, told(machineStories, "a device asks")},
	{"a back-channel request", figure{4, 2, 6}, told(machineStories, "a back-channel request begins")},
	{"a registration", figure{4, 3, 7}, told(machineStories, "an app registers itself")},
	{"keys", figure{}, public("/oauth2/jwks")},
	{"discovery", figure{}, public("/.well-known/openid-configuration")},
	{"readiness", figure{1, 0, 1}, public("/readyz")},

	// Signing in.
	{"authorization, by nobody yet", figure{1, 2, 3}, func(f *faulty) func() answered {
		a, b := f.App(), f.Browser()
		return func() answered { return got(b, "/oauth2/authorize?"+a.Request().Encode()) }
	}},
	{"authorization, signed in and agreed before", figure{3, 1, 4}, func(f *faulty) func() answered {
		h := f.signedIn()
		return func() answered { return got(h.b, "/oauth2/authorize?"+h.App.Request().Encode()) }
	}},
	{"the sign-in page", figure{}, public("/signin")},
	{"the sign-in page, for an app", figure{1, 0, 1}, func(f *faulty) func() answered {
		a, b := f.App(), f.Browser()
		to := got(b, "/oauth2/authorize?"+a.Request().Encode()).Location
		return func() answered { return got(b, strings.TrimPrefix(to, f.URL)) }
	}},
	{"a sign-in by password", figure{6, 5, 11}, func(f *faulty) func() answered {
		email, b := f.someone(), f.Browser()
		p := b.Open("/signin")
		return func() answered {
			return shownTo(b.Post(p, "/signin", "email", email, "password", hubtest.Password))
		}
	}},
	{"a sign-out", figure{4, 2, 6}, func(f *faulty) func() answered {
		h := f.signedIn()
		p := h.b.Open("/signout")
		return func() answered { return shownTo(h.b.Post(p, "/signout")) }
	}},
}

// The database cost of each request is limited, so a change that raises it fails
// a test.
func TestWhatARequestCosts(t *testing.T) {
	for _, p := range prices {
		t.Run(p.name, func(t *testing.T) {
			f := newFaulty(t)
			f.Policy(settings.RegistrationOpen)
			f.Clock.Stop() // caches stay warm
			p.ready(f)()
			f.skip(time.Minute) // avoids the rate limits
			p.ready(f)()
			request := p.ready(f)
			var a answered
			cost := f.Asked.OfRequests(func() { a = request() })
			if !a.acked() {
				t.Fatalf("got %d %s %s", a.Status, a.Location, hubtest.Gist(a.Body))
			}
			figureOf(cost).within(t, p.most)
		})
	}
}

// pagePrices are the pages of users and administrators: every GET route below
// /account and /admin.
var pagePrices = map[string]figure{
	"/account":                        {11, 0, 11},
	"/account/activity":               {7, 0, 7},
	disownPage:                        {9, 0, 9},
	"/account/approvals":              {5, 0, 5},
	"/account/data":                   {4, 0, 4},
	"/account/delete":                 {10, 0, 10},
	"/account/security":               {9, 0, 9},
	"/account/connections":            {9, 0, 9},
	"/account/email":                  {6, 0, 6},
	"/account/passkeys":               {9, 0, 9},
	"/account/password":               {4, 0, 4},
	"/account/profile":                {4, 0, 4},
	provePage:                         {8, 0, 8},
	"/account/second-factor":          {9, 0, 9},
	"/account/verify/:token":          {5, 0, 5},
	"/admin":                          {12, 0, 12},
	"/admin/clients":                  {5, 0, 5},
	"/admin/clients/:id":              {7, 0, 7},
	"/admin/clients/:id/setup":        {6, 0, 6},
	"/admin/clients/frappe":           {4, 0, 4},
	"/admin/clients/new":              {4, 0, 4},
	"/admin/audit":                    {11, 0, 11},
	"/admin/audit/:id":                {7, 0, 7},
	"/admin/account-links":            {5, 0, 5},
	"/admin/fields":                   {4, 0, 4},
	"/admin/groups":                   {4, 0, 4},
	"/admin/groups/:id":               {8, 0, 8},
	"/admin/groups/:id/delete":        {6, 0, 6},
	"/admin/providers":                {5, 0, 5},
	"/admin/providers/:id":            {8, 0, 8},
	"/admin/providers/:id/delete":     {6, 0, 6},
	"/admin/providers/:id/identities": {7, 0, 7},
	"/admin/providers/:id/simulate":   {4, 0, 4},
	testOver:                          {4, 0, 4},
	"/admin/providers/new":            {4, 0, 4},
	"/admin/sign-out-delivery":        {6, 0, 6},
	"/admin/sign-out-delivery/:sid":   {6, 0, 6},
	"/admin/map":                      {15, 0, 15},
	"/admin/hubs":                     {8, 0, 8},
	"/admin/settings":                 {6, 0, 6},
	"/admin/signing":                  {4, 0, 4},
	"/admin/sign-in-log":              {8, 0, 8},
	"/admin/sign-in-log/:ref":         {8, 0, 8},
	"/admin/users":                    {8, 0, 8},
	deleteField:                       {5, 0, 5},
	"/admin/import":                   {4, 0, 4},
	"/admin/users/:id":                {14, 0, 14},
	"/admin/users/:id/delete":         {10, 0, 10},
	"/admin/users/deleted/:id":        {5, 0, 5},
}

// disownPage is about one event, the newest.
const disownPage = "/account/activity/wasnt-me"

// provePage leads on once the address is proved, as it is for the second factor.
const provePage = "/account/prove-address"

const deleteField = "/admin/fields/:name/delete"

// testOver shows the result of a login key's test. Here there is none.
const testOver = "/admin/providers/:id/tried"

func TestWhatAPageCosts(t *testing.T) {
	f := newFaulty(t)
	f.Clock.Stop()
	ada := f.keptForPages(t)
	hubtest.Done(t, f.Hub.AddField(t.Context(), audit.Named("test"), fields.Field{Name: "department", Label: "Department", Type: fields.Text}))
	for _, r := range f.Hub.Routes() {
		if r.Method != http.MethodGet || !strings.HasPrefix(r.Path, "/account") && !strings.HasPrefix(r.Path, "/admin") {
			continue
		}
		t.Run(r.Path, func(t *testing.T) {
			most, known := pagePrices[r.Path]
			if !known {
				t.Error("it has no line in pagePrices")
			}
			path := ada.path(r.Path)
			if strings.Contains(path, ":") {
				t.Fatalf("what stands for the parameters of %s?", path)
			}
			got(ada.b, path)
			var a answered
			cost := f.Asked.OfRequests(func() { a = got(ada.b, path) })
			if a.Status != http.StatusOK && r.Path != testOver && r.Path != provePage {
				t.Fatalf("got %d %s %s", a.Status, a.Location, hubtest.Gist(a.Body))
			}
			figureOf(cost).within(t, most)
		})
	}
}

// exampled is an administrator with example records for all pages.
type exampled struct {
	b                                                            *hubtest.Browser
	user, app, site, key, group, event, trace, signOut, mailLink string
}

// path fills in the parameters of a route.
func (e exampled) path(route string) string {
	switch route {
	case "/admin/clients/:id/setup":
		return strings.Replace(route, ":id", e.site, 1)
	case "/account/verify/:token":
		return e.mailLink
	case "/account/second-factor":
		return e.b.OpenProved(route).URL.RequestURI()
	case deleteField:
		return strings.Replace(route, ":name", "department", 1)
	case provePage:
		return route + "?to=passkeys"
	case disownPage:
		return e.b.Disowns("You signed in").URL.RequestURI()
	}
	id := map[string]string{"clients": e.app, "users": e.user, "providers": e.key, "groups": e.group, "audit": e.event}
	if parts := strings.Split(route, "/"); len(parts) > 2 {
		route = strings.Replace(route, ":id", url.PathEscape(id[parts[2]]), 1)
	}
	return strings.NewReplacer(":ref", e.trace, ":sid", e.signOut).Replace(route)
}

func (f *faulty) keptForPages(t *testing.T) exampled {
	t.Helper()
	told := f.Listener()
	email := f.someone("admin")
	b := f.Browser()
	b.SignInTo(told.App, email)
	b.Submit(b.Open("/signout"), "/signout")
	b.SignInTo(told.App, email)
	b.Submit(b.Open("/account/email"), "/account/email", "email", "new-"+email)
	key, err := f.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{ID: "up", Kind: federation.KindOpenID, Name: "Up",
		BaseURL: "https://up.example.org", ClientID: "x"}, "secret")
	hubtest.Done(t, err)
	u, err := f.Hub.FindUser(t.Context(), email)
	hubtest.Done(t, err)
	group, err := f.Hub.AddGroup(t.Context(), audit.Named("test"), groups.Edit{Name: "Staff"})
	hubtest.Done(t, err)
	_, err = f.Hub.AddMember(t.Context(), audit.Named("test"), group.ID, u.ID)
	hubtest.Done(t, err)
	outs, err := store.NewCollection[logouts.SignOut](f.Backend, "signouts", f.Clock.Now).All(t.Context())
	hubtest.Done(t, err)
	kept, err := f.Hub.LatestTraces(t.Context(), traces.Filter{}, 1)
	hubtest.Done(t, err)
	events, _, err := f.Hub.AuditEvents(t.Context(), audit.Filter{What: audit.MemberAdded}, "", 1)
	hubtest.Done(t, err)
	return exampled{b: b, user: u.ID, app: told.ID, site: f.Site("Head Office").ID, key: key.ID, group: group.ID, event: events[0].ID, trace: kept[0].Ref,
		signOut: outs[0].SID, mailLink: f.box.Link(f.World, "new-"+email)}
}
