package clients

import (
	"slices"
	"testing"

	"github.com/fedhub/fedhub/internal/forms"
)

// RFC 8693 §5, RFC 7523 §5 and CIBA §7.1: these grants are for clients that
// authenticate. The device grant is for public clients too (RFC 8628 §5.6).
func TestAClientThatCannotProveItselfGetsNoGrantThatNeedsProof(t *testing.T) {
	const (
		device   = "urn:ietf:params:oauth:grant-type:device_code"
		exchange = "urn:ietf:params:oauth:grant-type:token-exchange"
		asserted = "urn:ietf:params:oauth:grant-type:jwt-bearer"
		ciba     = "urn:openid:params:grant-type:ciba"
	)
	for _, row := range []struct {
		client  Client
		allowed []string
	}{
		{webApp(), []string{device, exchange, asserted, ciba}},
		{spaApp(), []string{device}},
		{nativeApp(), []string{device}},
	} {
		for _, grant := range []string{device, exchange, asserted, ciba, "password"} {
			c := with(row.client, func(c *Client) { c.SetGrant(grant, true) })
			c.Tidy()
			got := !slices.ContainsFunc(c.Validate(false), func(p forms.Problem) bool { return p.Field == "grant_types" })
			if want := slices.Contains(row.allowed, grant); got != want {
				t.Errorf("%s, %s: allowed %v, want %v", c.Type, grant, got, want)
			}
		}
	}
}

func TestResponseTypesBringTheirGrantAlong(t *testing.T) {
	c := with(webApp(), func(c *Client) {
		c.ResponseTypes = []string{"code", "id_token"}
		c.GrantTypes = []string{GrantDevice, GrantCode}
	})
	c.PairGrants()
	if !slices.Equal(c.GrantTypes, []string{GrantCode, GrantImplicit, GrantDevice}) {
		t.Errorf("got %q", c.GrantTypes)
	}
	c.ResponseTypes = []string{"code", "none"}
	c.PairGrants()
	if !slices.Equal(c.GrantTypes, []string{GrantCode, GrantDevice}) {
		t.Errorf("got %q", c.GrantTypes)
	}
}
