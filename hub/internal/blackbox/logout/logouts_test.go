package logout_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestAClientThatIsAwayIsToldWhenItIsBack(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		op := w.Operator()
		w.Person("ada@example.org")
		l := w.Listener()
		path := "/admin/clients/" + l.ID
		hubtest.Want(t, "waiting at first", op.Open(path).Text("logouts-waiting"), "0")

		l.Status.Store(http.StatusServiceUnavailable)
		for range 2 {
			b := w.Browser()
			b.SignInTo(l.App, "ada@example.org")
			b.Submit(b.Open("/signout"), "/signout")
		}
		l.Next()
		p := op.OpenUntil(path, func(p hubtest.Page) bool { return p.Text("logouts-error") != "" })
		if !strings.Contains(p.Text("logouts-error"), "503 Service Unavailable") || p.Text("logouts-next") == "" {
			t.Errorf("last error %q, next try %q", p.Text("logouts-error"), p.Text("logouts-next"))
		}
		hubtest.Want(t, "waiting", p.Text("logouts-waiting"), "2")
		hubtest.Want(t, "last told", p.Text("logouts-told"), "never")

		l.Status.Store(http.StatusNoContent)
		p = op.Submit(p, path+"/logouts")
		hubtest.Want(t, "the notice", strings.Contains(p.Text("notice"), "Sending now"), true)
		p = op.OpenUntil(path, func(p hubtest.Page) bool { return p.Text("logouts-waiting") == "0" })
		hubtest.Want(t, "last error", p.Text("logouts-error"), "")
		if p.Text("logouts-told") == "never" || p.Text("logouts-failed") == "" || strings.Contains(p.Body, "try-logouts") {
			t.Errorf("the page does not say that all is well again:\n%s", p.Body)
		}
	})
}

func TestAClientThatIsAwayIsTriedAgainByItself(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	l := w.Listener()
	l.Status.Store(http.StatusInternalServerError)
	b := w.Browser()
	b.SignInTo(l.App, "ada@example.org")
	b.Submit(b.Open("/signout"), "/signout")
	first := hubtest.ClaimsOf(t, l.Next())
	l.Status.Store(http.StatusOK)
	w.Clock.Skip(time.Hour)
	second := hubtest.ClaimsOf(t, l.Next())
	hubtest.Want(t, "the session it is about", second["sid"], first["sid"])
	if first["jti"] == second["jti"] {
		t.Error("the token is the one that was sent before")
	}
}

func TestAClientThatNeverAnswersHoldsUpNobodyElse(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	var hanging atomic.Int32
	release := make(chan struct{})
	hole := hubtest.NewServer(t, func(_ http.ResponseWriter, r *http.Request) {
		hanging.Add(1)
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(release) })
	silent := w.App(func(c *clients.Client) { c.BackchannelLogoutURI = hole + "/logout" })
	l := w.Listener()
	const people = 10
	for range people {
		b := w.Browser()
		b.SignInTo(silent, "ada@example.org")
		b.SignInTo(l.App, "ada@example.org")
		b.Submit(b.Open("/signout"), "/signout")
	}
	for range people {
		l.Next()
	}
	if n := hanging.Load(); n > 4 {
		t.Errorf("%d requests hang at one client", n)
	}
}

func TestAClientThatRefusesOneLogoutIsToldOfTheNext(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	l := w.Listener()
	l.Status.Store(http.StatusBadRequest)
	for range 2 {
		b := w.Browser()
		b.SignInTo(l.App, "ada@example.org")
		b.Submit(b.Open("/signout"), "/signout")
		l.Next()
	}
}

func TestSigningOutEverywhereTellsOfEverySession(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	l := w.Listener()
	sids := map[any]bool{}
	here := w.Browser()
	for _, b := range []*hubtest.Browser{here, w.Browser()} {
		sids[hubtest.ClaimsOf(t, b.IdToken(l.App, "ada@example.org"))["sid"]] = true
	}
	here.Submit(here.Open("/account"), "/account/sessions/end-all")
	for range 2 {
		claims := hubtest.ClaimsOf(t, l.Next())
		if !sids[claims["sid"]] {
			t.Errorf("an unknown or repeated sid %v", claims["sid"])
		}
		delete(sids, claims["sid"])
	}
}

func TestAClientThatIsTurnedOffIsNotToldAnyMore(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	op := w.Operator()
	w.Person("ada@example.org")
	l := w.Listener()
	l.Status.Store(http.StatusBadGateway)
	b := w.Browser()
	b.SignInTo(l.App, "ada@example.org")
	b.Submit(b.Open("/signout"), "/signout")
	l.Next()
	path := "/admin/clients/" + l.ID
	p := op.OpenUntil(path, func(p hubtest.Page) bool { return p.Text("logouts-error") != "" })
	p = op.Submit(p, path, "disabled", "1")
	op.Submit(p, path+"/logouts")
	p = op.OpenUntil(path, func(p hubtest.Page) bool { return p.Text("logouts-waiting") == "0" })
	hubtest.Want(t, "last told", p.Text("logouts-told"), "never")
	hubtest.Want(t, "tokens it got meanwhile", len(l.Told), 0)
}
