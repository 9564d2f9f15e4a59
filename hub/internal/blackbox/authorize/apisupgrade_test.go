package authorize_test

import (
	"reflect"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/data"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/store"
)

// Earlier programs knew APIs only as settings of applications. The upgrade makes
// APIs of them: the same requests then give the same tokens.
func TestAnUpgradeMakesAPIsOfSettings(t *testing.T) {
	backend := hubtest.OpenSQLite(t)
	w := hubtest.NewWorld(t, backend)
	w.Person("ada@example.org")
	resources := []string{hubtest.FilesAPI, hubtest.MailAPI}
	tv := w.Television(func(c *clients.Client) { c.Resources = resources })
	job := w.App(func(c *clients.Client) {
		c.Type, c.RedirectURIs, c.Scopes, c.Resources = clients.Service, nil, []string{"files"}, resources
	})
	server := w.App(func(c *clients.Client) {
		c.Type, c.RedirectURIs, c.Serves = clients.Service, nil, []string{hubtest.FilesAPI}
	})
	refresh := grantedFor(w, tv)
	ask := func() (all []map[string]any) {
		r := tv.Refresh(refresh)
		refresh = r.Str("refresh_token")
		answers := []hubtest.Reply{r,
			job.Post("/oauth2/token", "grant_type", "client_credentials"), job.Post("/oauth2/token", "grant_type", "client_credentials", "resource", hubtest.FilesAPI)}
		for _, r := range answers {
			claims := hubtest.ClaimsOf(t, r.Str("access_token"))
			claims["life"] = claims["exp"].(float64) - claims["iat"].(float64)
			if claims["aud"] == claims["iss"] {
				claims["aud"] = "the hub"
			}
			for _, name := range []string{"exp", "iat", "jti", "iss"} { // the hub is at another address afterwards
				delete(claims, name)
			}
			all = append(all, claims, map[string]any{"expires_in": r.JSON["expires_in"], "scope": r.JSON["scope"],
				"introspected": server.Active(r.Str("access_token"))})
		}
		return all
	}
	before := ask()
	if before[2]["aud"] != "the hub" || before[4]["aud"] != hubtest.FilesAPI || before[4]["life"] != 900.0 || before[5]["introspected"] != true {
		t.Fatalf("before: got %v", before)
	}
	asBefore(t, backend)
	w = hubtest.NewWorld(t, backend)
	tv.W, job.W, server.W = w, w, w
	if after := ask(); !reflect.DeepEqual(before, after) {
		t.Errorf("before the upgrade: %v\nafter it: %v", before, after)
	}
	for _, id := range resources {
		if a, err := w.Hub.API(t.Context(), id); err != nil || a.Name != id || a.Access != "named" || !a.Created.IsZero() {
			t.Errorf("%s: got %+v, %v", id, a, err)
		}
	}
}

// asBefore makes a database one of the program before the upgrade.
func asBefore(t *testing.T, b store.Backend) {
	t.Helper()
	for _, id := range []string{hubtest.FilesAPI, hubtest.MailAPI} {
		hubtest.Done(t, b.Delete(t.Context(), "apis", id))
	}
	at := -1
	for i, up := range data.Schema().Upgrades {
		if up.Into == "apis" {
			at = i
		}
	}
	r, err := b.Get(t.Context(), "schema", "schema")
	hubtest.Done(t, err)
	var doc bson.D
	hubtest.Done(t, bson.Unmarshal(r.Doc, &doc))
	for i, e := range doc {
		if e.Key == "done" {
			doc[i].Value = at
		}
	}
	r.Doc, err = bson.Marshal(doc)
	hubtest.Done(t, err)
	hubtest.Done(t, b.Replace(t.Context(), "schema", r))
}
