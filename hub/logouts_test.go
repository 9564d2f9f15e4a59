package hub_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/clients"
)

// listener is an app that hears of logouts: its answers are what answer says,
// and every token it got is in told.
type listener struct {
	*app
	told   chan string
	status atomic.Int32
}

func (w *world) listener() *listener {
	w.Helper()
	l := &listener{told: make(chan string, 100)}
	l.status.Store(http.StatusOK)
	server := newServer(w.TB, func(rw http.ResponseWriter, r *http.Request) {
		token := r.PostFormValue("logout_token")
		rw.WriteHeader(int(l.status.Load()))
		l.told <- token
	})
	l.app = w.app(func(c *clients.Client) { c.BackchannelLogoutURI = server + "/logout" })
	return l
}

// next is the logout token that arrives next; one that never does fails the
// test.
func (l *listener) next() string {
	l.w.Helper()
	return arrives(l.w, l.told, "the app hears of no logout")
}

// arrives waits for what happens beside the requests, and fails the test in
// these words if it does not.
func arrives[T any](t testing.TB, from <-chan T, otherwise string) T {
	t.Helper()
	select {
	case one := <-from:
		return one
	case <-time.After(time.Minute): // long, for machines that are busy
		t.Fatal(otherwise)
		panic("unreachable")
	}
}

// text is what stands in the element of a page with this id.
func (p page) text(id string) string {
	root, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		return err.Error()
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || attr(n, "id") != id {
			continue
		}
		var out strings.Builder
		for inner := range n.Descendants() {
			if inner.Type == html.TextNode {
				out.WriteString(inner.Data)
			}
		}
		return out.String()
	}
	return ""
}

// openUntil opens a page again and again until it is as it should be.
func (b *browser) openUntil(path string, good func(page) bool) page {
	b.w.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if p := b.open(path); good(p) {
			return p
		}
	}
	b.w.Fatalf("%s never became what it should be", path)
	return page{}
}

func TestAClientThatIsAwayIsToldWhenItIsBack(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		op := w.operator()
		w.person("ada@example.org")
		l := w.listener()
		path := "/admin/clients/" + l.ID
		want(t, "waiting at first", op.open(path).text("logouts-waiting"), "0")

		l.status.Store(http.StatusServiceUnavailable)
		for range 2 {
			b := w.browser()
			b.signInTo(l.app, "ada@example.org")
			b.submit(b.open("/signout"), "/signout")
		}
		l.next()
		p := op.openUntil(path, func(p page) bool { return p.text("logouts-error") != "" })
		if !strings.Contains(p.text("logouts-error"), "503 Service Unavailable") || p.text("logouts-next") == "" {
			t.Errorf("last error %q, next try %q", p.text("logouts-error"), p.text("logouts-next"))
		}
		want(t, "waiting", p.text("logouts-waiting"), "2")
		want(t, "last told", p.text("logouts-told"), "never")

		l.status.Store(http.StatusNoContent)
		p = op.submit(p, path+"/logouts")
		want(t, "the notice", strings.Contains(p.text("notice"), "Being told now"), true)
		p = op.openUntil(path, func(p page) bool { return p.text("logouts-waiting") == "0" })
		want(t, "last error", p.text("logouts-error"), "")
		if p.text("logouts-told") == "never" || p.text("logouts-failed") == "" || strings.Contains(p.Body, "try-logouts") {
			t.Errorf("the page does not say that all is well again:\n%s", p.Body)
		}
	})
}

func TestAClientThatIsAwayIsTriedAgainByItself(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	l := w.listener()
	l.status.Store(http.StatusInternalServerError)
	b := w.browser()
	b.signInTo(l.app, "ada@example.org")
	b.submit(b.open("/signout"), "/signout")
	first := claimsOf(t, l.next())
	l.status.Store(http.StatusOK)
	w.clock.skip(time.Hour)
	second := claimsOf(t, l.next())
	want(t, "the session it is about", second["sid"], first["sid"])
	if first["jti"] == second["jti"] {
		t.Error("the token is the one that was sent before")
	}
}

func TestAClientThatNeverAnswersHoldsUpNobodyElse(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	var hanging atomic.Int32
	release := make(chan struct{})
	hole := newServer(t, func(_ http.ResponseWriter, r *http.Request) {
		hanging.Add(1)
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(release) })
	silent := w.app(func(c *clients.Client) { c.BackchannelLogoutURI = hole + "/logout" })
	l := w.listener()
	const people = 10
	for range people {
		b := w.browser()
		b.signInTo(silent, "ada@example.org")
		b.signInTo(l.app, "ada@example.org")
		b.submit(b.open("/signout"), "/signout")
	}
	for range people {
		l.next()
	}
	if n := hanging.Load(); n > 4 {
		t.Errorf("%d requests hang at one client", n)
	}
}

func TestAClientThatRefusesOneLogoutIsToldOfTheNext(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	l := w.listener()
	l.status.Store(http.StatusBadRequest)
	for range 2 {
		b := w.browser()
		b.signInTo(l.app, "ada@example.org")
		b.submit(b.open("/signout"), "/signout")
		l.next()
	}
}

func TestSigningOutEverywhereTellsOfEverySession(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	l := w.listener()
	sids := map[any]bool{}
	here := w.browser()
	for _, b := range []*browser{here, w.browser()} {
		sids[claimsOf(t, b.idToken(l.app, "ada@example.org"))["sid"]] = true
	}
	here.submit(here.open("/account"), "/account/sessions/end-all")
	for range 2 {
		claims := claimsOf(t, l.next())
		if !sids[claims["sid"]] {
			t.Errorf("an unknown or repeated sid %v", claims["sid"])
		}
		delete(sids, claims["sid"])
	}
}

func TestAClientThatIsTurnedOffIsNotToldAnyMore(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	op := w.operator()
	w.person("ada@example.org")
	l := w.listener()
	l.status.Store(http.StatusBadGateway)
	b := w.browser()
	b.signInTo(l.app, "ada@example.org")
	b.submit(b.open("/signout"), "/signout")
	l.next()
	path := "/admin/clients/" + l.ID
	p := op.openUntil(path, func(p page) bool { return p.text("logouts-error") != "" })
	p = op.submit(p, path, "disabled", "1")
	op.submit(p, path+"/logouts")
	p = op.openUntil(path, func(p page) bool { return p.text("logouts-waiting") == "0" })
	want(t, "last told", p.text("logouts-told"), "never")
	want(t, "tokens it got meanwhile", len(l.told), 0)
}
