// Package oidc has the endpoints for apps except the token endpoint: metadata,
// keys, userinfo, introspection and revocation, pushed, device and backchannel
// requests, and the hub's own API.
package oidc

import (
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/sitesetup"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/clientrequest"
	"github.com/fedhub/fedhub/hub/web/cookies"
)

// A Handler serves these endpoints.
type Handler struct {
	Issuer        string
	Alias         string // the address that requests client certificates, if it is another
	Certificates  bool   // clients can show a TLS certificate
	Authenticator *clientrequest.Authenticator
	Clients       *clients.Registry
	ClientAuth    *clientauth.Verifier
	Grants        *grants.Service
	Tokens        *tokens.Service
	Pending       *pending.Service
	Users         *users.Service
	Browsers      *cookies.Service
	Requests      *authrequest.Service
	Signing       *signing.Service
	Settings      *settings.Service
	SiteSetups    *sitesetup.Service
	Audit         *audit.Recorder
	Now           func() time.Time
	Pushes        *web.Limiter // pushed requests of one IP address without client authentication

	documents documents
}
