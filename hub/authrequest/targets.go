package authrequest

import (
	"slices"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/hub/oauth"
)

// maxResources is how many APIs one request may name.
const maxResources = 20

// resourcesAreTheClients checks the requested APIs (RFC 8707 §2).
func resourcesAreTheClients(d *draft) error {
	asked := d.params.All("resource")
	if len(asked) > maxResources {
		return oauth.InvalidTarget("oauth.resources.many")
	}
	for _, resource := range asked {
		if !redirecturi.ResourceOK(resource) {
			return oauth.InvalidTarget("oauth.resource.form")
		}
		if !slices.Contains(d.client.Resources, resource) {
			return oauth.InvalidTarget("oauth.resource.client", "resource", clip(resource, 100))
		}
		if !slices.Contains(d.request.Resources, resource) {
			d.request.Resources = append(d.request.Resources, resource)
		}
	}
	return nil
}

// detailsAreTheClients checks authorization_details (RFC 9396 §5).
func detailsAreTheClients(d *draft) error {
	details, err := oauth.ParseDetails(d.params["authorization_details"])
	if err != nil {
		return err
	}
	for _, one := range details {
		if !slices.Contains(d.client.DetailTypes, one.Type) {
			return oauth.InvalidDetails("oauth.details.client", "type", clip(one.Type, 60))
		}
	}
	d.request.Details = oauth.JoinDetails(details)
	return nil
}

// keyIsNamed checks the DPoP key for the code: a SHA-256 thumbprint, which has
// the same form as a code challenge.
func keyIsNamed(d *draft) error {
	jkt := d.params["dpop_jkt"]
	if jkt == "" {
		return nil
	}
	if oauth.ChallengeOK(jkt) != nil {
		return oauth.InvalidRequest("oauth.dpop_jkt")
	}
	d.request.JKT = jkt
	return nil
}
