// Package operator holds the use-cases of administration, for pages and
// commands. It records each change under the given actor.
package operator

import (
	"context"

	"github.com/fedhub/fedhub/clients"
	clientapis "github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/clients/hubs"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/operator/apis"
	"github.com/fedhub/fedhub/hub/operator/claims"
	"github.com/fedhub/fedhub/hub/operator/records"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/sitesetup"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/users/listing"
	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
)

// Parts are the services that a Service uses.
type Parts struct {
	URL       string // the hub's public address
	AllowHTTP bool   // allow http redirect URIs on any host

	Users          *users.Service
	Groups         *groups.Service
	Listing        *listing.Service
	Linking        *linking.Service
	SecondFactors  *secondfactor.Service
	Passkeys       *passkeys.Service
	MailLinks      *maillinks.Service
	Clients        *clients.Registry
	APIs           *clientapis.Service
	Hubs           *hubs.Service
	Sites          *frappe.Service
	Registrations  *registration.Service
	Invites        *hubs.Invites
	Initials       registration.InitialTokens
	Grants         *grants.Service
	Sessions       *sessions.Service
	Upstreams      *federation.Registry
	Logouts        *logouts.Service
	UpstreamTokens *upstreamtokens.Service
	SiteSetups     *sitesetup.Service
	Signing        *signing.Service
	Settings       *settings.Service
	Audit          *audit.Recorder
	Box            *seal.Box

	// ForgetUser deletes everything that belongs to a user except the user
	// record.
	ForgetUser func(ctx context.Context, id string) error

	// CancelDeletion keeps the account of a user who asked for its deletion
	// (hub/selfservice).
	CancelDeletion func(ctx context.Context, by audit.Actor, id string) error

	// RemoveGroupRules deletes the rules of a login key that make users members of a
	// group (hub/operator/loginkeys).
	RemoveGroupRules func(ctx context.Context, by audit.Actor, keyID, group string) error

	// Raise shows a warning to all administrators (hub/health).
	Raise func(context.Context, health.Warning) error

	Records []store.Browsable // every kind, for repair
	Claims  *claims.Service
}

// A Service carries out what administrators ask for.
type Service struct {
	*apis.Service
	*records.Inspector
	*claimService
	parts Parts
}

type claimService = claims.Service

// MostRecords bounds the counts of records.
const MostRecords = records.Most

// New returns a service over the parts.
func New(p Parts) *Service {
	return &Service{apis.New(p.APIs, p.Clients, p.Audit), records.New(p.Records, p.Signing, p.Audit), p.Claims, p}
}

// URL is the hub's public address.
func (s *Service) URL() string { return s.parts.URL }

// SetupLink returns a link that creates the first administrator, valid once and
// for an hour; users.ErrSetUp if there is one.
func (s *Service) SetupLink(ctx context.Context) (string, error) {
	token, err := s.parts.Users.NewSetupLink(ctx)
	if err != nil {
		return "", err
	}
	return s.parts.URL + "/setup?token=" + token, nil
}

// CheckSecretKey checks that the secret key is the one that the database was
// set up with, by opening the signing key (or creating the first one). A wrong
// key is seal.ErrOpen.
func (s *Service) CheckSecretKey(ctx context.Context) error {
	return s.parts.Signing.Check(ctx)
}
