// Package authrequest reads authorization requests: it finds the client and its
// redirect URI, unwraps request objects and pushed requests, and checks every
// parameter against the specifications and the registration.
//
// The authorization endpoint and the pushed authorization request endpoint use
// it, so both apply the same rules. It does not decide what happens with a
// valid request.
package authrequest

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/clients/requestobject"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/tokens"
)

// A Service reads requests and stores pushed ones.
type Service struct {
	Issuer       string
	Clients      *clients.Registry
	APIs         *apis.Service
	Registration *registration.Service
	Objects      requestobject.Opener
	Settings     *settings.Service
	Tokens       *tokens.Service
	Signing      *signing.Service // for objects encrypted to the hub
	Pushed       *store.Collection[Pushed]
	Now          func() time.Time
}

// A draft is a request that is being checked.
type draft struct {
	params   oauth.Params
	client   clients.Client
	settings settings.Settings
	request  Request

	pushed    bool                       // it came to the pushed authorization request endpoint
	resolve   func(Wish) (Access, error) // Service.Resolve
	signature string                     // alg of its request object; "" without one
	inside    oauth.Params               // the parameters in that object; nil without one
}

// Read checks a request to the authorization endpoint. repeated names the
// parameters that were sent twice, nil if none.
//
// With an error it also returns the part of the request that is needed to
// answer it. If RedirectURI is empty, the error must be shown here and not sent
// to any address, because the client is unknown (RFC 6749 §4.1.2.1).
func (k *Service) Read(ctx context.Context, params oauth.Params, repeated *oauth.RepeatedError) (Request, clients.Client, error) {
	client, err := k.client(ctx, params, repeated)
	if err != nil {
		return Request{}, clients.Client{}, err
	}
	if pushedURI(params["request_uri"]) {
		r, err := k.find(ctx, client, params["request_uri"])
		return r, client, err
	}
	d := draft{params: params, client: client}
	err = k.fill(ctx, &d, repeated)
	return d.request, client, err
}

// client finds the client. Get is fs.ErrNotExist for a client that may not ask.
func (k *Service) client(ctx context.Context, params oauth.Params, repeated *oauth.RepeatedError) (clients.Client, error) {
	if repeated != nil && slices.Contains(repeated.Names, "client_id") {
		return clients.Client{}, oauth.InvalidRequest("oauth.twice")
	}
	id, err := params.Require("client_id")
	if err != nil {
		return clients.Client{}, err
	}
	client, err := k.Clients.Get(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return clients.Client{}, &Unknown{ClientID: id, cause: err}
	}
	return client, err
}

// Unknown is a client that is unknown or disabled.
type Unknown struct {
	ClientID string
	cause    error
}

func (u *Unknown) Error() string { return u.protocol().Error() }

// Unwrap gives the protocol error and the cause.
func (u *Unknown) Unwrap() []error { return []error{u.protocol(), u.cause} }

func (*Unknown) protocol() *oauth.Error {
	return oauth.InvalidRequest("oauth.client.unknown")
}

// fill turns the parameters into a request, or reports the first error.
func (k *Service) fill(ctx context.Context, d *draft, repeated *oauth.RepeatedError) error {
	d.request.ClientID, d.resolve = d.client.ID, func(w Wish) (Access, error) { return k.Resolve(ctx, w) }
	var err error
	if d.settings, err = k.Settings.Current(ctx); err != nil {
		return err
	}
	if err := k.unwrap(ctx, d, repeated); err != nil {
		return d.unread(repeated, err)
	}
	if err := d.address(repeated); err != nil {
		return err
	}
	d.mode()
	if repeated != nil {
		return repeated
	}
	d.copyPlain()
	for _, check := range checks {
		if err := check(d); err != nil {
			return err
		}
	}
	return k.hint(ctx, d)
}

// hint reads the id_token_hint (OIDC Core §3.1.2.1). An invalid or outdated one
// names no user; then the user must authenticate, and an old session of another
// user is not used for it.
func (k *Service) hint(ctx context.Context, d *draft) error {
	raw := d.params["id_token_hint"]
	if raw == "" {
		return nil
	}
	hint, err := k.Tokens.Hint(ctx, raw)
	switch {
	case errors.Is(err, tokens.ErrInvalid) || (err == nil && hint.ClientID != d.client.ID):
		if d.request.Prompt.None {
			return oauth.LoginRequired("oauth.hint.nobody")
		}
		d.request.Prompt.Login = true
		return nil
	case err != nil:
		return err
	}
	return d.means(hint.Subject)
}

// address finds the redirect URI, from trustworthy parameters.
func (d *draft) address(repeated *oauth.RepeatedError) error {
	if repeated != nil && slices.Contains(repeated.Names, "redirect_uri") {
		return oauth.InvalidRequest("oauth.twice")
	}
	uri := d.params["redirect_uri"]
	switch {
	case uri == "" && !d.params.Has("redirect_uri") && mayLeaveOut(d.client) && !hasScope(d.params, "openid") && !d.client.Secure():
		uri = d.client.DefaultRedirectURI
	case uri == "":
		return oauth.InvalidRequest("oauth.parameter.missing", "name", "redirect_uri")
	case !d.client.AllowsRedirect(uri):
		// Redirecting to it would make the hub an open redirector.
		return &Unregistered{ClientID: d.client.ID, Sent: uri, Registered: len(d.client.RedirectURIs)}
	}
	d.request.RedirectURI, d.request.RedirectSent, d.request.State = uri, d.params["redirect_uri"], d.params["state"]
	return nil
}

// Unregistered is a redirect_uri that the client did not register.
type Unregistered struct {
	ClientID   string
	Sent       string
	Registered int // the number of registered ones
}

func (u *Unregistered) Error() string { return u.protocol().Error() }

// Unwrap gives the protocol error.
func (u *Unregistered) Unwrap() error { return u.protocol() }

func (*Unregistered) protocol() *oauth.Error {
	return oauth.InvalidRequest("oauth.redirect_uri.unregistered")
}

// mayLeaveOut reports whether a request without a redirect URI uses the default
// one. If a client has several, RFC 6749 §3.1.2.3 requires the parameter. An
// administrator's choice of a default removes the doubt; for a client that
// registered itself there was no such choice.
func mayLeaveOut(client clients.Client) bool {
	chosen := client.Registration.At.IsZero() && !client.SelfDeclared()
	return client.DefaultRedirectURI != "" && (chosen || len(client.RedirectURIs) == 1)
}

func hasScope(params oauth.Params, scope string) bool {
	return slices.Contains(strings.Fields(params["scope"]), scope)
}

// mode determines the response mode, for errors too. Without a response type
// there is no default mode, so the answer goes into the query.
func (d *draft) mode() {
	r := &d.request
	r.Mode = oauth.Query
	asked := d.params["response_type"]
	if asked == "" {
		return
	}
	response, _ := oauth.ParseResponse(asked) //nolint:errcheck // responseTypeIsTheClients reports it
	r.Mode, _ = d.modeFor(response)           //nolint:errcheck // responseModeFits reports it
}

// unread finds the redirect URI for a refused request object. The parameters
// outside count: an unregistered redirect_uri there is the first error. One
// that is only inside is used if the client registered it, which anyone could
// request as well.
func (d *draft) unread(repeated *oauth.RepeatedError, refusal error) error {
	beside := d.params.Has("redirect_uri")
	inside, err := paramsOf(requestobject.Peek(d.params["request"]))
	if err == nil && !beside {
		for _, name := range []string{"redirect_uri", "state", "response_type", "response_mode"} {
			if inside[name] != "" {
				d.params[name] = inside[name]
			}
		}
	}
	if err := d.address(repeated); err != nil {
		if beside {
			return err
		}
		return refusal
	}
	d.mode()
	return refusal
}
