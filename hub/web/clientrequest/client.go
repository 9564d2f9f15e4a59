// Package clientrequest reads an app's direct request to an endpoint: which
// client it is, which keys it holds, which scopes it may request, and whether a
// page of another origin may read the response.
//
// Every endpoint with client authentication uses it, so all have the same
// checks. It writes no response itself.
package clientrequest

import (
	"cmp"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/dpop"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/aliases"
	"github.com/fedhub/fedhub/internal/texts"
)

// An Authenticator determines which client calls an endpoint.
type Authenticator struct {
	Issuer   string
	Alias    string // the address that requests client certificates, if it is another
	Clients  *clients.Registry
	Requests *authrequest.Service
	Proofs   *dpop.Verifier
	Audit    *audit.Recorder
	Fetches  *web.Limiter // how many client documents one IP address may make the hub read
	Guesses  *web.Guesser // of client credentials
}

// Request reads the body, and authenticates the client that sent it.
func (a *Authenticator) Request(c *gin.Context) (clients.Client, oauth.Params, error) {
	form, err := Form(c)
	if err != nil {
		return clients.Client{}, nil, err
	}
	client, err := a.Client(c, form)
	return client, form, err
}

// RequestFor is Request of a client that asks for a grant of this type.
func (a *Authenticator) RequestFor(c *gin.Context, grant string) (clients.Client, oauth.Params, error) {
	client, form, err := a.Request(c)
	if err == nil {
		err = MayUse(client, grant)
	}
	return client, form, err
}

// MayUse refuses a grant type that the client is not registered for.
func MayUse(client clients.Client, grant string) error {
	if !client.AllowsGrant(grant) {
		return oauth.UnauthorizedClient("oauth.grant_type.client", "grant", grant)
	}
	return nil
}

// Client authenticates the caller.
func (a *Authenticator) Client(c *gin.Context, form oauth.Params) (clients.Client, error) {
	return a.ClientOr(c, form, func(*gin.Context) {})
}

// ClientOr is Client, and calls told before it records a refusal: told may find
// the sign-in of the request, and change the request's reference to its own.
func (a *Authenticator) ClientOr(c *gin.Context, form oauth.Params, told func(*gin.Context)) (clients.Client, error) {
	credentials, err := clientauth.ParseCredentials(Authorization(c), form)
	if err == nil {
		if err := a.Guesses.Check(Clip(credentials.ID), c.ClientIP()); err != nil {
			return clients.Client{}, err
		}
		var client clients.Client
		credentials.Certificates = web.Certificates(c)
		if err = a.resolveClient(c, credentials.ID); err != nil {
			return clients.Client{}, err
		}
		client, err = a.Clients.Authenticate(c.Request.Context(), credentials, a.Issuer, a.ownAudiences(c)...)
		if err == nil {
			HoldOrigin(c, client)
			return client, nil
		}
	}
	var refused *clientauth.AuthError
	if !errors.As(err, &refused) {
		return clients.Client{}, err
	}
	if refused.Code == clientauth.InvalidClient && credentials.ID != "" {
		a.Guesses.Wrong(Clip(credentials.ID), c.ClientIP())
	}
	told(c)
	a.Audit.Note(c.Request.Context(), audit.Event{Kind: audit.ClientRefused, Client: Clip(cmp.Or(credentials.ID, form["client_id"])), IP: c.ClientIP(), Ref: web.Ref(c), Why: texts.New("client.refused", "why", refused.Reason())})
	if refused.Code == "invalid_request" {
		return clients.Client{}, oauth.Refuse("invalid_request", refused.Why).Because(err)
	}
	e := oauth.Refuse("invalid_client", refused.Why).Because(err)
	e.Status = http.StatusUnauthorized
	if refused.Basic {
		e = e.Challenged(`Basic realm="fedhub", charset="UTF-8"`) // RFC 6749 §5.2
	}
	return clients.Client{}, e
}

// ownAudiences are further audiences of an assertion: the address of the
// back-channel authentication endpoint, only at that endpoint (CIBA §7.1), and the
// token endpoint of the realm in the path, for clients of an earlier Keycloak.
func (a *Authenticator) ownAudiences(c *gin.Context) []string {
	const backEndpoint = "/oauth2/bc-authorize"
	var own []string
	asked := aliases.Asked(c.Request.Context())
	if endpoint := aliases.TokenEndpoint(asked); endpoint != "" {
		own = append(own, a.Issuer+endpoint)
	}
	if c.FullPath() != backEndpoint {
		return own
	}
	own = append(own, a.Issuer+backEndpoint)
	if a.Alias != "" {
		own = append(own, a.Alias+backEndpoint) // RFC 8705 §5
	}
	if asked != "" {
		own = append(own, a.Issuer+asked)
	}
	return own
}

// resolveClient registers an unknown client whose client_id is the address of
// its metadata document.
func (a *Authenticator) resolveClient(c *gin.Context, id string) error {
	added, err := a.Requests.Meet(c.Request.Context(), id, func() error {
		if !a.Fetches.Allow(c.ClientIP()) {
			return web.TooMany(time.Minute)
		}
		return nil
	})
	var fault *metadatadoc.Error
	if errors.As(err, &fault) {
		a.Audit.Note(c.Request.Context(), audit.Event{Kind: audit.ClientRefused, Client: Clip(id), IP: c.ClientIP(), Ref: web.Ref(c), Why: fault.Sentence()})
		return oauth.InvalidClient("oauth.document.client", "cause", fault).Because(err)
	}
	if added {
		a.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.ClientRegistered, Client: id, IP: c.ClientIP(), Ref: web.Ref(c), Detail: map[string]string{"by": "client.by.document"}})
	}
	return err
}
