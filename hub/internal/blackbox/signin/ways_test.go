package signin_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/store"
)

// counted counts the calls to a database.
type counted struct {
	store.Backend
	reads atomic.Int64
}

func (c *counted) Get(ctx context.Context, set, id string) (store.Record, error) {
	c.reads.Add(1)
	return c.Backend.Get(ctx, set, id)
}

func (c *counted) Find(ctx context.Context, set string, q store.Query) ([]store.Record, error) {
	c.reads.Add(1)
	return c.Backend.Find(ctx, set, q)
}

// addWays adds enabled keys.
func addWays(t testing.TB, add func(context.Context, audit.Actor, federation.LoginKey, string) (federation.LoginKey, error), n int) {
	t.Helper()
	for i := range n {
		_, err := add(t.Context(), audit.Named("test"), federation.LoginKey{
			ID: fmt.Sprintf("way-%d", i), Kind: federation.KindOpenID, Name: fmt.Sprintf("Provider %03d", i),
			BaseURL: fmt.Sprintf("https://id%d.example.org", i), ClientID: "us", Enabled: true,
		}, "")
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAHundredLoginKeysCostTheDatabaseNoMoreThanOne(t *testing.T) {
	reads := map[int]int64{}
	for _, n := range []int{1, 100} {
		backend := &counted{Backend: hubtest.OpenSQLite(t)}
		w := hubtest.NewWorld(t, backend)
		addWays(t, w.Hub.KeepLoginKey, n)
		b := w.Browser()
		p := b.Open("/signin")
		// Background work reads too, so the minimum of several tries counts.
		for try := range 5 {
			w.Clock.Skip(time.Minute) // the caches have expired
			before := backend.reads.Load()
			p = b.Open("/signin")
			if took := backend.reads.Load() - before; try == 0 || took < reads[n] {
				reads[n] = took
			}
		}
		if !strings.Contains(p.Body, fmt.Sprintf(`id="with-way-%d"`, n-1)) {
			t.Errorf("the last of %d is not on the page", n)
		}
		visible, _, _ := strings.Cut(p.Body, "<details")
		hubtest.Want(t, "buttons that are not folded away", strings.Count(visible, `formaction="/signin/with/`), min(n, 6))
	}
	if reads[1] == 0 || reads[100] > reads[1] {
		t.Errorf("the page took %d reads with one key and %d with a hundred", reads[1], reads[100])
	}
}

func TestManyWaysToSignInAreFoldedAwayAndFound(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	addWays(t, w.Hub.KeepLoginKey, 30)
	p := w.Browser().Open("/signin?q=provider+017")
	for id, there := range map[string]bool{"with-way-0": true, "with-way-17": true, "with-way-18": false} {
		hubtest.Want(t, id, strings.Contains(p.Body, `id="`+id+`"`), there)
	}
	p = w.Browser().Open("/signin?q=nobody")
	if !strings.Contains(p.Body, "No results.") {
		t.Error("the page does not say that nothing was found")
	}
}

func TestAnAddressLeadsToItsHomeAndTellsNothing(t *testing.T) {
	hubs := hubtest.NewProvider(t, func(k *federation.LoginKey) {
		k.Enabled, k.Hidden, k.HomeDomains = true, true, []string{"example.org"}
	})
	w := hubs.Secondary
	w.Person("ada@example.org")
	w.Person("bo@example.net")
	b := w.Browser()
	p := b.Open("/signin")
	if strings.Contains(p.Body, `id="with-company"`) || strings.Contains(p.Body, `id="password"`) {
		t.Errorf("a hidden key has a button, or the password is asked first:\n%s", p.Body)
	}
	for _, email := range []string{"ada@example.org", "nobody@EXAMPLE.org"} {
		at := w.Browser()
		at = &hubtest.Browser{W: w, Client: at.Client}
		left := at.Post(at.Open("/signin"), "/signin", "email", email)
		u, err := url.Parse(left.Location)
		if err != nil || !strings.HasPrefix(left.Location, hubs.Primary.URL) {
			t.Fatalf("%s: got %d, location %q", email, left.Status, left.Location)
		}
		hubtest.Want(t, "login_hint", u.Query().Get("login_hint"), email)
	}
	bodies := map[string]string{}
	for _, email := range []string{"bo@example.net", "no@example.net"} {
		at := w.Browser()
		p := at.Submit(at.Open("/signin"), "/signin", "email", email)
		hubtest.Want(t, email, p.Status, 200)
		if !strings.Contains(p.Body, `id="password"`) || !strings.Contains(p.Body, email) {
			t.Errorf("%s: the password is not asked:\n%s", email, p.Body)
		}
		bodies[email] = email
		if email == "bo@example.net" {
			hubtest.Want(t, "with the password", at.SignIn(p, email).URL.Path, "/account")
		}
	}
	// The alternative if the provider is down.
	local := b.Open("/signin?local=1")
	hubtest.Want(t, "with a password whatever the domain", b.SignIn(local, "ada@example.org").URL.Path, "/account")
}

func TestAnAppNamesTheWayAndABrowserRemembersIt(t *testing.T) {
	hubs := hubtest.NewProvider(t, func(k *federation.LoginKey) {
		k.Enabled, k.SignUps, k.TrustEmail = true, federation.Allow, true
	})
	hubs.Primary.Person("ada@example.org")
	w := hubs.Secondary
	addWays(t, w.Hub.KeepLoginKey, 8)
	a := w.App()
	b := w.Browser()
	at := b.Open("/oauth2/authorize?" + a.Request("idp", "company").Encode())
	if !strings.HasPrefix(at.Location, hubs.Primary.URL) {
		t.Fatalf("got %d at %s, location %q, want the provider", at.Status, at.URL, at.Location)
	}
	ignored := w.Browser().Authorize(a.Request("idp", "no-such-key"))
	hubtest.Want(t, "a key that is not there", ignored.URL.Path, "/signin")
	for at.Location != "" && !strings.HasPrefix(at.Location, hubtest.Callback) {
		at = b.Hop(at)
	}
	at = b.At(hubs.Primary).SignIn(at, "ada@example.org")
	for at.Location != "" && !strings.HasPrefix(at.Location, hubtest.Callback) {
		at = b.Hop(at)
	}
	if strings.Contains(at.Body, `action="/consent"`) {
		at = b.Submit(at, "/consent", "decision", "allow")
	}
	b.Submit(b.Open("/signout"), "/signout")
	p := b.Open("/signin")
	first := strings.Index(p.Body, `id="with-`)
	if first < 0 || !strings.HasPrefix(p.Body[first:], `id="with-company"`) || !strings.Contains(p.Body, "Last used") {
		t.Errorf("the way that was taken last is not first:\n%s", p.Body)
	}
	for name, value := range hubtest.Cookies(b) {
		if strings.HasSuffix(name, "_last") {
			hubtest.Want(t, "the cookie", value, "company")
		}
	}
}

// BenchmarkSignInPage measures the page's cost of each further login key.
func BenchmarkSignInPage(b *testing.B) {
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			h := hubtest.BenchHub(b)
			addWays(b, h.KeepLoginKey, n)
			hubtest.ServeAgainAndAgain(b, h, func() *http.Request { return httptest.NewRequest(http.MethodGet, "/signin", nil) })
		})
	}
}
