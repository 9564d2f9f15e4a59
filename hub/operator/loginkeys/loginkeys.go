// Package loginkeys holds the use-cases of login keys and of the identities that
// users have at their providers. It records each change under the given actor.
package loginkeys

import (
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// Parts are the services that a Service uses.
type Parts struct {
	// ClientMetadata is the address of this hub's metadata document for a peer.
	ClientMetadata func(keyID string) string

	Upstreams      *federation.Registry
	Linking        *linking.Service
	Monitor        *health.Monitor
	Health         *health.Service
	UpstreamTokens *upstreamtokens.Service
	Grants         *grants.Service
	Pending        *pending.Service
	Sessions       *sessions.Service
	Logouts        *logouts.Service
	Audit          *audit.Recorder
}

// A Service carries out what administrators ask for.
type Service struct{ parts Parts }

// New returns a service over the parts.
func New(p Parts) *Service { return &Service{p} }
