package e2e_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

func TestSigningInAndAllowingNeedsOnlyTheKeyboard(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.open(w.app.URL)
		b.tabTo("sign-in")
		b.leave("the sign-in page", func() { b.keys(kb.Enter) })

		b.see("#email")
		want(t, "what has the focus at first", b.focused(), "email")
		b.keys(w.bo.Email)
		b.tabTo("password")
		b.keys(w.bo.Password)
		b.tabTo("sign-in")
		b.leave("the consent page", func() { b.keys(kb.Enter) })

		b.see("#allow")
		b.tabTo("allow")
		b.keys(" ")
		b.seeAt(w.app.URL+"/", "#email")
	})
}

func TestEnterInAFieldOfANewLoginKeyAddsIt(t *testing.T) {
	s := newSite(t, "Branch")
	b := s.administrator()
	b.open(s.URL + "/admin/providers/new?kind=openid")
	b.fill("#base_url", "https://accounts.example.org")
	b.fill("#name", "Example Accounts")
	evaluate[bool](b, "document.getElementById('name').focus() ?? true")
	b.leave("the page of the key", func() { b.keys(kb.Enter) })
	b.see("#save")
}

func TestTheSkipLinkIsTheFirstStopAndSkips(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.open(w.secondary.URL + "/signin?to=/admin/clients")
		b.signIn(w.secondary.Admin)
		b.see("h1")
		b.keys(kb.Tab)
		want(t, "the first stop", evaluate[string](b, "document.activeElement.textContent"), "Skip to content")
		b.visiblyFocused()
		b.keys(kb.Enter)
		b.until("the content to have the focus", "document.activeElement.id === 'main' || location.hash === '#main'")
		b.keys(kb.Tab)
		if !evaluate[bool](b, "!!document.activeElement.closest('main')") {
			t.Error("the stop after the skip link is not in the content")
		}
	})
}

// tabTo presses Tab until the element with this id has the focus, and checks
// on the way that everybody can see where it is.
func (b *tab) tabTo(id string) {
	b.t.Helper()
	var stops []string
	for range 30 {
		b.keys(kb.Tab)
		b.visiblyFocused()
		stops = append(stops, b.focused())
		if b.focused() == id {
			return
		}
	}
	b.t.Fatalf("at %s Tab never comes to #%s; it stops at %s", b.address(), id, strings.Join(stops, ", "))
}

// focused is the id of the focused element, or its tag.
func (b *tab) focused() string {
	b.t.Helper()
	return evaluate[string](b, "document.activeElement.id || document.activeElement.textContent.trim() || document.activeElement.tagName")
}

// visiblyFocused checks that what has the focus is in sight and has a ring
// around it (WCAG 2.4.7, 2.4.11).
func (b *tab) visiblyFocused() {
	b.t.Helper()
	if ring := evaluate[string](b, `(() => {
		const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e)
		if (e === document.body) return ""
		if (r.bottom <= 0 || r.top >= innerHeight || r.width < 2) return "out of sight"
		if (s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 2) return "without a ring: " + s.outline
		return ""
	})()`); ring != "" {
		b.t.Errorf("at %s the focus on %q is %s", b.address(), b.focused(), ring)
	}
}
