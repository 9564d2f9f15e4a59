package admin_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// added submits the page of a new application and returns the stored client.
func added(t *testing.T, b *hubtest.Browser, pairs ...string) clients.Client {
	t.Helper()
	p := b.Submit(b.Open("/admin/clients/new"), "/admin/clients", append([]string{"type", "web", "app_name", "Wiki"}, pairs...)...)
	hubtest.Want(t, "the new application", p.Status, 200)
	all, err := b.W.Hub.Clients(t.Context())
	if err != nil || len(all) == 0 {
		t.Fatalf("got %d applications, %v:\n%s", len(all), err, p.Body)
	}
	return all[len(all)-1]
}

func TestANewApplicationTakesTheFirstAddressAsItsDefault(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	const one, two = "https://wiki.example.org/cb?tags=a,b", "https://wiki.example.org/two"
	c := added(t, b, "redirect_uris", one+" \r\n"+two+"\r\n")
	hubtest.Want(t, "addresses", strings.Join(c.RedirectURIs, " "), one+" "+two)
	hubtest.Want(t, "the default", c.DefaultRedirectURI, one)
	a := &hubtest.App{W: w, Client: c}
	hubtest.Want(t, "another default", b.Saved(a, "default_redirect_uri", two).DefaultRedirectURI, two)
	hubtest.Want(t, "none chosen", b.Saved(a, "default_redirect_uri", "").DefaultRedirectURI, one)
}

func TestListsOfAnApplicationAreReadAsPeopleTypeThem(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	a := &hubtest.App{W: w, Client: added(t, b, "redirect_uris", "https://wiki.example.org/a https://wiki.example.org/b,c")}
	hubtest.Want(t, "addresses by blanks", strings.Join(a.RedirectURIs, " "), "https://wiki.example.org/a https://wiki.example.org/b,c")
	for _, typed := range []string{"openid email files", "openid,email,files", "openid, email , files", "openid\r\nemail\r\nfiles"} {
		if got := b.Saved(a, "scopes", typed).Scopes; !slices.Equal(got, []string{"openid", "email", "files"}) {
			t.Errorf("scopes %q: got %q", typed, got)
		}
	}
	c := b.Saved(a, "redirect_uris", "https://wiki.example.org/x https://wiki.example.org/y,z\r\nhttps://wiki.example.org/w", "default_redirect_uri", "",
		"post_logout_redirect_uris", "https://wiki.example.org/bye https://wiki.example.org/so,long", "origins", "https://one.example.org, https://two.example.org",
		"resources", "https://api.example.org/a,b https://api.example.org/c")
	hubtest.Want(t, "redirect URIs", strings.Join(c.RedirectURIs, " "), "https://wiki.example.org/x https://wiki.example.org/y,z https://wiki.example.org/w")
	hubtest.Want(t, "post-logout redirect URIs", strings.Join(c.PostLogoutRedirectURIs, " "), "https://wiki.example.org/bye https://wiki.example.org/so,long")
	hubtest.Want(t, "origins", strings.Join(c.Origins, " "), "https://one.example.org https://two.example.org")
	hubtest.Want(t, "resources", strings.Join(c.Resources, " "), "https://api.example.org/a,b https://api.example.org/c")
}

func TestGrantTypeNoneIsRefusedInWords(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	a := &hubtest.App{W: w, Client: added(t, b, "redirect_uris", "https://wiki.example.org/cb")}
	path := "/admin/clients/" + a.ID
	p := b.Submit(b.Open(path), path, "grant_type", "")
	hubtest.Want(t, "None for a web app", p.Status, 422)
	if !strings.Contains(p.Body, "Grant Type None is only for services") {
		t.Errorf("the page does not say why:\n%s", p.Body)
	}
	kept, err := w.Hub.Client(t.Context(), a.ID)
	if err != nil || !kept.HasGrant(clients.GrantCode) {
		t.Errorf("it is kept for %q, %v", kept.GrantTypes, err)
	}
	c := b.Saved(a, "type", "service", "grant_type", "", "redirect_uris", "", "default_redirect_uri", "")
	if c.Type != clients.Service || !slices.Equal(c.GrantTypes, []string{clients.GrantClientCredentials}) {
		t.Errorf("a service is kept for %q", c.GrantTypes)
	}
}

func TestImplicitMayBeTriedOnLoopback(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	const local = "http://127.0.0.1:3000/cb"
	a := &hubtest.App{W: w, Client: added(t, b, "redirect_uris", local)}
	c := b.Saved(a, "grant_type", "Implicit", "response_type", "Token", "refresh_tokens", "")
	if !slices.Equal(c.GrantTypes, []string{clients.GrantImplicit}) {
		t.Errorf("it is kept for %q", c.GrantTypes)
	}
	path := "/admin/clients/" + a.ID
	p := b.Submit(b.Open(path), path, "skip_authorization", "1")
	hubtest.Want(t, "without being asked", p.Status, 422)
	p = b.Submit(b.Open(path), path, "redirect_uris", "http://intranet.example.org/cb", "default_redirect_uri", "")
	hubtest.Want(t, "plain http elsewhere", p.Status, 422)

	a.Verifier = "x"
	request := a.Request("response_type", "token", "redirect_uri", local, "scope", "openid", "code_challenge", "", "code_challenge_method", "")
	for _, time := range []string{"first", "second"} { // RFC 8252 §8.6
		p := b.Authorize(request)
		if !strings.Contains(p.Body, `action="/consent"`) {
			t.Fatalf("the %s time nobody is asked: %d at %s", time, p.Status, p.Location)
		}
		p = b.Submit(p, "/consent", "decision", "allow")
		if !strings.HasPrefix(p.Location, local+"#") || !strings.Contains(p.Location, "access_token=") {
			t.Errorf("the %s answer goes to %q", time, p.Location)
		}
	}
}
