package admin_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// head sends HEAD, as monitoring tools do.
func head(b *hubtest.Browser, address string) hubtest.Page {
	b.W.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.W.URL + address
	}
	return b.Read(b.Head(address))
}

// RFC 9110 §9.3.2: HEAD is GET without the body. It works for every page and
// changes nothing.
func TestHEADAnswersLikeGETWithoutTheBody(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	root, stranger := w.Operator(), w.Browser()
	stranger.Open("/signin")
	known := map[string]bool{}
	for _, r := range w.Hub.Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		known[r.Path] = true
		path := sample(r.Path)
		if r.Path == "/static/*file" {
			path = "/static/x.css"
		}
		for who, b := range map[string]*hubtest.Browser{"an administrator": root, "a stranger": stranger} {
			var p hubtest.Page
			cost := w.Asked.OfRequests(func() { p = head(b, path) })
			if cost.Writes > 0 {
				t.Errorf("HEAD %s by %s writes", r.Path, who)
			}
			if slices.Contains(hub.TakingUp(), r.Path) {
				if p.Status != http.StatusOK || p.Body != "" || p.Location != "" || p.Header.Get("Set-Cookie") != "" || cost.Reads > 0 {
					t.Errorf("HEAD %s by %s: got %d %s %v, %+v; want it to do nothing", r.Path, who, p.Status, p.Location, p.Header, cost)
				}
				continue
			}
			var want hubtest.Page
			// A refused sign-in step leaves a trace.
			if cost := w.Asked.OfRequests(func() { want = b.Read(b.Get(b.W.URL + path)) }); cost.Writes > 0 && want.Status < 400 {
				t.Errorf("GET %s by %s writes, so it belongs to those at which HEAD does nothing", r.Path, who)
			}
			if p.Status != want.Status || p.Location != want.Location || p.Header.Get("Content-Type") != want.Header.Get("Content-Type") || p.Body != "" {
				t.Errorf("HEAD %s by %s: got %d %s %q with %d bytes, GET %d %s %q", r.Path, who, p.Status, p.Location, p.Header.Get("Content-Type"), len(p.Body),
					want.Status, want.Location, want.Header.Get("Content-Type"))
			}
		}
	}
	for _, path := range hub.TakingUp() {
		if !known[path] {
			t.Errorf("%s is no route", path)
		}
	}
}

// State that GET reads, starts or ends is unchanged.
func TestHEADLeavesASignInAsItIs(t *testing.T) {
	hubs := hubtest.NewProvider(t, func(k *federation.LoginKey) {
		k.Enabled, k.Direct, k.SignUps, k.TrustEmail = true, true, federation.Allow, true
	})
	w := hubs.Secondary
	hubs.Primary.Person("ada@example.org")
	a, b := w.LeavingApp(), w.Browser()
	quietly := func(what string, b *hubtest.Browser, address string) {
		t.Helper()
		cost := b.W.Asked.OfRequests(func() {
			if p := head(b, address); p.Status != http.StatusOK || p.Location != "" || p.Body != "" {
				t.Errorf("HEAD of %s: got %d %s", what, p.Status, p.Location)
			}
		})
		if cost.Writes > 0 {
			t.Errorf("HEAD of %s writes", what)
		}
	}
	asks := "/oauth2/authorize?" + a.Request().Encode()
	quietly("a request", b, asks)
	p := b.Read(b.Get(w.URL + asks))
	quietly("the page that leads to the only provider", b, p.Location)
	p = b.Hop(p) // to the provider
	p = b.At(hubs.Primary).Follow(b.Hop(p))
	p = b.At(hubs.Primary).SignIn(p, "ada@example.org")
	for !strings.HasPrefix(p.Location, w.URL+"/signin/from/") {
		if p.Location == "" {
			p = b.At(hubs.Primary).Post(p, "/consent", "decision", "allow")
			continue
		}
		p = b.Hop(p)
	}
	quietly("the provider's answer", b, p.Location)
	p = b.Follow(b.Hop(p))
	if strings.Contains(p.Body, `action="/consent"`) {
		p = b.Submit(p, "/consent", "decision", "allow")
	}
	code := b.Answer(p).Get("code")
	if code == "" {
		t.Fatalf("the sign-in did not go on: %s", p.Location)
	}
	hint := a.Redeem(code).Str("id_token")
	quietly("a sign-out", b, hubtest.Logout(hint))
	if !b.SignedIn(a) {
		t.Error("HEAD signed the person out")
	}
	there := w.Browser()
	there.Open("/signin?local=1")
	p = there.Read(there.Get(w.URL + "/oauth2/authorize?" + a.Request("prompt", "none").Encode()))
	if u, err := url.Parse(p.Location); err != nil || u.Path != "/signin/quiet" {
		t.Fatalf("prompt=none leads to %q", p.Location)
	}
	quietly("the quiet question", there, p.Location)
	if p = there.Hop(p); !strings.HasPrefix(p.Location, hubs.Primary.URL) {
		t.Errorf("the question was used up: it leads to %q", p.Location)
	}
}
