package frappe_test

import (
	"errors"
	"io/fs"
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/testkit/clientstest"
)

const oldSecret = "5f1c09ab7e"

func importedSite() clients.Client {
	c := frappe.NewClient("https://erp.example.com", clients.FrappeProvider)
	c.ID = "3k9v2m1q0a"
	return c
}

func (w *world) standing(c clients.Client, secret string) (frappe.Standing, []string) {
	w.Helper()
	kept, err := w.Lookup(w.Context(), c.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return w.Standing(nil, c, secret)
	}
	if err != nil {
		w.Fatal(err)
	}
	return w.Standing(&kept, c, secret)
}

func TestAnImportedClientKeepsIDAndSecret(t *testing.T) {
	w := newWorld(t)
	c, err := w.Import(t.Context(), importedSite(), oldSecret)
	if err != nil {
		t.Fatal(err)
	}
	if !w.HasSecret(c, oldSecret) || w.HasSecret(c, oldSecret+"x") || c.ID != "3k9v2m1q0a" {
		t.Errorf("got %+v", c)
	}
	keys, err := w.Auth.SharedKeys(c.ID, c.Secrets)
	if err != nil || len(keys) != 1 || string(keys[0]) != oldSecret {
		t.Errorf("as keys: %q, %v", keys, err)
	}
	if got, differ := w.standing(importedSite(), oldSecret); got != frappe.Same {
		t.Errorf("again: got %s (%q)", got, differ)
	}
	if _, err := w.Import(t.Context(), importedSite(), oldSecret); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a taken id: %v", err)
	}
	web := clientstest.WebApp()
	web.AuthMethod = clientauth.MethodPost
	if c, err = w.Import(t.Context(), web, oldSecret); err != nil || c.Secrets[0].Sealed != "" {
		t.Errorf("an ordinary client's secret is a hash alone: %+v, %v", c.Secrets, err)
	}
}

func TestAnImportGoesOverNothingThatWasChangedHere(t *testing.T) {
	w := newWorld(t)
	if _, err := w.Import(t.Context(), importedSite(), oldSecret); err != nil {
		t.Fatal(err)
	}
	w.Clock.Forward(time.Hour)
	there := importedSite()
	there.Name, there.AllowedRoles = "Head office", []string{"Employee"}
	got, differ := w.standing(there, "0123456789")
	if want := []string{"App Name", "Allowed Roles", "client secret"}; got != frappe.Stale || !slices.Equal(differ, want) {
		t.Errorf("got %s %q, want %q", got, differ, want)
	}
	there.Frappe.Provider = "hub"
	if err := w.Reimport(t.Context(), there, "0123456789"); err != nil {
		t.Fatal(err)
	}
	c := w.Kept(there.ID)
	if c.Frappe.Provider != "hub" || c.Frappe.URL != "https://erp.example.com" {
		t.Errorf("got %+v", c.Frappe)
	}
	if c.Name != "Head office" || !w.HasSecret(c, oldSecret) || !w.HasSecret(c, "0123456789") || c.ConsentVersion != 2 {
		t.Errorf("got %+v", c)
	}
	if got, differ := w.standing(there, "0123456789"); got != frappe.Same {
		t.Errorf("afterwards: %s %q", got, differ)
	}
	w.Clock.Forward(time.Hour)
	if err := w.Update(t.Context(), c.ID, func(c *clients.Client) error { c.SkipAuthorization = true; return nil }); err != nil {
		t.Fatal(err)
	}
	if got, _ := w.standing(there, ""); got != frappe.Touched {
		t.Errorf("changed here: got %s", got)
	}
	if err := w.Reimport(t.Context(), there, ""); !errors.Is(err, frappe.ErrTouched) {
		t.Errorf("changed here: %v", err)
	}
	w.Added(clientstest.WebApp())
	if got, _ := w.standing(clientstest.WebApp(), oldSecret); got != frappe.Taken {
		t.Errorf("not imported: got %s", got)
	}
	if err := w.Reimport(t.Context(), clientstest.WebApp(), ""); !errors.Is(err, frappe.ErrTouched) {
		t.Errorf("not imported: %v", err)
	}
}

func TestSecretsThatAreNotTakenOver(t *testing.T) {
	w := newWorld(t)
	for _, secret := range []string{"short", "with\nlines in it", string(make([]byte, 600)), "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8"} {
		var problems forms.Problems
		if _, err := w.Import(t.Context(), importedSite(), secret); !errors.As(err, &problems) {
			t.Errorf("%q: %v", secret, err)
		}
	}
	c := importedSite()
	for _, id := range []string{"", "https://erp.example.com", "a b"} {
		if c.ID = id; w.CheckImport(c, oldSecret) == nil {
			t.Errorf("the id %q is taken", id)
		}
	}
}
