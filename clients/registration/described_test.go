package registration

import (
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/internal/forms"
)

// No administrator approved this client, so its document and its form give it
// only what every unapproved client may have.
func TestAClientKnownByItsDocumentAloneGetsNoMore(t *testing.T) {
	const id = "https://app.example.net/client.json"
	body := `{"client_id":"` + id + `","client_name":"App","redirect_uris":["https://app.example.net/cb"],"token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://app.example.net/jwks"}`
	read, err := describe(parsed(t, id, []byte(body)), Limits{Usual: []string{"openid"}}, time.Unix(1, 0), false)
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		field  string
		change func(*clients.Client)
	}{
		"as it is":                   {"", func(*clients.Client) {}},
		"devices":                    {"", func(c *clients.Client) { c.SetGrant(clients.GrantDevice, true) }},
		"an answer on one's machine": {"", func(c *clients.Client) { c.RedirectURIs = append(c.RedirectURIs, "http://127.0.0.1/cb") }},
		"a shared secret":            {"auth_method", func(c *clients.Client) { c.AuthMethod = clientauth.MethodBasic }},
		"no consent":                 {"skip_authorization", func(c *clients.Client) { c.SkipAuthorization = true }},
		"no PKCE":                    {"pkce", func(c *clients.Client) { c.PKCEOptional = true }},
		"tokens of its own":          {"grant_types", func(c *clients.Client) { c.SetGrant(clients.GrantClientCredentials, true) }},
		"the implicit grant": {"grant_types", func(c *clients.Client) {
			c.SetGrant(clients.GrantImplicit, true)
			c.SetGrant(clients.GrantCode, false)
			c.ResponseTypes = []string{"token"}
		}},
		"token exchange":             {"grant_types", func(c *clients.Client) { c.SetGrant(clients.GrantExchange, true) }},
		"an answer elsewhere":        {"redirect_uris", func(c *clients.Client) { c.RedirectURIs = append(c.RedirectURIs, "https://evil.example/cb") }},
		"goodbye elsewhere":          {"post_logout_redirect_uris", func(c *clients.Client) { c.PostLogoutRedirectURIs = []string{"https://evil.example/bye"} }},
		"keys elsewhere":             {"jwks_uri", func(c *clients.Client) { c.JWKSURI = "https://evil.example/jwks" }},
		"a logout elsewhere":         {"backchannel_logout_uri", func(c *clients.Client) { c.BackchannelLogoutURI = "https://evil.example/out" }},
		"a logout page elsewhere":    {"frontchannel_logout_uri", func(c *clients.Client) { c.FrontchannelLogoutURI = "https://evil.example/out" }},
		"a sector elsewhere":         {"sector_identifier_uri", func(c *clients.Client) { c.SectorIdentifierURI = "https://evil.example/sector" }},
		"a request object elsewhere": {"requests.uris", func(c *clients.Client) { c.Requests.URIs = []string{"https://evil.example/request"} }},
		"an id that is no address":   {"id", func(c *clients.Client) { c.ID = "no address" }},
	} {
		c := read.Clone()
		row.change(&c)
		problems := c.Validate(false)
		if row.field == "" && len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
		if row.field != "" && !slices.ContainsFunc(problems, func(p forms.Problem) bool { return p.Field == row.field }) {
			t.Errorf("%s: got %v, want a problem of %s", name, problems, row.field)
		}
	}
}

func TestADocumentMustOfferTheCodeFlowOrDevices(t *testing.T) {
	const id = "https://app.example.net/client.json"
	for more, want := range map[string]bool{
		``: true,
		`,"grant_types":["authorization_code","client_credentials"]`:                         true, // the rest is left out
		`,"grant_types":["urn:ietf:params:oauth:grant-type:device_code"]`:                    true,
		`,"grant_types":["client_credentials"]`:                                              false,
		`,"grant_types":["refresh_token"]`:                                                   false,
		`,"grant_types":["authorization_code","implicit"],"response_types":["code","token"]`: true,
		`,"grant_types":["authorization_code"],"response_types":["token"]`:                   false,
		`,"client_secret":"x"`:                              false,
		`,"client_id":"https://app.example.net/other.json"`: false,
	} {
		body := `{"client_id":"` + id + `","redirect_uris":["https://app.example.net/cb"]` + more + `}`
		read, err := metadatadoc.Parse(id, []byte(body))
		if err == nil {
			_, err = describe(read, Limits{Usual: []string{"openid"}}, time.Unix(1, 0), false)
		}
		if (err == nil) != want {
			t.Errorf("%s: got %v, want it taken: %v", more, err, want)
		}
	}
}
