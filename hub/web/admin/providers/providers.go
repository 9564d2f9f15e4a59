// Package providers has the administration pages for login keys: the catalogue,
// a key, primary hubs, and the effects of a policy.
package providers

import (
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
)

// A Handler shows and changes login keys.
type Handler struct {
	admin.Recorder
	Operator  *operator.Service
	Keys      *loginkeys.Service
	Upstreams *federation.Registry
	Linking   *linking.Service
	Health    *health.Service
	Monitor   *health.Monitor
	Signing   *signing.Service

	Hub hubaddress.Hub

	Responder *web.Responder
	Now       func() time.Time
}
