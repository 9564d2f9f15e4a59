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
	"github.com/fedhub/fedhub/hub/debuts"
	"github.com/fedhub/fedhub/hub/decoupled"
	"github.com/fedhub/fedhub/hub/dpop"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/requests"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/ties"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
)

// A Door answers the machine endpoints.
type Door struct {
	Issuer    string
	Alias     string // the address at which client certificates are asked for, if it is another
	Clients   *clients.Registry
	Invites   *clients.Invites
	Ties      *ties.Keeper
	Initials  clients.InitialTokens
	Grants    *grants.Keeper
	Tokens    *tokens.Keeper
	Decoupled *decoupled.Keeper
	Users     *users.Keeper
	Browsers  *sessions.Keeper
	Upstreams *federation.Registry
	Proofs    *dpop.Verifier
	Requests  *requests.Keeper
	Signing   *signing.Keeper
	Settings  *settings.Keeper
	Debuts    *debuts.Keeper
	Audit     *audit.Recorder
	Log       *slog.Logger
	Now       func() time.Time

	Registrations *web.Limiter // how many clients one address may register without a token
	Pushes        *web.Limiter // how many requests one address may push that proves nothing
	Fetches       *web.Limiter // how many documents of clients one address may make the hub read
	Guesses       *web.Guesser // of client credentials
	Certificates  bool         // clients can show a TLS certificate

	documents documents
}
