package authrequest

import (
	"slices"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/oauth"
)

// accessIsTheClients checks the requested scopes and APIs (RFC 6749 §3.3, RFC
// 8707 §2).
func accessIsTheClients(d *draft) error {
	w := Wish{Client: d.client, Grant: clients.GrantCode, Scope: d.params["scope"], Resources: d.params.All("resource"), NoRefresh: !d.request.Response.Has("code"),
		// RFC 6749 §3.3: a documented default. All registered scopes would be
		// more than was requested.
		Usual: []string{"openid"}}
	if !d.request.Response.Has("code") {
		w.Grant = clients.GrantImplicit
	}
	a, err := d.resolve(w)
	if err != nil {
		return err
	}
	if missing := oauth.Missing(d.client.Scopes, a.Scopes); len(missing) > 0 && d.params["scope"] == "" {
		return oauth.InvalidScope("oauth.scope.client", "scope", missing[0])
	}
	if d.request.Response.Has("id_token") && !slices.Contains(a.Scopes, "openid") {
		return oauth.InvalidScope("oauth.scope.openid.id_token") // OIDC Core §3.1.2.1
	}
	d.request.Scopes, d.request.Resources, d.request.Agreed = d.client.EffectiveScopes(a.Scopes), a.Resources, a.Agreed
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
