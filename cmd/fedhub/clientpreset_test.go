package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients/presets"
	"github.com/fedhub/fedhub/templates"
)

// client add --preset registers what the page of the preset does.
func TestAnAppIsRegisteredByItsPreset(t *testing.T) {
	s := newShell(t)
	for _, p := range presets.All() {
		address := "https://" + p.Key + ".example.org" + p.Within
		if p.Within != "" {
			address += "acme"
		}
		var row clientRow
		s.must("client", "add", "--preset", p.Key, "--url", address, "--json").json(&row)
		var kept map[string]any
		s.must("client", "show", row.ID).json(&kept)
		if kept["skip_authorization"] != false {
			t.Errorf("%s skips the authorization", p.Key)
		}
		if p.Site {
			if len(row.LoginKey) == 0 || row.Setup == "" {
				t.Errorf("%s is not what --frappe makes: %s", p.Key, s.out)
			}
			continue
		}
		answers, err := p.Ask(address, "")
		if err != nil {
			t.Fatal(err)
		}
		want := p.NewClient(answers)
		if !slices.Equal(row.RedirectURIs, want.RedirectURIs) || !slices.Equal(row.Scopes, want.Scopes) || row.AuthMethod != want.AuthMethod || row.Name != p.Name {
			t.Errorf("%s is %+v, want %+v", p.Key, row, want)
		}
		if got, _ := kept["backchannel_logout_uri"].(string); got != want.BackchannelLogoutURI {
			t.Errorf("%s is told at %q, want %q", p.Key, got, want.BackchannelLogoutURI)
		}
		if got := listOf(kept["post_logout_redirect_uris"]); !slices.Equal(got, want.PostLogoutRedirectURIs) {
			t.Errorf("%s: after sign-out %q, want %q", p.Key, got, want.PostLogoutRedirectURIs)
		}
		if len(row.Enter) == 0 || !slices.ContainsFunc(row.Enter, func(v siteValue) bool { return v.Value == row.Secret }) {
			t.Errorf("%s: it does not say what to enter there: %s", p.Key, s.out)
		}
	}
}

func listOf(member any) (out []string) {
	all, _ := member.([]any)
	for _, item := range all {
		out = append(out, item.(string))
	}
	return out
}

func TestFlagsCountMoreThanAPreset(t *testing.T) {
	s := newShell(t)
	s.must("client", "add", "--preset", "KeyCloak", "--url", "id.example.org/realms/acme/", "--provider", "company", "--name", "Company", "--scope", "openid", "--auth-method", "client_secret_basic")
	for _, says := range []string{"Company is registered with the client ID client_", "Enter these values in Keycloak:", "Alias", "company", "Discovery endpoint", "http://localhost:8080/.well-known/openid-configuration", "The secret is not shown again."} {
		if !strings.Contains(s.out, says) {
			t.Errorf("it does not say %q:\n%s", says, s.out)
		}
	}
	s.must("client", "list", "--json")
	for _, says := range []string{"https://id.example.org/realms/acme/broker/company/endpoint", "client_secret_basic"} {
		if !strings.Contains(s.out, says) {
			t.Errorf("it is not registered with %s:\n%s", says, s.out)
		}
	}
	s.must("client", "add", "--preset", "list")
	for _, p := range presets.All() {
		if !strings.Contains(s.out, p.Key) || !strings.Contains(s.out, p.URL.Label.In(templates.Sentence, "")) {
			t.Errorf("the list lacks %s:\n%s", p.Key, s.out)
		}
	}
	s.run("client", "add", "--preset", "kecloak", "--url", "https://id.example.org").fails(2, "--preset kecloak is unknown", "keycloak, grafana, gitlab")
	s.run("client", "add", "--preset", "keycloak").fails(2, "Enter the address of Keycloak.")
	s.run("client", "add", "--preset", "keycloak", "--url", "https://id.example.org").fails(2, "/realms/")
	s.env["FEDHUB_URL"] = "https://hub.example.org"
	s.run("client", "add", "--preset", "grafana").fails(2, "Enter the address of Grafana.")
	s.must("client", "add", "--preset", "grafana", "--url", "https://g.example.org")
	if !strings.Contains(s.out, "https://hub.example.org/oauth2/authorize") || !strings.Contains(s.out, "post_logout_redirect_uri=https%3A%2F%2Fg.example.org%2Flogin") {
		t.Errorf("the addresses of the hub and of the app are mixed up:\n%s", s.out)
	}
	s.run("client", "add", "--preset", "grafana", "--url", "https://g.example.org", "--frappe", "https://erp.example.org").fails(2, "one of --preset")
}
