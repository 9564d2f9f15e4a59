// Package authrequest reads authorization requests: it finds the client and
// where it may be answered, unwraps request objects and pushed requests, and
// holds every parameter against the specifications and the registration.
//
// The authorization endpoint and the pushed authorization request endpoint
// both ask it, so one set of rules stands before both. What becomes of a request that is
// good is not known here.
package authrequest

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/clients/requestobject"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/tokens"
)

// A Service reads requests and keeps those that were pushed.
type Service struct {
	Issuer       string
	Clients      *clients.Registry
	Registration *registration.Service
	Objects      requestobject.Opener
	Settings     *settings.Service
	Tokens       *tokens.Service
	Signing      *signing.Service // for what was encrypted to the hub
	Pushed       *store.Collection[Pushed]
	Now          func() time.Time
}

// A draft is a request on its way to being one.
type draft struct {
	params   oauth.Params
	client   clients.Client
	settings settings.Settings
	request  Request

	pushed    bool                             // it came by the pushed authorization request endpoint
	exists    func(scope string) (bool, error) // some client here has it
	signature string                           // alg of the request object it came in, "" without one
	inside    oauth.Params                     // what stands in that object; nil without one
}

// Read checks what came to the authorization endpoint. repeated names the
// parameters that came twice, nil if none did.
//
// Together with an error it returns as much of the request as is needed to
// answer it. If RedirectURI is empty the error must not travel anywhere,
// because nobody knows who or where the client is (RFC 6749 §4.1.2.1).
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

// client finds who asks. Get is fs.ErrNotExist for whoever may not.
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

// Unknown is a client that may not ask: nobody knows it, or it is disabled.
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

// fill turns the parameters into a request, or names the first thing wrong.
func (k *Service) fill(ctx context.Context, d *draft, repeated *oauth.RepeatedError) error {
	d.request.ClientID, d.exists = d.client.ID, k.exists(ctx)
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

// hint reads the id_token_hint (OIDC Core §3.1.2.1). One that is not ours, or
// no longer, names nobody: then whoever is at the browser must show who they
// are, and an old session of somebody else is not taken for it.
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

// address finds where the answer goes, from parameters that can be believed.
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
		// Following it would make us an open redirector.
		return &Unregistered{ClientID: d.client.ID, Sent: uri, Registered: len(d.client.RedirectURIs)}
	}
	d.request.RedirectURI, d.request.RedirectSent, d.request.State = uri, d.params["redirect_uri"], d.params["state"]
	return nil
}

// Unregistered is a redirect_uri that the client never registered.
type Unregistered struct {
	ClientID   string
	Sent       string
	Registered int // how many there are
}

func (u *Unregistered) Error() string { return u.protocol().Error() }

// Unwrap gives the protocol error.
func (u *Unregistered) Unwrap() error { return u.protocol() }

func (*Unregistered) protocol() *oauth.Error {
	return oauth.InvalidRequest("oauth.redirect_uri.unregistered")
}

// mayLeaveOut says whether the answer to a request that names no address goes
// to the default one. Of a client with several addresses RFC 6749 §3.1.2.3 wants
// one named, so that nobody has to guess: an administrator who chose the default
// has said it. Of those of a client that registered itself nobody chose any.
func mayLeaveOut(client clients.Client) bool {
	chosen := client.Registration.At.IsZero() && !client.SelfDeclared()
	return client.DefaultRedirectURI != "" && (chosen || len(client.RedirectURIs) == 1)
}

func hasScope(params oauth.Params, scope string) bool {
	return slices.Contains(strings.Fields(params["scope"]), scope)
}

// mode finds how the answer travels, an error included. Without a response
// type there is nothing to derive a mode from: the answer goes in the query.
func (d *draft) mode() {
	r := &d.request
	r.Mode = oauth.Query
	asked := d.params["response_type"]
	if asked == "" {
		return
	}
	response, _ := oauth.ParseResponse(asked) //nolint:errcheck // responseTypeIsTheClients says so
	r.Mode, _ = d.modeFor(response)           //nolint:errcheck // responseModeFits says so
}

// unread finds where to say that a request object is not accepted. What stands
// beside the object decides: a redirect_uri there that is not registered is
// the first thing wrong. One that stands only inside is used if the client
// registered it, which is no more than anybody could ask for.
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
