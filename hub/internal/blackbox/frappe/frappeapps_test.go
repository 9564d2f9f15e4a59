package frappe_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

// A Connected App of a site discovers the endpoints, signs its user in, refreshes
// with a redirect_uri, and gets tokens for the site itself.
func TestAConnectedAppOfASiteWorks(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	s := frappetest.NewSecondary(t, frappetest.G2a)
	c := s.Connect(frappetest.ConnectedApp{Name: "hub-1", Scopes: []string{"openid", "email"}, QueryParameters: [][2]string{{"access_type", "offline"}, {"prompt", "consent"}}})
	a := w.App(func(client *clients.Client) {
		client.AuthMethod, client.PKCEOptional, client.RedirectURIs = clientauth.MethodPost, true, []string{c.RedirectURI()}
	})
	c.ClientID, c.ClientSecret = a.ID, a.Secret
	if err := c.Discover(w.URL + "/"); err != nil {
		t.Fatal(err)
	}
	b := w.Browser()
	p := b.Submit(b.SignIn(b.Open(c.Link()), "ada@example.org"), "/consent", "decision", "allow")
	if err := c.Arrive(p.Location); err != nil {
		t.Fatal(err)
	}
	first := c.Cached()
	if err := c.Refresh(); err != nil || c.Cached().AccessToken == first.AccessToken || c.Cached().RefreshToken == first.RefreshToken {
		t.Errorf("refreshed to %+v: %v", c.Cached(), err)
	}
	info, err := c.Profile()
	if err != nil || info["email"] != "ada@example.org" {
		t.Errorf("the profile is %v, %v", info, err)
	}

	backend := s.Connect(frappetest.ConnectedApp{Name: "hub-2", Scopes: []string{"files"}})
	service := w.App(func(client *clients.Client) {
		*client = clients.Client{Name: "ERP itself", Type: clients.Service, GrantTypes: []string{clients.GrantClientCredentials}, Scopes: []string{"files"}}
	})
	backend.ClientID, backend.ClientSecret = service.ID, service.Secret
	if err := backend.Discover(w.URL); err != nil {
		t.Fatal(err)
	}
	if err := backend.Backend(); err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "the service's token works", service.Active(backend.Cached().AccessToken), true)
	hubtest.Want(t, "the service's scopes", strings.Join(backend.Cached().Scopes, " "), "files")
}

// Sites get ID tokens signed with their secret (HS256); other clients only if
// they request it.
func TestOnlySitesGetSymmetricIDTokensUnasked(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.Site(clients.FrappeProvider)
	w.Verified(a.Enter(t, w.Browser(), "ada@example.org").Str("id_token"), "HS256", a.Secret)
	plain := w.App()
	hubtest.Want(t, "any other client", plain.IDTokenAlg, "")
	r := plain.Redeem(w.Browser().SignInTo(plain, "ada@example.org").Get("code"))
	header, err := base64.RawURLEncoding.DecodeString(strings.Split(r.Str("id_token"), ".")[0])
	if err != nil || !strings.Contains(string(header), `"RS256"`) {
		t.Errorf("any other client: %s, %v", header, err)
	}
}
