// Package hubs has the administration pages for connected hubs, and the map of
// trust between hubs, providers and apps.
package hubs

import (
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
)

// A Handler shows and changes connected hubs.
type Handler struct {
	admin.Recorder
	Operator  *operator.Service
	Issuer    string
	Clients   *clients.Registry
	Upstreams *federation.Registry
	Health    *health.Service
	Monitor   *health.Monitor
	Responder *web.Responder
	Now       func() time.Time
}
