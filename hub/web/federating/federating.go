// Package federating answers other hubs: it tells them about this one, and
// takes what they say about people who came from there, and how they stand here.
//
// What a person's browser brings from another hub is signing in.
package federating

import (
	"context"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/hubs"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/web/cookies"
)

// A Handler answers other hubs.
type Handler struct {
	Issuer    string
	Clients   *clients.Registry
	Hubs      *hubs.Service
	Invites   *hubs.Invites
	Upstreams *federation.Registry
	Sessions  *cookies.Service
	Logouts   *logouts.Service
	Settings  *settings.Service
	Audit     *audit.Recorder

	// Replay remembers a logout token's jti until it expires; one that was
	// seen before is fs.ErrExist.
	Replay func(ctx context.Context, id string, until time.Time) error
	// Replayed says whether Replay remembers an id.
	Replayed func(ctx context.Context, id string) (bool, error)
}
