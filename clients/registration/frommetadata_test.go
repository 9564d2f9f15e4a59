package registration

import (
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/testkit/clientstest"
)

func TestAnOperatorDescribesAClientByItsMetadata(t *testing.T) {
	c, err := FromMetadata([]byte(`{"client_id": "suite1", "client_name": "Suite", "redirect_uris": ["https://suite.example.org/cb"],
		"response_types": ["code", "code id_token"], "grant_types": ["authorization_code", "implicit", "refresh_token"],
		"scope": "openid payroll", "token_endpoint_auth_method": "client_secret_post", "logo_uri": "https://suite.example.org/logo.png"}`))
	if err != nil {
		t.Fatal(err)
	}
	c.Tidy()
	if problems := c.Validate(false); len(problems) > 0 {
		t.Fatal(problems)
	}
	if c.ID != "suite1" || c.Name != "Suite" || strings.Join(c.Scopes, " ") != "openid payroll" || c.AuthMethod != clientauth.MethodPost || !c.HasGrant(clients.GrantRefresh) ||
		!c.AllowsResponse("code id_token") || !c.Registration.At.IsZero() {
		t.Errorf("got %+v", c)
	}
	usual, err := FromMetadata([]byte(`{"client_name": "Suite", "redirect_uris": ["https://suite.example.org/cb"]}`))
	if err != nil {
		t.Fatal(err)
	}
	usual.Tidy()
	if strings.Join(usual.Scopes, " ") != "openid profile email" || usual.AuthMethod != clientauth.MethodBasic {
		t.Errorf("got %+v", usual)
	}
}

func TestEverythingThatAnAdministratorMaySayHasAMember(t *testing.T) {
	described := DescriptionOf(clientstest.Filled(0))
	for _, p := range clients.Properties() {
		if !p.By(clients.ByForm|clients.ByFlag) || p.Stored == "frappe.send_errors" { // which only a site has
			continue
		}
		names := []string{p.Metadata, p.Control, p.Stored}
		if p.Stored == "id" {
			names = []string{"client_id"}
		}
		if !slices.ContainsFunc(names, func(name string) bool { _, found := described[name]; return name != "" && found }) {
			t.Errorf("%s has no member", p.Stored)
		}
	}
}

func TestOnlyAnOperatorSaysWhatNoMetadataHasAMemberFor(t *testing.T) {
	var c, kept clients.Client
	raw := jsonx.Object{"redirect_uris": jsonx.Value(`["https://app.example.org/cb"]`)}
	_ = ours(&c, func(name string, place any) error {
		raw[name] = jsonx.Value(`true`)
		if _, text := place.(*string); text {
			raw[name] = jsonx.Value(`"text"`)
		}
		return nil
	})
	var d declaration
	if err := d.read(raw); err != nil {
		t.Fatal(err)
	}
	kept.RedirectURIs = d.RedirectURIs
	if changed := clientstest.Changed(d.Client, kept); len(changed) > 0 {
		t.Errorf("an app says this of itself: %q", changed)
	}
}

func TestMetadataThatCannotBeReadIsRefused(t *testing.T) {
	for _, body := range []string{``, `null`, `[]`, `{"client_id": 7}`, `{"redirect_uris": "https://app.example.org/cb"}`, `{"grant_types": ["implicit"]}`, `{"id_token_claim": true}`} {
		if c, err := FromMetadata([]byte(body)); err == nil {
			t.Errorf("%s: got %+v", body, c)
		}
	}
}
