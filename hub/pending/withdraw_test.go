package pending_test

import (
	"testing"

	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/pending"
)

// An approval in a session of a disabled provider is void, before and after the
// device has polled.
func TestAnAnswerGoesWithTheProviderOfWhoGaveIt(t *testing.T) {
	w := newWorld(t)
	by := func(key string) pending.Decision { return pending.Decision{SignIn: grants.SignIn{LoginKey: key}} }
	waits, waiting, _ := w.television()
	w.good("allow", w.Allow(t.Context(), waits.ID, "ada", by("staff")))
	comes, coming, _ := w.television()
	w.good("allow", w.Allow(t.Context(), comes.ID, "ada", by("staff")))
	collected, err := w.Poll(t.Context(), pending.Device, coming, "television")
	w.good("the device that comes", err)
	w.good("it was not taken back", w.StillSpent(t.Context(), collected))
	other, others, _ := w.television()
	w.good("allow", w.Allow(t.Context(), other.ID, "ada", by("guests")))

	w.good("turn the provider off", w.WithdrawProvider(t.Context(), "staff"))
	w.answers("the device that waits", pending.Device, waiting, "television", "access_denied")
	if err := w.StillSpent(t.Context(), collected); oauth.Code(err) != "invalid_grant" {
		t.Errorf("the device that was coming: got %v, want invalid_grant", err)
	}
	w.answers("somebody else's device", pending.Device, others, "television", "")
}
