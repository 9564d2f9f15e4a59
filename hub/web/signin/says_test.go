package signin

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/testkit/sessiontest"
)

var errDisk = errors.New("the disk is full")

func TestWhoMistypedIsToldAndWhatBrokeIsNot(t *testing.T) {
	for _, row := range []struct {
		err    error
		status int
		words  string
	}{
		{users.ErrWrongPassword, http.StatusUnauthorized, "Wrong email or password"},
		{users.ErrDisabled, http.StatusForbidden, "disabled"},
		{errOnlyAdministrators, http.StatusForbidden, "can't sign in with a password here"},
		{errDisk, 0, ""},
		{nil, 0, ""},
	} {
		err := row.err
		if err != nil {
			err = fmt.Errorf("sign in: %w", err)
		}
		alert, status, ok := mistake(err)
		if status != row.status || ok != (row.status != 0) || !strings.Contains(alert.note().Title.English()+" "+alert.note().Text.English(), row.words) {
			t.Errorf("%v: got %d, %v, %q", row.err, status, ok, alert)
		}
	}
}

func TestAPasswordThatIsNotLookedAtIsAnsweredAtOnce(t *testing.T) {
	for _, row := range []struct {
		err    error
		status int
		words  string
		after  time.Duration
	}{
		{&passwords.Throttled{Until: noon().Add(61 * time.Second)}, http.StatusTooManyRequests, "Wait 2 minutes", 61 * time.Second},
		{&passwords.Throttled{Until: noon().Add(time.Second)}, http.StatusTooManyRequests, "Wait a minute", time.Second},
		{passwords.ErrBusy, http.StatusServiceUnavailable, "Too many people", time.Second},
	} {
		page, ok := unlooked(fmt.Errorf("sign in: %w", row.err), noon(), "/signin")
		if !ok || page.Status != row.status || page.RetryAfter != row.after || !strings.Contains(page.Heading.English()+" "+page.Text.English(), row.words) {
			t.Errorf("%v: got %+v", row.err, page)
		}
	}
	for _, err := range []error{nil, users.ErrWrongPassword, errDisk} {
		if page, ok := unlooked(err, noon(), "/signin"); ok {
			t.Errorf("%v: got %+v", err, page)
		}
	}
}

func TestAWaitIsNeverLongerThanItIsSaidToBe(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Minute: "a minute", time.Second: "a minute", time.Minute: "a minute", time.Minute + 1: "2 minutes", 2 * time.Minute: "2 minutes", 15*time.Minute - 1: "15 minutes",
	} {
		if got := waitFor(d).English(); got != "Wait "+want+", then try again." {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}

func status(err error) int {
	if p, ok := errors.AsType[*web.ErrorPage](err); ok {
		return p.Status
	}
	return 0
}

func TestALinkThatIsOverSaysSo(t *testing.T) {
	for err, want := range map[error]int{flows.ErrGone: http.StatusGone, errDisk: 0} {
		got := notHere(fmt.Errorf("open: %w", err))
		if status(got) != want || want == 0 && !errors.Is(got, err) {
			t.Errorf("%v: got %v, want %d", err, got, want)
		}
	}
}

// failing is a handler with only the login key company, for a Frappe site; the
// function returns what it records.
func failing(t *testing.T) (*Handler, func() []string) {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(t.Context()) }) //nolint:errcheck // the test is over
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: "audit"}}); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	d := keys(key("company"))
	d.Audit = &audit.Recorder{Set: store.NewCollection[audit.Event](db, "audit", noon), Log: slog.New(slog.DiscardHandler), Now: noon,
		Watch: func(e audit.Event) { kinds = append(kinds, e.Kind+" "+e.LoginKey) }}
	return d, func() []string { return kinds }
}

func TestAnUpstreamThatFailsLeavesAnotherWay(t *testing.T) {
	refused := federation.NewRefusal("The company", "access_denied", "<b>words of theirs</b>")
	for _, row := range []struct {
		err    error
		status int
		other  string // the alternative sign-in page
	}{
		{refused, http.StatusForbidden, "/signin?flow=flow&local=1"},
		{federation.NewFault(federation.Untrusted, "The company", errDisk), http.StatusBadGateway, "/signin?flow=flow&local=1"},
		{federation.NewFault(federation.Unexpected, "The company", errDisk), http.StatusBadRequest, "/signin?flow=flow&local=1"},
		{federation.NewFault(federation.Circular, "The company", errDisk), http.StatusLoopDetected, "/signin?flow=flow&local=1"},
		{federation.NewFault(federation.Unreachable, "The company", errDisk), http.StatusServiceUnavailable, "/signin?flow=flow&local=1"},
		{errDisk, 0, ""},
	} {
		d, recorded := failing(t)
		c, _ := get(t, "/signin/from/company")
		got := d.upstreamFailed(c, "company", pendingLogin{method: method{Flow: "flow"}}, row.err)
		p, ok := errors.AsType[*web.ErrorPage](got)
		if !ok {
			if row.status != 0 || !errors.Is(got, row.err) || len(recorded()) != 0 {
				t.Errorf("%v: got %v, recorded %q", row.err, got, recorded())
			}
			continue
		}
		if p.Status != row.status || p.Action.URL != row.other && p.Other.URL != row.other || strings.Contains(p.Text.English()+p.Heading.English(), "theirs") || p.Text.English() == "" {
			t.Errorf("%v: got %d %q, %+v", row.err, p.Status, p.Text.English(), p.Action)
		}
		if kinds := recorded(); len(kinds) != 1 || kinds[0] != "upstream.error company" {
			t.Errorf("%v: recorded %q", row.err, kinds)
		}
	}
}

// prompt=none: for every failure, the app gets an error and the user no page
// (OIDC Core §3.1.2.1).
func TestAQuietSignInThatFailsGoesBack(t *testing.T) {
	for _, err := range []error{federation.NewRefusal("The company", "login_required", ""), federation.NewFault(federation.Unreachable, "The company", errDisk)} {
		d, recorded := failing(t)
		c, rw := get(t, "/signin/from/company")
		j := pendingLogin{method: method{Flow: "flow"}}
		j.flow.Request.Prompt.None = true
		if got := d.upstreamFailed(c, "company", j, err); got != nil || rw.Code != http.StatusSeeOther || rw.Header().Get("Location") != flows.Back("flow") {
			t.Errorf("%v: got %v, %d to %q", err, got, rw.Code, rw.Header().Get("Location"))
		}
		if kinds := recorded(); len(kinds) != 1 || kinds[0] != "upstream.error company" {
			t.Errorf("%v: noted %q", err, kinds)
		}
		if got := d.upstreamFailed(c, "company", j, errDisk); !errors.Is(got, errDisk) {
			t.Errorf("what broke here is told as a no: got %v", got)
		}
	}
}

func TestNobodyBecomesSomebodyElseQuietly(t *testing.T) {
	w := sessiontest.NewWorld(t)
	d := &Handler{Sessions: w.Service}
	ada, bob := w.Person("ada"), w.Person("bob")
	signedIn, empty := w.NewBrowser(), w.NewBrowser()
	signedIn.SignIn(sessions.Start{User: ada})
	may := func(in interface {
		Visit(func(http.ResponseWriter, *http.Request)) []*http.Cookie
	}, action linking.Action, u users.User) (err error) {
		in.Visit(func(_ http.ResponseWriter, r *http.Request) {
			c, _ := get(t, "/")
			c.Request = r
			err = d.mayBe(c, linking.Decision{Action: action, User: u})
		})
		return err
	}
	sessiontest.Want(t, "who is signed in", may(signedIn, linking.SignIn, ada), nil)
	sessiontest.Want(t, "another", may(signedIn, linking.SignIn, bob), errAnother)
	sessiontest.Want(t, "an account that is made", may(signedIn, linking.Create, users.User{}), errAnother)
	sessiontest.Want(t, "where nobody is signed in", may(empty, linking.SignIn, bob), nil)
	for _, asks := range []linking.Action{linking.Refuse, linking.Confirm, linking.ConfirmByMail} {
		sessiontest.Want(t, "a question: "+string(asks), may(empty, asks, ada), errQuestion)
		sessiontest.Want(t, "a question to who is signed in: "+string(asks), may(signedIn, asks, ada), errQuestion)
	}
}

// FE-08: an identity is added to the account that it was fetched for, in the
// session in which it was.
func TestAnIdentityComesBackToTheSessionItWasFetchedFor(t *testing.T) {
	w := sessiontest.NewWorld(t)
	d := &Handler{Sessions: w.Service}
	ada := w.Person("ada")
	b, other := w.NewBrowser(), w.NewBrowser()
	s, _ := b.SignIn(sessions.Start{User: ada})
	elsewhere, _ := other.SignIn(sessions.Start{User: ada})
	for what, row := range map[string]struct {
		own  connecting
		good bool
	}{
		"its own":                 {connecting{s.ID, "ada"}, true},
		"another of hers":         {connecting{elsewhere.ID, "ada"}, false},
		"somebody else's account": {connecting{s.ID, "bob"}, false},
	} {
		b.Visit(func(_ http.ResponseWriter, r *http.Request) {
			c, _ := get(t, "/")
			c.Request = r
			p, err := d.sameSession(c, row.own)
			if row.good && (err != nil || p.User.ID != "ada") || !row.good && (status(err) != http.StatusBadRequest || p.User.ID != "") {
				t.Errorf("%s: got %q, %v", what, p.User.ID, err)
			}
		})
	}
	w.NewBrowser().Visit(func(_ http.ResponseWriter, r *http.Request) {
		c, _ := get(t, "/")
		c.Request = r
		if _, err := d.sameSession(c, connecting{s.ID, "ada"}); status(err) != http.StatusBadRequest {
			t.Errorf("signed out meanwhile: got %v", err)
		}
	})
}
