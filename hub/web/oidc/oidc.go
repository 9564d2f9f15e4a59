// Package oidc is what apps call: metadata, keys, tokens, user information.
//
// Every grant type passes through one function that authenticates the client
// and checks that it may use the grant, so no grant can forget to.
package oidc

import (
	"log/slog"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/dpop"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/sitesetup"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
)

// A Handler answers the machine endpoints.
type Handler struct {
	Issuer         string
	Alias          string // the address at which client certificates are asked for, if it is another
	Clients        *clients.Registry
	Invites        *clients.Invites
	UpstreamTokens *upstreamtokens.Service
	Initials       clients.InitialTokens
	Grants         *grants.Service
	Tokens         *tokens.Service
	Pending        *pending.Service
	Users          *users.Service
	Browsers       *sessions.Service
	Upstreams      *federation.Registry
	Proofs         *dpop.Verifier
	Requests       *authrequest.Service
	Signing        *signing.Service
	Settings       *settings.Service
	SiteSetups     *sitesetup.Service
	Audit          *audit.Recorder
	Log            *slog.Logger
	Now            func() time.Time

	Registrations *web.Limiter // how many clients one address may register without a token
	Pushes        *web.Limiter // how many requests one address may push that proves nothing
	Fetches       *web.Limiter // how many documents of clients one address may make the hub read
	Guesses       *web.Guesser // of client credentials
	Certificates  bool         // clients can show a TLS certificate

	documents documents
}
