package tokenendpoint

import (
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/web/clientrequest"
)

// narrowed returns the terms limited to a token request. What the request does
// not name stays as granted.
func narrowed(granted grants.TokenConstraints, form oauth.Params) (grants.TokenConstraints, error) {
	resources, err := clientrequest.Targets(granted.Resources, form)
	if err != nil {
		return grants.TokenConstraints{}, err
	}
	if len(resources) > 0 {
		granted.Resources = resources
	}
	if asked := form["authorization_details"]; asked != "" {
		if granted.Details, err = oauth.NarrowDetails(granted.Details, asked); err != nil {
			return grants.TokenConstraints{}, err
		}
	}
	return granted, nil
}
