package authrequest

import (
	"context"
	"net/url"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/scopes"
	"github.com/fedhub/fedhub/hub/oauth"
)

// Scopes reads the scope parameter of a request without a browser. It is empty
// only for a request without scopes.
func (k *Service) Scopes(ctx context.Context, client clients.Client, raw string) ([]string, error) {
	return scopesOf(client, raw, client.AllowsGrant(clients.GrantRefresh), k.exists(ctx))
}

// exists reports whether any client here has a scope.
func (k *Service) exists(ctx context.Context) func(string) (bool, error) {
	return func(scope string) (bool, error) { return k.Clients.AnyHasScope(ctx, scope) }
}

// scopesOf returns the requested scopes that count. A request with only unknown
// scopes must not get the default of one without the parameter.
func scopesOf(client clients.Client, raw string, refreshes bool, exists func(string) (bool, error)) ([]string, error) {
	asked, err := oauth.ParseScope(raw)
	if err != nil || len(asked) == 0 {
		return nil, err
	}
	count, foreign, err := scopes.Asked(asked, client.Scopes, refreshes, exists)
	switch {
	case err != nil:
		return nil, err
	case foreign != "":
		return nil, oauth.InvalidScope("oauth.scope.page", "scope", clip(foreign, 60), "page", "/admin/clients/"+url.PathEscape(client.ID))
	case len(count) == 0:
		return nil, oauth.InvalidScope("oauth.scope.none")
	}
	return count, nil
}
