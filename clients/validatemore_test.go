package clients

import (
	"slices"
	"testing"

	"github.com/fedhub/fedhub/clients/granttypes"
)

func TestEveryResponseTypeGoesWithItsGrants(t *testing.T) {
	for _, response := range granttypes.Responses() {
		c := with(webApp(), func(c *Client) {
			c.ResponseTypes = []string{response}
			c.GrantTypes = []string{GrantCode, GrantImplicit}
		})
		c.Tidy()
		if problems := c.Validate(false); len(problems) > 0 {
			t.Errorf("%s: %v", response, problems)
		}
		if !c.AllowsResponse(response) {
			t.Errorf("%s: registered, and not allowed", response)
		}
	}
}

func TestWhatFewClientsNeedIsCheckedToo(t *testing.T) {
	below := int64(-1)
	for broken, row := range map[string]struct {
		field string
		edit  func(*Client)
	}{
		"no response type":             {"response_types", func(c *Client) { c.ResponseTypes = []string{"password"} }},
		"words in another order":       {"response_types", func(c *Client) { c.ResponseTypes = []string{"id_token code"} }},
		"a token without implicit":     {"response_types", func(c *Client) { c.ResponseTypes = []string{"code", "code id_token"} }},
		"an origin with a path":        {"origins", func(c *Client) { c.Origins = []string{"https://app.example.com/"} }},
		"any origin":                   {"origins", func(c *Client) { c.Origins = []string{"*"} }},
		"the null origin":              {"origins", func(c *Client) { c.Origins = []string{"null"} }},
		"an origin in capitals":        {"origins", func(c *Client) { c.Origins = []string{"https://APP.example.com"} }},
		"an origin with its port":      {"origins", func(c *Client) { c.Origins = []string{"https://app.example.com:443"} }},
		"a plain origin":               {"origins", func(c *Client) { c.Origins = []string{"http://app.example.com"} }},
		"a detail type with a quote":   {"detail_types", func(c *Client) { c.DetailTypes = []string{`a"b`} }},
		"a plain request URI":          {"request_uris", func(c *Client) { c.Requests.URIs = []string{"http://app.example.com/r#x"} }},
		"an age in the future":         {"default_max_age", func(c *Client) { c.Requests.DefaultMaxAge = &below }},
		"an acr that is a sentence":    {"default_acr_values", func(c *Client) { c.Requests.DefaultACRValues = []string{"very sure"} }},
		"an implicit answer over http": {"redirect_uris", func(c *Client) { c.RedirectURIs = []string{"http://app.example.com/cb"} }},
	} {
		c := with(webApp(), row.edit)
		c.Tidy()
		problems := c.Validate(false)
		if len(problems) != 1 || problems[0].Field != row.field {
			t.Errorf("%s: got %q, want one problem at %s", broken, problems, row.field)
		}
	}
}

func TestWhatFewClientsNeedCanBeSaid(t *testing.T) {
	never := int64(0)
	c := with(webApp(), func(c *Client) {
		c.Origins = []string{"https://app.example.com", " https://app.example.com:8443 ", "http://localhost:3000", ""}
		c.DetailTypes = []string{"payment_initiation", "https://example.com/account"}
		c.Requests.URIs = []string{"https://app.example.com/request#GkurKxf5T0Y"}
		c.Requests.DefaultMaxAge = &never
		c.Requests.DefaultACRValues = []string{"urn:example:silver", "urn:example:silver"}
	})
	c.Tidy()
	if problems := c.Validate(false); len(problems) > 0 {
		t.Error(problems)
	}
	if want := []string{"https://app.example.com", "https://app.example.com:8443", "http://localhost:3000"}; !slices.Equal(c.Origins, want) {
		t.Errorf("got %q, want %q", c.Origins, want)
	}
}

func TestAServiceHasNoResponseTypes(t *testing.T) {
	c := Client{Name: "Batch", Type: Service, Scopes: []string{"reports"}, ResponseTypes: []string{"code"}}
	c.Tidy()
	if problems := c.Validate(false); len(problems) != 1 || problems[0].Field != "response_types" {
		t.Errorf("got %q", problems)
	}
}
