// Package people has the administration pages for users: their accounts,
// invitations, and account links.
package people

import (
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
)

// A Handler shows and changes users.
type Handler struct {
	admin.Recorder
	Clients   *clients.Registry
	Upstreams *federation.Registry
	Users     *users.Service
	Linking   *linking.Service
	MailLinks *maillinks.Service
	Grants    *grants.Service
	Logouts   *logouts.Service
	Operator  *operator.Service
	Keys      *loginkeys.Service
	Stops     *flows.Interruptions
	Responder *web.Responder
	Now       func() time.Time
}
