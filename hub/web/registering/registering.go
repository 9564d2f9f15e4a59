// Package registering has the endpoints where clients register themselves (RFC
// 7591, OpenID Connect Registration) and update their metadata (RFC 7592).
package registering

import (
	"context"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/web"
)

// A Handler serves clients that register themselves.
type Handler struct {
	Issuer        string
	Clients       *clients.Registry
	Requests      *authrequest.Service
	Registrations *registration.Service
	Initials      registration.InitialTokens
	Settings      *settings.Service
	Audit         *audit.Recorder
	PerAddress    *web.Limiter // how many clients one address may register without a token

	// Discovery is the hub's own metadata: the values that a client may choose.
	Discovery func(context.Context) ([]byte, error)
}
