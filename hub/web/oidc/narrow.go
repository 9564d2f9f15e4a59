package oidc

import (
	"slices"

	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
)

// narrowed returns the terms with no more than a token request asks for. What
// it does not name stays as it was granted.
func narrowed(granted grants.TokenConstraints, form oauth.Params) (grants.TokenConstraints, error) {
	resources, err := targets(granted.Resources, form)
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

// targets returns the resources that a token request names, all of which must
// be among those that may be asked for (RFC 8707 §2.2).
func targets(allowed []string, form oauth.Params) ([]string, error) {
	asked := form.All("resource")
	for _, resource := range asked {
		if !slices.Contains(allowed, resource) {
			return nil, oauth.InvalidTarget("a token for the resource " + clip(resource) + " was not granted")
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(asked))), nil
}
