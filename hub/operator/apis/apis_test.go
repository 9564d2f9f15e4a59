package apis_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/texts"
)

var by = audit.Named("test")

func TestGrantsOfAnAPIAndItsEnd(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		ctx := t.Context()
		const id = "https://files.example.org"
		_, err := w.Hub.AddAPI(ctx, by, id, apis.Edit{Name: "Files", Scopes: []apis.Scope{{Name: "files:read"}, {Name: "files:write"}}})
		hubtest.Done(t, err)
		a := w.App(func(c *clients.Client) { c.Resources = []string{id + "/"} })
		hubtest.Want(t, "the identifier as registered", strings.Join(a.Resources, " "), id)
		server := w.App(func(c *clients.Client) { c.Serves = []string{id} })
		hubtest.Done(t, w.Hub.GrantAPI(ctx, by, a.ID, id, []string{"files:read"}))
		hubtest.Done(t, w.Hub.GrantAPI(ctx, by, a.ID, id, []string{"files:write"}))
		if err := w.Hub.GrantAPI(ctx, by, a.ID, id, []string{"mail:read"}); len(forms.Of(err)) != 1 {
			t.Errorf("a scope of no API: got %v", err)
		}
		c, err := w.Hub.Client(ctx, a.ID)
		hubtest.Done(t, err)
		hubtest.Want(t, "its scopes", strings.Join(c.Scopes, " "), strings.Join(a.Scopes, " ")+" files:write")
		found, next, err := w.Hub.Holders(ctx, id, "", 1)
		if err != nil || len(found) != 1 || next != found[0].Client.ID {
			t.Errorf("the first application: got %v, %q, %v", found, next, err)
		}
		found, next, err = w.Hub.Holders(ctx, id, next, 1)
		if err != nil || len(found) != 1 || next != "" {
			t.Errorf("the second application: got %v, %q, %v", found, next, err)
		}
		use, err := w.Hub.APIUse(ctx, id)
		if err != nil || use.Granted != 1 || use.Serving != 1 {
			t.Errorf("its use: got %+v, %v", use, err)
		}
		hubtest.Done(t, w.Hub.RemoveAPI(ctx, by, id))
		for _, of := range []string{a.ID, server.ID} {
			c, err := w.Hub.Client(ctx, of)
			if err != nil || len(c.Resources)+len(c.Serves) != 0 || strings.Contains(strings.Join(c.Scopes, " "), "files:") {
				t.Errorf("%s afterwards: got %v, %v, %v, %v", of, c.Resources, c.Serves, c.Scopes, err)
			}
		}
		if _, err := w.Hub.API(ctx, id); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the API: got %v", err)
		}
		_, err = w.Hub.AddAPI(ctx, by, id, apis.Edit{Name: "A later one"})
		hubtest.Done(t, err)
		hubtest.Done(t, w.Hub.GrantAPI(ctx, by, a.ID, id, nil))
		hubtest.Done(t, w.Hub.RevokeAPI(ctx, by, a.ID, id))
		if c, err := w.Hub.Client(ctx, a.ID); err != nil || len(c.Resources) != 0 {
			t.Errorf("after the grant: got %v, %v", c.Resources, err)
		}
	})
}

func TestAnAPIWithManyGrantsIsClearedInTheBackground(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	const id = "https://files.example.org"
	for i := range 102 {
		w.App(func(c *clients.Client) { c.Name, c.Resources = fmt.Sprint("App ", i), []string{id} })
	}
	hubtest.Done(t, w.Hub.RemoveAPI(t.Context(), by, id))
	if _, err := w.Hub.AddAPI(t.Context(), by, id, apis.Edit{Name: "Too early"}); len(forms.Of(err)) != 1 || forms.Of(err)[0].Code != "api.identifier.leaving" {
		t.Errorf("added while applications list it: got %v", err)
	}
	hubtest.Done(t, w.Hub.ClearAPIs(t.Context()))
	use, err := w.Hub.APIUse(t.Context(), id)
	if err != nil || use.Granted != 0 {
		t.Errorf("afterwards: got %+v, %v", use, err)
	}
	_, err = w.Hub.AddAPI(t.Context(), by, id, apis.Edit{Name: "A later one"})
	hubtest.Done(t, err)
}

func TestAClientNamesOnlyWhatCanBeAnAPI(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.App()
	for _, bad := range []string{"urn:example:api", w.URL, w.URL + "/elsewhere", "https://api.example.org/#x"} {
		err := w.Hub.ChangeClient(t.Context(), by, a.ID, texts.Text{}, func(c *clients.Client) { c.Serves = []string{bad} })
		if problems := forms.Of(err); len(problems) == 0 || problems[0].Field != "serves" {
			t.Errorf("%s: got %v", bad, err)
		}
	}
	hubtest.Done(t, w.Hub.ChangeClient(t.Context(), by, a.ID, texts.Text{}, func(c *clients.Client) { c.Resources = []string{w.URL + "/api", w.URL + "/api/v1"} }))
}
