package authrequest

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"slices"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/clients/scopes"
	"github.com/fedhub/fedhub/hub/oauth"
)

// maxResources is how many APIs one request may name.
const maxResources = 20

// A Wish is what a client asks a token for, by which grant type.
type Wish struct {
	Client    clients.Client
	Grant     string
	Scope     string   // the parameter
	Usual     []string // the scopes of a request without that parameter
	Resources []string // the values of the parameter (RFC 8707 §2)
	NoRefresh bool     // the response brings no refresh token, whatever the client is registered for
}

// Access is what a client gets.
type Access struct {
	Scopes    []string
	Resources []string // identifiers of APIs, as registered
	Agreed    []string // the names of these APIs in a consent
}

func (a *Access) add(api apis.API) {
	if !slices.Contains(a.Resources, api.ID) {
		a.Resources, a.Agreed = append(a.Resources, api.ID), append(a.Agreed, api.Consent())
	}
}

// Resolve decides whether a client may get a token for these APIs with these
// scopes by this grant type. Every request for a token is decided here, and
// checked again by Still when the token is issued.
//
// A request that names no API gets tokens for the APIs that its scopes belong to
// (RFC 9068 §3). In one that names some, a scope of another API is an error.
func (k *Service) Resolve(ctx context.Context, w Wish) (Access, error) {
	var a Access
	if len(w.Resources) > maxResources {
		return a, oauth.InvalidTarget("oauth.resources.many")
	}
	for _, identifier := range w.Resources {
		if !redirecturi.ResourceOK(identifier) {
			return a, oauth.InvalidTarget("oauth.resource.form")
		}
		api, err := k.APIs.Find(ctx, identifier)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !api.Admits(w.Client.Asker(), w.Grant) {
			return a, oauth.InvalidTarget("oauth.resource.client", "resource", clip(identifier, 100)).Because(err)
		}
		if err != nil {
			return a, err
		}
		a.add(api)
	}
	asked, err := oauth.ParseScope(w.Scope)
	if err != nil {
		return a, err
	}
	if len(asked) == 0 {
		return a, k.usual(ctx, w, &a)
	}
	return a, k.asked(ctx, w, asked, &a)
}

// owner returns the API of a scope, and whether the client may have the scope;
// nil for a scope that belongs to no API.
func (k *Service) owner(ctx context.Context, client clients.Client, grant, scope string) (*apis.API, bool, error) {
	if slices.Contains(scopes.Standard(), scope) {
		return nil, false, nil
	}
	api, err := k.APIs.Owner(ctx, scope)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return &api, err == nil && api.Admits(client.Asker(), grant) && api.Gives(client.Asker(), scope), err
}

// usual adds the scopes of a request that names none: those that fit its APIs.
func (k *Service) usual(ctx context.Context, w Wish, a *Access) error {
	named := len(a.Resources) > 0
	for _, scope := range w.Usual {
		api, may, err := k.owner(ctx, w.Client, w.Grant, scope)
		switch {
		case err != nil:
			return err
		case api == nil:
		case !may, named && !slices.Contains(a.Resources, api.ID):
			continue
		default:
			a.add(*api)
		}
		a.Scopes = append(a.Scopes, scope)
	}
	return nil
}

// asked adds the requested scopes that count. A request with only unknown scopes
// must not get the usual ones.
func (k *Service) asked(ctx context.Context, w Wish, asked []string, a *Access) error {
	named, has, foreign := len(a.Resources) > 0, slices.Clone(w.Client.Scopes), map[string]bool{}
	for _, scope := range asked {
		api, may, err := k.owner(ctx, w.Client, w.Grant, scope)
		switch {
		case err != nil:
			return err
		case api == nil:
		case !may:
			foreign[scope] = true
			has = slices.DeleteFunc(has, func(s string) bool { return s == scope })
		case named && !slices.Contains(a.Resources, api.ID):
			return oauth.InvalidScope("oauth.scope.resource", "scope", clip(scope, 60), "resource", api.ID)
		default:
			a.add(*api)
			has = append(has, scope)
		}
	}
	exists := func(scope string) (bool, error) {
		if foreign[scope] {
			return true, nil
		}
		return k.Clients.AnyHasScope(ctx, scope)
	}
	refreshes := w.Client.AllowsGrant(clients.GrantRefresh) && !w.NoRefresh
	count, other, err := scopes.Asked(asked, has, refreshes, exists)
	switch {
	case err != nil:
		return err
	case other != "":
		return oauth.InvalidScope("oauth.scope.page", "scope", clip(other, 60), "page", "/admin/clients/"+url.PathEscape(w.Client.ID))
	case len(count) == 0:
		return oauth.InvalidScope("oauth.scope.none")
	}
	a.Scopes = count
	return nil
}

// Still returns what is left of an earlier access when a token is issued for it:
// the APIs that are still there since then and that the client may still ask
// for, and the scopes that belong to them. If none of its APIs is left, the
// error is invalid_grant: a token without an audience would be one for the hub.
func (k *Service) Still(ctx context.Context, client clients.Client, grant string, since time.Time, a Access) (Access, error) {
	var left Access
	for _, identifier := range a.Resources {
		api, err := k.APIs.Find(ctx, identifier)
		if errors.Is(err, fs.ErrNotExist) || err == nil && (api.Created.After(since) || !api.Admits(client.Asker(), grant)) {
			continue
		}
		if err != nil {
			return left, err
		}
		left.add(api)
	}
	if len(a.Resources) > 0 && len(left.Resources) == 0 {
		return left, oauth.InvalidGrant("oauth.resource.gone")
	}
	var err error
	left.Scopes, err = k.StillScopes(ctx, client, grant, a.Scopes, left.Resources)
	return left, err
}

// StillScopes returns the scopes that the client has in a token for these APIs:
// a scope that it lost, or of another API, is left out.
func (k *Service) StillScopes(ctx context.Context, client clients.Client, grant string, asked, resources []string) (left []string, err error) {
	for _, scope := range asked {
		api, may, err := k.owner(ctx, client, grant, scope)
		if err != nil {
			return nil, err
		}
		if api == nil && client.HasScope(scope) || api != nil && may && slices.Contains(resources, api.ID) {
			left = append(left, scope)
		}
	}
	return left, nil
}

// MustAgree reports whether a user must agree to the request on a page, although
// the client may skip that: the client registered itself, and wants a token for
// an API that is not the hub's.
func (k *Service) MustAgree(ctx context.Context, client clients.Client, resources []string) (bool, error) {
	for _, identifier := range resources {
		api, err := k.APIs.Find(ctx, identifier)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
		if err != nil || api.NeedsPerson(client.Asker()) {
			return true, nil
		}
	}
	return false, nil
}
