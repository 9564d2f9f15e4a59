package registration

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
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

func TestMetadataThatCannotBeReadIsRefused(t *testing.T) {
	for _, body := range []string{``, `null`, `[]`, `{"client_id": 7}`, `{"redirect_uris": "https://app.example.org/cb"}`, `{"grant_types": ["implicit"]}`} {
		if c, err := FromMetadata([]byte(body)); err == nil {
			t.Errorf("%s: got %+v", body, c)
		}
	}
}
