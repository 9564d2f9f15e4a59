package hubs_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestAPrimaryThatWentDownIsNoticedBeforePeopleAreSentThere(t *testing.T) {
	hubs := hubtest.NewPair(t, hubtest.NewWorld(t, hubtest.OpenSQLite(t)))
	primary, secondary := hubs.Primary, hubs.Secondary
	primary.Person("ada@example.org")
	a := secondary.App()
	b := secondary.Browser()
	a.Redeem(b.Answer(hubs.Through(b, a, "ada@example.org")).Get("code"))

	primary.Stop()
	secondary.Clock.Skip(10 * time.Second)
	stranger := secondary.Browser()
	p := stranger.Post(stranger.Authorize(a.Request()), "/signin/with/"+hubs.Key.ID)
	hubtest.Want(t, "status", p.Status, http.StatusServiceUnavailable)
	for _, text := range []string{"Head office is not responding.", "Sign in with a password", "Try again"} {
		if !strings.Contains(p.Body, text) {
			t.Errorf("the page does not say %q:\n%s", text, p.Body)
		}
	}
	if trace := fmt.Sprint(secondary.Trace(p.Reference(t)).Steps); !strings.Contains(trace, "the provider did not answer") {
		t.Errorf("the trace does not say why: %s", trace)
	}
}

func TestSigningOutSendsNobodyToAPrimaryThatWentDown(t *testing.T) {
	hubs := hubtest.NewLeaving(t, true)
	hubs.Primary.Person("ada@example.org")
	a, b := hubs.Secondary.App(), hubs.Secondary.Browser()
	b.Answer(hubs.Through(b, a, "ada@example.org"))
	hubs.Primary.Stop()
	hubs.Secondary.Clock.Skip(10 * time.Second)
	out := b.Post(b.At(hubs.Secondary).Open("/signout"), "/signout")
	hubtest.Want(t, "where it leads", out.Location, "/signed-out")
}
