// Package federating serves other hubs: this hub's metadata, connection
// requests and their status, and back-channel logouts.
//
// Sign-ins through another hub are in package signin.
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

// A Handler serves other hubs.
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

	// Replay remembers a logout token's jti until it expires; fs.ErrExist for a
	// jti that it remembers already.
	Replay func(ctx context.Context, id string, until time.Time) error
	// Replayed reports whether Replay remembers an id.
	Replayed func(ctx context.Context, id string) (bool, error)
}
