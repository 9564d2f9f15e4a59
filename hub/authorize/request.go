package authorize

import (
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// Limits of what is echoed or kept, in bytes.
const (
	maxState = 4 << 10
	maxNonce = 1 << 10
	maxHint  = 512
	maxVia   = 10 // hubs
)

// A sender is where an answer may go.
type sender struct {
	redirectURI string
	state       string
	fragment    bool // RFC 6749 §4.2.2: the implicit answer travels in the fragment
}

// addressee finds the client and where it may be answered. Until both are
// known nothing is sent anywhere; the error is a page (RFC 6749 §4.1.2.1).
func (d *Door) addressee(c *gin.Context, params oauth.Params, repeated *oauth.RepeatedError) (clients.Client, sender, error) {
	if repeated != nil && (slices.Contains(repeated.Names, "client_id") || slices.Contains(repeated.Names, "redirect_uri")) {
		return clients.Client{}, sender{}, misconfigured(oauth.InvalidRequest("client_id and redirect_uri must be sent once"))
	}
	id := params["client_id"]
	if id == "" {
		return clients.Client{}, sender{}, misconfigured(oauth.InvalidRequest("the parameter client_id is missing"))
	}
	client, err := d.Clients.Get(c.Request.Context(), id)
	if errors.Is(err, fs.ErrNotExist) {
		return clients.Client{}, sender{}, d.stranger(c, id, err)
	}
	if err != nil {
		return clients.Client{}, sender{}, err
	}
	uri := params["redirect_uri"]
	switch {
	case uri == "" && !params.Has("redirect_uri") && onlyOne(client) && !hasScope(params, "openid"):
		uri = client.DefaultRedirectURI // RFC 6749 §3.1.2.3
	case uri == "":
		return clients.Client{}, sender{}, misconfigured(oauth.InvalidRequest("the parameter redirect_uri is missing"))
	case !client.AllowsRedirect(uri):
		// Following it would make us an open redirector.
		p := misconfigured(oauth.InvalidRequest("redirect_uri is not one of those registered for this client; it must match one of them character by character"))
		p.Details = []templates.Pair{
			{Name: "redirect_uri received", Value: clip(uri, 300)},
			{Name: "redirect URIs registered", Value: strconv.Itoa(len(client.RedirectURIs))},
		}
		return clients.Client{}, sender{}, p
	}
	return client, sender{redirectURI: uri, state: params["state"], fragment: client.ResponseType == clients.ResponseToken}, nil
}

func onlyOne(client clients.Client) bool {
	return len(client.RedirectURIs) == 1 && client.DefaultRedirectURI != ""
}

func hasScope(params oauth.Params, scope string) bool {
	return slices.Contains(strings.Fields(params["scope"]), scope)
}

// stranger explains an unknown client id. A hub that has asked to federate is
// told to wait; everybody else gets the same answer, known or not.
func (d *Door) stranger(c *gin.Context, id string, cause error) error {
	known, err := d.Clients.Lookup(c.Request.Context(), id)
	if err == nil && known.Server != nil && known.Server.State == clients.Pending && !known.Disabled {
		return &web.Problem{
			Status:   http.StatusForbidden,
			Heading:  known.Server.Host + " is waiting for approval.",
			Protocol: oauth.UnauthorizedClient("this server is waiting for the approval of an administrator"),
			Page:     templates.Waiting{Host: known.Server.Host, Again: c.Request.URL.RequestURI(), Review: d.review(c)},
		}
	}
	return unknownClient(cause)
}

// review is where an administrator decides about servers.
func (d *Door) review(c *gin.Context) string {
	if p, err := d.person(c); err == nil && p != nil && p.User.Admin() {
		return "/admin/servers"
	}
	return ""
}

func unknownClient(cause error) *web.Problem {
	p := misconfigured(oauth.InvalidRequest("client_id is unknown or disabled"))
	p.Cause = cause
	return p
}

// misconfigured is the page for what is the client's fault, not the person's.
func misconfigured(e *oauth.Error) *web.Problem {
	return &web.Problem{
		Status:   http.StatusBadRequest,
		Heading:  "The app that sent you here isn't set up correctly.",
		Text:     "This isn't your fault. Tell the people who run it.",
		Protocol: e,
	}
}

func clip(s string, most int) string {
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

// A check looks at one thing in the parameters and puts what it finds into the
// request.
type check func(oauth.Params, clients.Client, *flows.Request) error

// checks stand in the order of the specifications.
var checks = []check{
	sizesAreSane,
	responseTypeIsTheClients, // RFC 6749 §3.1.1
	responseModeIsPlain,      // OAuth 2.0 Multiple Response Types §2.1
	scopesAreRegistered,      // RFC 6749 §3.3
	challengeIsS256,          // RFC 7636 §4.3
	promptIsConsistent,       // OIDC Core §3.1.2.1
	maxAgeIsANumber,          // OIDC Core §3.1.2.1
	noRequestObject,          // OIDC Core §3.1.2.6
}

// check turns parameters into a request, or names the first thing wrong.
func (d *Door) check(params oauth.Params, client clients.Client, repeated *oauth.RepeatedError) (flows.Request, error) {
	if repeated != nil {
		return flows.Request{}, repeated
	}
	r := flows.Request{
		ClientID:     client.ID,
		RedirectURI:  params["redirect_uri"],
		RedirectSent: params["redirect_uri"],
		State:        params["state"],
		Nonce:        params["nonce"],
		LoginHint:    clipTo(params["login_hint"], maxHint),
		ACRValues:    clipTo(params["acr_values"], maxHint),
		UILocales:    clipTo(params["ui_locales"], maxHint),
	}
	if r.RedirectURI == "" {
		r.RedirectURI = client.DefaultRedirectURI
	}
	for _, check := range checks {
		if err := check(params, client, &r); err != nil {
			return flows.Request{}, err
		}
	}
	return r, d.checkVia(params, client, &r)
}

func clipTo(s string, most int) string {
	if len(s) > most {
		return ""
	}
	return s
}

func sizesAreSane(p oauth.Params, _ clients.Client, _ *flows.Request) error {
	if len(p["state"]) > maxState {
		return oauth.InvalidRequest("state is longer than 4096 bytes")
	}
	if len(p["nonce"]) > maxNonce {
		return oauth.InvalidRequest("nonce is longer than 1024 bytes")
	}
	return nil
}

func responseTypeIsTheClients(p oauth.Params, client clients.Client, _ *flows.Request) error {
	asked, err := p.Require("response_type")
	if err != nil {
		return err
	}
	switch asked {
	case "code", "token":
	default:
		return oauth.UnsupportedResponseType("response_type is code or, for clients registered for it, token")
	}
	want := "code"
	if client.ResponseType == clients.ResponseToken {
		want = "token"
	}
	if asked != want {
		return oauth.UnauthorizedClient("this client is registered for response_type=" + want)
	}
	return nil
}

func responseModeIsPlain(p oauth.Params, client clients.Client, _ *flows.Request) error {
	usual := "query"
	if client.ResponseType == clients.ResponseToken {
		usual = "fragment"
	}
	if mode := p["response_mode"]; mode != "" && mode != usual {
		return oauth.InvalidRequest("response_mode for this client is " + usual)
	}
	return nil
}

func scopesAreRegistered(p oauth.Params, client clients.Client, r *flows.Request) error {
	scopes, err := oauth.ParseScope(p["scope"])
	if err != nil {
		return err
	}
	if len(scopes) == 0 {
		// RFC 6749 §3.3: a documented default. All that is registered would
		// be more than was asked for.
		scopes = []string{"openid"}
	}
	if missing := oauth.Missing(client.Scopes, scopes); len(missing) > 0 {
		return oauth.InvalidScope("this client is not registered for the scope " + clip(missing[0], 60))
	}
	r.Scopes = scopes
	return nil
}

// challengeIsS256 requires PKCE of everybody who gets a code (RFC 9700
// §2.1.1). A method that is left out means plain (RFC 7636 §4.3), and an empty
// challenge is a broken one: neither may quietly mean "no PKCE".
func challengeIsS256(p oauth.Params, client clients.Client, r *flows.Request) error {
	if client.ResponseType == clients.ResponseToken {
		return nil // there is no code to protect
	}
	if !p.Has("code_challenge") {
		if p.Has("code_challenge_method") {
			return oauth.InvalidRequest("code_challenge_method was sent without a code_challenge")
		}
		if client.PKCEOptional && !client.Public() {
			return nil
		}
		return oauth.InvalidRequest("code_challenge is missing; this hub requires PKCE with S256")
	}
	if p["code_challenge_method"] != oauth.S256 {
		return oauth.InvalidRequest("code_challenge_method must be S256")
	}
	r.Challenge = p["code_challenge"]
	return oauth.ChallengeOK(r.Challenge)
}

func promptIsConsistent(p oauth.Params, _ clients.Client, r *flows.Request) error {
	var err error
	r.Prompt, err = oauth.ParsePrompt(p["prompt"])
	return err
}

func maxAgeIsANumber(p oauth.Params, _ clients.Client, r *flows.Request) error {
	if p["max_age"] == "" {
		return nil
	}
	age, err := strconv.ParseInt(p["max_age"], 10, 32)
	if err != nil || age < 0 {
		return oauth.InvalidRequest("max_age must be a number of seconds, 0 or more")
	}
	r.MaxAge = &age
	return nil
}

// noRequestObject refuses what is not understood rather than ignore it: a
// client that signs its request relies on the signature being looked at.
func noRequestObject(p oauth.Params, _ clients.Client, _ *flows.Request) error {
	switch {
	case p["request"] != "":
		return oauth.RequestNotSupported("send the parameters in the query; request objects are not supported")
	case p["request_uri"] != "":
		return oauth.RequestURINotSupported("send the parameters in the query; request_uri is not supported")
	case p["registration"] != "":
		return oauth.RegistrationNotSupported("the registration parameter is not supported")
	}
	return nil
}

// checkVia refuses a request that has already been here: hubs that each send
// people to the next would do so for ever.
func (d *Door) checkVia(p oauth.Params, client clients.Client, r *flows.Request) error {
	if client.Server == nil {
		return nil // only hubs pass requests on
	}
	r.Via = strings.Fields(p["via"])
	if len(r.Via) > maxVia || d.loops(r.Via) {
		return &web.Problem{
			Status:  http.StatusLoopDetected,
			Heading: "These hubs send people round in a circle.",
			Text: "This sign-in began here, was passed on, and came back: " + strings.Join(append(slices.Clone(r.Via), d.Issuer), " → ") +
				". An administrator of one of them has to remove a login key.",
			Protocol: oauth.AccessDenied("login loop: this request already passed this hub"),
		}
	}
	return nil
}
