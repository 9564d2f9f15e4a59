package hubs

import (
	"errors"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/internal/forms"
)

// approveAs gives a hub a name and approves it without a question to an
// administrator.
func (w *world) approveAs(id, name string) {
	w.Helper()
	if err := w.Approve(w.Context(), id, "ada", Approval{Name: name, SkipConsent: true}); err != nil {
		w.Fatal(err)
	}
}

// nothingSaidOf checks that what an administrator said of a hub is gone.
func (w *world) nothingSaidOf(id string) {
	w.Helper()
	if c := w.Kept(id); c.Server.DisplayName != "" || c.SkipAuthorization {
		w.Errorf("it is still %q, and skips consent: %v", c.Server.DisplayName, c.SkipAuthorization)
	}
}

func TestAnApprovalSaysWhatPeopleReadOfAHub(t *testing.T) {
	h, w := newHub(t), newWorld(t, allowHTTP)
	w.introduce(h.id, "")
	w.approveAs(h.id, "  Branch ")
	c := w.Kept(h.id)
	if c.Server.State != clients.Active || c.Server.DisplayName != "Branch" || !c.SkipAuthorization || c.Server.DecidedBy != "ada" {
		t.Errorf("got %+v, skip %v", c.Server, c.SkipAuthorization)
	}
	if err := w.Approve(t.Context(), h.id, "bob", Approval{Name: "Branch office"}); err != nil {
		t.Fatal(err)
	}
	c = w.Kept(h.id)
	if c.Server.DisplayName != "Branch office" || c.SkipAuthorization || c.Server.DecidedBy != "ada" {
		t.Errorf("said anew: got %+v, skip %v", c.Server, c.SkipAuthorization)
	}
	var problems forms.Problems
	for _, name := range []string{"Bank\u202egnp.exe", strings.Repeat("x", 101)} {
		if err := w.Approve(t.Context(), h.id, "ada", Approval{Name: name}); !errors.As(err, &problems) || w.Kept(h.id).Server.DisplayName != "Branch office" {
			t.Errorf("%q: got %v", name, err)
		}
	}
}
