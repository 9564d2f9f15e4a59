package e2e_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
)

func frappePages(t *testing.T, o *tour) {
	s := newSite(t, "Head office")
	b := s.administrator()
	b.press("#new-frappe")
	o.stop(b, "sitenew: the form")
	b.fill("#site", "erp")
	b.press("#create")
	o.stop(b, "sitenew: with mistakes")
	b.fill("#site", "erp.northern-branch.example.com/login")
	b.press("#create")
	b.see("#client_secret")
	o.stop(b, "sitesetup: with the secret")
	b.press("#enter")
	o.stop(b, "sitesetup: with mistakes")
	b.press("#look-again")
	o.stop(b, "sitesetup: waiting")
	// The site takes itself for one at another port, which the open page notices.
	id := evaluate[string](b, "document.getElementById('client_id').textContent")
	resp, err := http.Get(s.URL + "/oauth2/authorize?response_type=code&scope=openid&client_id=" + id + "&redirect_uri=" +
		url.QueryEscape("https://erp.northern-branch.example.com:8443/api/method/frappe.integrations.oauth2_logins.login_via_frappe"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	b.see("#add-redirect")
	o.stop(b, "sitesetup: another address")
}

func clientPages(t *testing.T, o *tour) {
	s := newSite(t, "Head office")
	b := s.administrator()
	o.stop(b, "clients: none")
	b.press("#new-web")
	o.stop(b, "clientnew: the form")
	b.fill("#redirect_uris", "http://*.example.org/callback")
	b.press("#create")
	o.stop(b, "clientnew: with mistakes")
	b.fill("#app_name", "ERPNext of the northern branch")
	b.fill("#redirect_uris", "https://erp.example.org/api/method/frappe.integrations.oauth2_logins.custom/fedhub")
	b.press("#create")
	o.stop(b, "secret: once")
	b.press("#done")
	o.stop(b, "client: a web app")
	b.openAllFolds()
	o.stop(b, "client: unfolded")
	b.fill("#app_name", "")
	b.press("#save")
	o.stop(b, "client: with mistakes")
	b.open(s.URL + "/admin/clients/new")
	b.press("#new-keycloak")
	o.stop(b, "clientpreset: what is asked")
	b.fill("#url", "https://id.northern-branch.example.com")
	b.press("#fill")
	o.stop(b, "clientpreset: with mistakes")
	b.fill("#url", "https://id.northern-branch.example.com/realms/acme")
	b.press("#fill")
	o.stop(b, "clientpreset: filled in")
	b.press("#create")
	o.stop(b, "secret: with what to enter there")
	for _, c := range []clients.Client{
		{Name: "Charts", Type: clients.SPA, RedirectURIs: []string{"https://charts.example.org/"}},
		{Name: "Phone app", Type: clients.Native, RedirectURIs: []string{"http://127.0.0.1/callback"}, Disabled: true},
		{Name: "Nightly job", Type: clients.Service},
	} {
		if _, _, err := s.Hub.AddClient(t.Context(), audit.Named("test"), c); err != nil {
			t.Fatal(err)
		}
	}
	b.open(s.URL + "/admin/clients")
	o.stop(b, "clients: one of each kind")
	b.press("#clients li:nth-child(1) a")
	o.stop(b, "client: a single-page app")
	b.open(s.URL + "/admin/clients")
	b.press("#clients li:nth-child(3) a")
	o.stop(b, "client: a service")
}

// openAllFolds opens everything that is folded away.
func (b *tab) openAllFolds() {
	b.t.Helper()
	evaluate[bool](b, "document.querySelectorAll('details').forEach(d => d.open = true) ?? true")
}

func keyPages(t *testing.T, o *tour) {
	primary, s := newSite(t, "Head office"), newSite(t, "Branch")
	b := s.administrator()
	b.open(s.URL + "/admin/providers")
	o.stop(b, "keys: none")
	b.open(s.URL + "/admin/providers/new")
	o.stop(b, "keycatalogue: everything")
	b.fill("#q", "nobody has this name")
	b.press("#find")
	o.stop(b, "keycatalogue: nothing found")
	b.open(s.URL + "/admin/providers/new?preset=google")
	o.stop(b, "keynew: a provider of the catalogue")
	b.open(s.URL + "/admin/providers/new")
	b.press("#new-peer")
	o.stop(b, "keynew: another hub")
	b.fill("#base_url", "not an address")
	b.pressIgnoringHints("#create")
	o.stop(b, "keynew: with mistakes")
	b.fill("#base_url", primary.URL)
	b.press("#create")
	o.stop(b, "peer: the card of another hub")
	b.press("#confirm")
	b.see("#ask-again")
	o.stop(b, "key: waiting at another hub")

	b.open(s.URL + "/admin/providers/new?kind=openid")
	o.stop(b, "keynew: an OpenID provider")
	b.fill("#name", "Example Accounts")
	b.fill("#base_url", "https://accounts.example.org")
	b.press("#create")
	b.openAllFolds()
	o.stop(b, "key: an OpenID provider")
	b.fill("#name", "")
	b.pressIgnoringHints("#save")
	o.stop(b, "key: with mistakes")

	if _, err := s.Hub.AddLoginKey(t.Context(), audit.Named("test"), loginKey{Kind: "peer", Name: "Second office", BaseURL: "http://localhost:1"}, "", ""); err != nil {
		t.Fatal(err)
	}
	b.open(s.URL + "/admin/providers")
	o.stop(b, "keys: some")
	b.press("#keys li:nth-child(3) a")
	o.stop(b, "key: a hub that does not answer")
	b.press("#delete")
	o.stop(b, "delete: a login key")
	b.fill("#confirm", "something else")
	b.press("#delete")
	o.stop(b, "delete: with a mistake")
}

func serverPages(t *testing.T, o *tour) {
	s := newSite(t, "Head office")
	b := s.administrator()
	b.open(s.URL + "/admin/hubs")
	o.stop(b, "servers: none")
	b.press("#create-invite")
	o.stop(b, "servers: an invite")

	states := []clients.State{clients.Pending, clients.Active, clients.Suspended, clients.Refused}
	for _, state := range states {
		other := newSite(t, "Branch "+string(state))
		key := join(t, s, other)
		if state == clients.Pending {
			continue
		}
		if state == clients.Suspended {
			if err := s.Hub.DecideServer(t.Context(), audit.Named("test"), other.Hub.ClientMetadata(key.ID), clients.Active); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Hub.DecideServer(t.Context(), audit.Named("test"), other.Hub.ClientMetadata(key.ID), state); err != nil {
			t.Fatal(err)
		}
		if state == clients.Active {
			there := other.administrator()
			there.openUntil(other.URL+"/admin/providers/"+key.ID, "#join .ok + .ok + .ok")
			o.stop(there, "key: let in by another hub")
		}
	}
	b.open(s.URL + "/admin/hubs")
	b.openAllFolds()
	o.stop(b, "servers: in every state")

	b.open(s.URL + "/admin/settings")
	o.stop(b, "settings: the form")
	b.press("#save")
	b.see("#notice")
	o.stop(b, "settings: saved")
	b.fill("#hub_name", "")
	b.fill("#trusted_domains", "not a domain")
	b.press("#save")
	o.stop(b, "settings: with mistakes")
}
