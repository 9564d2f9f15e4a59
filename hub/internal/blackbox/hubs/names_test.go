package hubs_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/templates"
)

// asked goes from the app at the secondary to its answer, and returns the pages
// of the primary on the way.
func asked(t *testing.T, hubs hubtest.Pair, b *hubtest.Browser, a *hubtest.App, email string) (signIn, consent hubtest.Page) {
	t.Helper()
	at := b.Authorize(a.Request())
	for range 20 {
		here := hubs.Secondary
		if strings.HasPrefix(at.URL.String(), hubs.Primary.URL) {
			here = hubs.Primary
		}
		switch with := "/signin/with/" + hubs.Key.ID; {
		case strings.HasPrefix(at.Location, hubtest.Callback):
			return signIn, consent
		case at.Location != "":
			at = b.Hop(at)
		case strings.Contains(at.Body, `action="`+with+`"`):
			at = b.At(here).Submit(at, with)
		case strings.Contains(at.Body, `action="/signin"`):
			signIn = at
			at = b.At(here).SignIn(at, email)
		case strings.Contains(at.Body, `action="/consent"`):
			if here == hubs.Primary {
				consent = at
			}
			at = b.At(here).Submit(at, "/consent", "decision", "allow")
		default:
			t.Fatalf("got %d at %s:\n%s", at.Status, at.URL, at.Body)
		}
	}
	t.Fatal("no end to it")
	return signIn, consent
}

func TestAHubHasOneName(t *testing.T) {
	hubs, _, there, server := hubtest.Peers(t)
	hubs.Primary.Person("bob@example.org")
	there.Submit(there.Open("/admin/hubs"), "/admin/hubs/approve", "server", server, "name", "Branch")
	name := "Branch (" + strings.TrimPrefix(hubs.Secondary.URL, "http://") + ")"
	a, b := hubs.Secondary.App(), hubs.Secondary.Browser()
	signIn, consent := asked(t, hubs, b, a, "ada@example.org")
	shown := map[string]hubtest.Page{
		"the sign-in page": signIn, "the consent page": consent, "the account": b.At(hubs.Primary).Open("/account"),
		"the map": there.Open("/admin/map"), "the servers": there.Open("/admin/hubs"),
	}
	for what, page := range shown {
		if !strings.Contains(page.Body, name) {
			t.Errorf("%s does not show %q:\n%s", what, name, page.Body)
		}
	}
	if strings.Contains(consent.Body, `class="note warn"`) {
		t.Errorf("the consent page warns of a hub that was approved:\n%s", consent.Body)
	}
	chain := `<b>` + a.Name + `</b></span><span class="past"><b>` + name + `</b></span><span class="here"><b>fedhub</b>`
	for what, page := range map[string]hubtest.Page{"the sign-in page": signIn, "the consent page": consent} {
		if !strings.Contains(page.Body, chain) {
			t.Errorf("%s loses the app on the way", what)
		}
	}
	if !slices.ContainsFunc(hubs.Primary.Traced(), func(tr traces.Trace) bool {
		return slices.ContainsFunc(tr.Steps, func(s traces.Step) bool { return strings.Contains(s.Words(templates.Sentence), name) })
	}) {
		t.Error("no trace names it so")
	}

	there.Submit(there.Open("/admin/hubs"), "/admin/hubs/approve", "server", server, "skip_consent", "1")
	if _, consent := asked(t, hubs, hubs.Secondary.Browser(), a, "bob@example.org"); consent.Body != "" {
		t.Errorf("people are asked about a hub that skips consent:\n%s", consent.Body)
	}
	if page := there.Open("/admin/hubs"); !strings.Contains(page.Body, name) || !strings.Contains(page.Body, "consent skipped") {
		t.Errorf("the page of servers does not say so:\n%s", page.Body)
	}
}

// Unverified names are not shown, and only a connected hub may name an app.
func TestOnlyAHubNamesTheAppItAsksFor(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.App()
	p := w.Browser().Authorize(a.Request("for_app", "Your Bank"))
	hubtest.Want(t, "an app that calls itself another", strings.Contains(p.Body, "Your Bank"), false)
}
