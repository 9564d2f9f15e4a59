package logout_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestASignOutIsALineOfTheLedger(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		op := w.Operator()
		ada := w.Person("ada@example.org")
		good, away := w.Listener(), w.Listener()
		away.Status.Store(http.StatusServiceUnavailable)
		b := w.Browser()
		b.SignInTo(good.App, "ada@example.org")
		b.SignInTo(away.App, "ada@example.org")
		p := b.Submit(b.Open("/signout"), "/signout")
		good.Next()
		away.Next()

		// The user can open the list of deliveries repeatedly.
		p = b.OpenUntil(p.URL.RequestURI(), func(p hubtest.Page) bool { return strings.Contains(p.Text("told"), "Signed out of 1 app.") })
		if told := p.Text("told"); !strings.Contains(told, "1 app has not answered yet. We keep trying") || strings.Count(told, "Payroll") != 1 {
			t.Errorf("the person reads %q", told)
		}
		if p := w.Browser().Open(p.URL.RequestURI()); p.Text("told") != "" {
			t.Errorf("another browser reads %q", p.Text("told"))
		}

		// So does the administrator.
		list := op.OpenUntil("/admin/sign-out-delivery", func(p hubtest.Page) bool { return strings.Contains(p.Text("signouts"), "1 retrying") })
		if !strings.Contains(list.Text("signouts"), ada.Email) || !strings.Contains(list.Text("signouts"), "2 recipients") {
			t.Errorf("the list is %q", list.Text("signouts"))
		}
		entry := op.OpenUntil(linkOn(t, list.Body, "/admin/sign-out-delivery/"), func(p hubtest.Page) bool { return strings.Contains(p.Text("recipients"), "503") })
		for _, say := range []string{"Delivered", "Retrying", "next try"} {
			if !strings.Contains(entry.Text("recipients"), say) {
				t.Errorf("the entry does not say %q: %q", say, entry.Text("recipients"))
			}
		}
		if p := b.Open("/admin/sign-out-delivery"); strings.Contains(p.Body, `id="signouts"`) {
			t.Error("everybody may read the ledger")
		}

		// The app is up again after hours.
		away.Status.Store(http.StatusOK)
		w.Clock.Skip(2 * time.Hour)
		away.Next()
		op.OpenUntil("/admin/sign-out-delivery", func(p hubtest.Page) bool { return strings.Contains(p.Text("signouts"), "Delivered") })
	})
}

func TestWhoNeverAnswersIsUnreachableInTheLedger(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	op := w.Operator()
	w.Person("ada@example.org")
	away := w.Listener()
	away.Status.Store(http.StatusBadRequest)
	b := w.Browser()
	b.SignInTo(away.App, "ada@example.org")
	b.Submit(b.Open("/signout"), "/signout")
	away.Next()
	w.Clock.Skip(25 * time.Hour)
	op.SignIn(op.Open("/signin"), "root@example.org") // the session is no longer recent
	list := op.Open("/admin/sign-out-delivery")
	if !strings.Contains(list.Text("signouts"), "1 unreachable") {
		t.Errorf("the list is %q", list.Text("signouts"))
	}
	if entry := op.Open(linkOn(t, list.Body, "/admin/sign-out-delivery/")); !strings.Contains(entry.Text("recipients"), "Unreachable") || strings.Contains(entry.Text("recipients"), "next try") {
		t.Errorf("the entry is %q", entry.Text("recipients"))
	}
}

// linkOn is the first link on the page with this prefix.
func linkOn(t *testing.T, body, prefix string) string {
	t.Helper()
	_, after, found := strings.Cut(body, `href="`+prefix)
	if !found {
		t.Fatalf("no link leads to %s on\n%s", prefix, body)
	}
	rest, _, _ := strings.Cut(after, `"`)
	return prefix + rest
}
