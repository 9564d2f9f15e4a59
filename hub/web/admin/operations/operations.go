// Package operations has the administration pages for the state of the hub:
// warnings, settings, signing keys, sign-in log and sign-out delivery.
package operations

import (
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/readiness"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
)

// A Handler shows the state of the hub and changes its settings.
type Handler struct {
	admin.Recorder
	Issuer    string
	Clients   *clients.Registry
	Initials  registration.InitialTokens
	Upstreams *federation.Registry
	Users     *users.Service
	Logouts   *logouts.Service
	Monitor   *health.Monitor
	Signing   *signing.Service
	Settings  *settings.Service
	Traces    *traces.Service
	Operator  *operator.Service
	Damaged   func() []store.Damage // unreadable records
	Readiness *readiness.Service
	Responder *web.Responder
	Now       func() time.Time
}
