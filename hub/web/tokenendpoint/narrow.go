package tokenendpoint

import (
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/web/clientrequest"
)

// narrowed returns the terms limited to a token request. What the request does
// not name stays as granted.
func narrowed(granted grants.TokenConstraints, form oauth.Params) (grants.TokenConstraints, error) {
	var resources []string
	for _, asked := range form.All("resource") {
		identifier, found := apis.Match(granted.Resources, asked)
		if !found {
			return grants.TokenConstraints{}, oauth.InvalidTarget("oauth.resource.ungranted", "resource", clientrequest.Clip(asked))
		}
		resources = append(resources, identifier)
	}
	if len(resources) > 0 {
		granted.Resources = slices.Compact(slices.Sorted(slices.Values(resources)))
	}
	if asked := form["authorization_details"]; asked != "" {
		var err error
		if granted.Details, err = oauth.NarrowDetails(granted.Details, asked); err != nil {
			return grants.TokenConstraints{}, err
		}
	}
	return granted, nil
}

// remaining returns the terms and scopes of a family that count for a token
// request now.
func (d *Handler) remaining(c *gin.Context, r request, f grants.TokenFamily, scopes []string) (grants.TokenConstraints, []string, error) {
	terms, err := narrowed(f.Terms, r.form)
	if err != nil {
		return terms, nil, err
	}
	left, err := d.Authenticator.Requests.Still(c.Request.Context(), r.client, grantOf(f.Terms), f.Redeemed, authrequest.Access{Scopes: scopes, Resources: terms.Resources})
	terms.Resources = left.Resources
	return terms, left.Scopes, err
}

// grantOf is the grant type by which a family began.
func grantOf(terms grants.TokenConstraints) string {
	switch terms.Kind {
	case string(pending.Device):
		return clients.GrantDevice
	case string(pending.Back):
		return clients.GrantCIBA
	case kindVouched:
		return clients.GrantJWT
	}
	return clients.GrantCode
}
