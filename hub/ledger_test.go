package hub_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestASignOutIsALineOfTheLedger(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		op := w.operator()
		ada := w.person("ada@example.org")
		good, away := w.listener(), w.listener()
		away.status.Store(http.StatusServiceUnavailable)
		b := w.browser()
		b.signInTo(good.app, "ada@example.org")
		b.signInTo(away.app, "ada@example.org")
		p := b.submit(b.open("/signout"), "/signout")
		good.next()
		away.next()

		// The person sees who has heard, again and again if they like.
		p = b.openUntil(p.URL.RequestURI(), func(p page) bool { return strings.Contains(p.text("told"), "Signed out of 1 app.") })
		if told := p.text("told"); !strings.Contains(told, "1 hasn’t answered yet; we keep trying") || strings.Count(told, "Payroll") != 1 {
			t.Errorf("the person reads %q", told)
		}
		if p := w.browser().open(p.URL.RequestURI()); p.text("told") != "" {
			t.Errorf("another browser reads %q", p.text("told"))
		}

		// So does the administrator.
		list := op.openUntil("/admin/logouts", func(p page) bool { return strings.Contains(p.text("signouts"), "1 retrying") })
		if !strings.Contains(list.text("signouts"), ada.Email) || !strings.Contains(list.text("signouts"), "2 recipients") {
			t.Errorf("the list is %q", list.text("signouts"))
		}
		entry := op.openUntil(linkOn(t, list.Body, "/admin/logouts/"), func(p page) bool { return strings.Contains(p.text("recipients"), "503") })
		for _, say := range []string{"Delivered", "Retrying", "next try"} {
			if !strings.Contains(entry.text("recipients"), say) {
				t.Errorf("the entry does not say %q: %q", say, entry.text("recipients"))
			}
		}
		if p := b.open("/admin/logouts"); strings.Contains(p.Body, `id="signouts"`) {
			t.Error("everybody may read the ledger")
		}

		// It comes back after hours.
		away.status.Store(http.StatusOK)
		w.clock.skip(2 * time.Hour)
		away.next()
		op.openUntil("/admin/logouts", func(p page) bool { return strings.Contains(p.text("signouts"), "Delivered") })
	})
}

func TestWhoNeverAnswersIsUnreachableInTheLedger(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	op := w.operator()
	w.person("ada@example.org")
	away := w.listener()
	away.status.Store(http.StatusBadRequest)
	b := w.browser()
	b.signInTo(away.app, "ada@example.org")
	b.submit(b.open("/signout"), "/signout")
	away.next()
	w.clock.skip(25 * time.Hour)
	op.signIn(op.open("/signin"), "root@example.org") // the session has grown too old
	list := op.open("/admin/logouts")
	if !strings.Contains(list.text("signouts"), "1 unreachable") {
		t.Errorf("the list is %q", list.text("signouts"))
	}
	if entry := op.open(linkOn(t, list.Body, "/admin/logouts/")); !strings.Contains(entry.text("recipients"), "Unreachable") || strings.Contains(entry.text("recipients"), "next try") {
		t.Errorf("the entry is %q", entry.text("recipients"))
	}
}

// linkOn is the first address on the page that begins so.
func linkOn(t *testing.T, body, prefix string) string {
	t.Helper()
	_, after, found := strings.Cut(body, `href="`+prefix)
	if !found {
		t.Fatalf("no link leads to %s on\n%s", prefix, body)
	}
	rest, _, _ := strings.Cut(after, `"`)
	return prefix + rest
}
