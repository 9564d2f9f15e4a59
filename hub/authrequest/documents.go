package authrequest

import (
	"context"

	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/clients/hubs"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/internal/lasting"
)

// Meet adds a client that comes with the address of its metadata document, if
// the settings allow it. See registration.Service.Meet.
func (k *Service) Meet(ctx context.Context, id string, allow func() error) (added bool, err error) {
	current, err := k.Settings.Current(ctx)
	if err != nil {
		return false, err
	}
	admits := func(host string) bool {
		return current.Registration == settings.RegistrationOpen || hubs.DomainAllows(current.DocumentDomains, host)
	}
	return k.Registration.Meet(ctx, id, registration.DocumentPolicy{Admits: admits, Limits: k.Limits(ctx)}, allow)
}

// Limits are what a client cannot give itself: only standard scopes and those of
// APIs that are open to it, and no API but the hub's own.
func (k *Service) Limits(ctx context.Context) registration.Limits {
	ctx = lasting.Of(ctx) // a document is read for all who wait for it
	l := registration.Limits{Resources: []string{k.Issuer + "/api"}, Open: func(scope string) bool {
		api, err := k.APIs.Owner(ctx, scope)
		return err == nil && api.Access == apis.SelfRegistered
	}}
	for _, scope := range tokens.Scopes() {
		l.Scopes = append(l.Scopes, scope.Name)
		if scope.Name != "roles" && scope.Name != "sessions" { // clients that use these request them
			l.Usual = append(l.Usual, scope.Name)
		}
	}
	return l
}
