package authrequest

import (
	"context"

	"github.com/fedhub/fedhub/clients/hubs"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/tokens"
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
	return k.Registration.Meet(ctx, id, registration.DocumentPolicy{Admits: admits, Limits: Limits(k.Issuer)}, allow)
}

// Limits are what a client cannot give itself: only standard scopes, and no API
// but the hub's own.
func Limits(issuer string) registration.Limits {
	l := registration.Limits{Resources: []string{issuer + "/api"}}
	for _, scope := range tokens.Scopes() {
		l.Scopes = append(l.Scopes, scope.Name)
		if scope.Name != "roles" && scope.Name != "sessions" { // clients that use these request them
			l.Usual = append(l.Usual, scope.Name)
		}
	}
	return l
}
