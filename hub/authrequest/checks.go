package authrequest

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/fapi"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/clients/requestobject"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/addresses"
	"github.com/fedhub/fedhub/hub/oauth"
)

// Limits of values that are echoed or stored, in bytes.
const (
	maxState = 4 << 10
	maxNonce = 1 << 10
	maxHint  = 512
	maxTrace = 20
	maxApp   = 60
)

// A check validates one aspect of the parameters and fills it into the request.
type check func(*draft) error

// checks stand in the order of the specifications.
var checks = []check{
	sizesAreSane,
	cameTheRightWay,          // RFC 9126 §5, RFC 9101 §10.5
	responseTypeIsTheClients, // RFC 6749 §3.1.1
	responseModeFits,         // OAuth 2.0 Multiple Response Types §2.1, JARM §2.3
	accessIsTheClients,       // RFC 6749 §3.3, RFC 8707 §2
	nonceIsThere,             // OIDC Core §3.2.2.1, §3.3.2.1
	challengeIsS256,          // RFC 7636 §4.3
	profileIsKept,            // FAPI 2.0
	promptIsConsistent,       // OIDC Core §3.1.2.1
	maxAgeIsANumber,          // OIDC Core §3.1.2.1
	claimsAreReadable,        // OIDC Core §5.5
	noRegistration,           // OIDC Core §7.2.1
	detailsAreTheClients,     // RFC 9396 §5
	keyIsNamed,               // RFC 9449 §10
}

// copyPlain copies the parameters that need no check.
func (d *draft) copyPlain() {
	p, r := d.params, &d.request
	r.Nonce = p["nonce"]
	r.LoginHint = clipTo(p["login_hint"], maxHint)
	r.ACRValues = clipTo(p["acr_values"], maxHint)
	if r.ACRValues == "" {
		r.ACRValues = strings.Join(d.client.Requests.DefaultACRValues, " ") // OIDC Registration §2
	}
	r.UILocales = clipTo(p["ui_locales"], maxHint)
	r.IDP = clipTo(p["idp"], maxHint)
	if d.client.Server != nil {
		r.Via = addresses.ParseVia(p["via"]) // only hubs forward requests
		r.Trace = clipTo(p["trace"], maxTrace)
		r.App = federation.CleanText(clipTo(p["for_app"], maxHint), maxApp)
	}
}

func clipTo(s string, most int) string {
	if len(s) > most {
		return ""
	}
	return s
}

func sizesAreSane(d *draft) error {
	if len(d.params["state"]) > maxState {
		return oauth.InvalidRequest("oauth.state.long")
	}
	if len(d.params["nonce"]) > maxNonce {
		return oauth.InvalidRequest("oauth.nonce.long")
	}
	return nil
}

func cameTheRightWay(d *draft) error {
	switch {
	case !d.pushed && d.client.Requests.Pushed && !d.client.Secure():
		return oauth.InvalidRequest("oauth.push.client")
	case !d.pushed && d.settings.RequirePushed && !d.client.Secure():
		return oauth.InvalidRequest("oauth.push.hub")
	case d.client.Requests.Signed && !d.client.Secure() && (d.signature == "" || d.signature == requestobject.NoAlg):
		return oauth.InvalidRequest("oauth.object.client")
	}
	return nil // for security profiles, profileIsKept reports this with the reason
}

func responseTypeIsTheClients(d *draft) error {
	asked, err := d.params.Require("response_type")
	if err != nil {
		return err
	}
	if d.request.Response, err = oauth.ParseResponse(asked); err != nil {
		return err
	}
	if !d.client.AllowsResponse(string(d.request.Response)) {
		return oauth.UnauthorizedClient("oauth.response_type.client", "type", string(d.request.Response))
	}
	if d.request.Response.Has("token") && (d.client.DPoPBound || d.client.CertificateBound) {
		// The browser proves no key, so the token could not be bound.
		return oauth.UnauthorizedClient("oauth.response_type.bound")
	}
	return nil
}

func responseModeFits(d *draft) error {
	var err error
	d.request.Mode, err = d.modeFor(d.request.Response)
	return err
}

// modeFor reads the response_mode. With an error it still returns the mode for
// the error answer.
func (d *draft) modeFor(r oauth.Response) (oauth.Mode, error) {
	mode, err := r.ParseMode(d.params["response_mode"])
	if mode.Base() == oauth.FormPost && redirecturi.OriginOf(d.request.RedirectURI) == "" {
		return r.DefaultMode(), oauth.InvalidRequest("oauth.response_mode.web", "mode", string(mode))
	}
	return mode, err
}

// nonceIsThere: an ID token that comes through the browser can be replayed by
// anyone who sees it; the nonce detects that (OIDC Core §15.5.2).
func nonceIsThere(d *draft) error {
	if d.request.Response.Has("id_token") && d.request.Nonce == "" {
		return oauth.InvalidRequest("oauth.nonce.missing")
	}
	return nil
}

// challengeIsS256 requires PKCE for every code (RFC 9700 §2.1.1), unless the
// client's rule allows otherwise. A missing method means plain (RFC 7636 §4.3),
// and an empty challenge is an error: neither may mean "no PKCE".
func challengeIsS256(d *draft) error {
	p := d.params
	if !d.request.Response.Has("code") {
		return nil // there is no code to protect
	}
	if !p.Has("code_challenge") {
		if p.Has("code_challenge_method") {
			return oauth.InvalidRequest("oauth.pkce.method.alone")
		}
		return d.withoutChallenge()
	}
	if p["code_challenge_method"] != oauth.S256 {
		return oauth.InvalidRequest("oauth.pkce.method")
	}
	d.request.Challenge = p["code_challenge"]
	return oauth.ChallengeOK(d.request.Challenge)
}

// withoutChallenge applies the client's rule to a request without a challenge.
// A nonce only counts if the client gets an ID token to compare it with, so in
// a request with openid; with a request object, the nonce must be inside.
func (d *draft) withoutChallenge() error {
	switch d.client.PKCERule() {
	case clients.PKCEOptional:
		return nil
	case clients.PKCEUnlessNonce:
		nonce := d.request.Nonce
		if d.inside != nil {
			nonce = d.inside["nonce"]
		}
		if nonce != "" && slices.Contains(strings.Fields(d.params["scope"]), "openid") {
			return nil
		}
		return oauth.InvalidRequest("oauth.pkce.nonce")
	}
	if d.client.Secure() {
		return nil // profileIsKept reports it with the reason
	}
	return oauth.InvalidRequest("oauth.pkce.missing")
}

// profileIsKept reports a requirement of the security profile that is not met.
func profileIsKept(d *draft) error {
	err := fapi.AuthorizationRequest{
		Pushed:       d.pushed,
		Signature:    d.signature,
		ResponseType: string(d.request.Response),
		RedirectURI:  d.params["redirect_uri"],
		Challenge:    d.request.Challenge,
		Method:       d.params["code_challenge_method"],
	}.Check(d.client.HighSecurity)
	var breach *fapi.Violation
	if !errors.As(err, &breach) {
		return err
	}
	return oauth.Refuse(breach.Code, breach.Sentence())
}

func promptIsConsistent(d *draft) error {
	var err error
	d.request.Prompt, err = oauth.ParsePrompt(d.params["prompt"])
	return err
}

func maxAgeIsANumber(d *draft) error {
	if d.params["max_age"] == "" {
		d.request.MaxAge = d.client.Requests.DefaultMaxAge // OIDC Registration §2
		return nil
	}
	age, err := strconv.ParseInt(d.params["max_age"], 10, 32)
	if err != nil || age < 0 {
		return oauth.InvalidRequest("oauth.max_age")
	}
	d.request.MaxAge = &age
	return nil
}

// claimsAreReadable stores the claims parameter, and reads from it who may
// answer: the requested subject (OIDC Core §3.1.2.2) and essential acr values
// (§5.5.1.1).
func claimsAreReadable(d *draft) error {
	d.request.AuthTime = d.client.Requests.RequireAuthTime // OIDC Registration §2
	raw := d.params["claims"]
	asked, err := oauth.ParseClaims(raw)
	if err != nil || raw == "" {
		return err
	}
	d.request.Claims = raw
	d.request.AuthTime = d.request.AuthTime || asked.IDToken["auth_time"].Essential
	if acr, ok := asked.IDToken["acr"]; ok {
		wanted := acr.Texts()
		if acr.Essential {
			d.request.ACRs = wanted
		}
		if d.params["acr_values"] == "" && len(wanted) > 0 {
			d.request.ACRValues = clipTo(strings.Join(wanted, " "), maxHint) // the same request in another parameter
		}
	}
	sub, ok := asked.IDToken["sub"]
	if !ok || len(sub.Values) == 0 {
		return nil
	}
	if texts := sub.Texts(); len(texts) == 1 {
		return d.means(texts[0])
	}
	return oauth.InvalidRequest("oauth.claims.sub")
}

// means notes the subject that the client requests; there can only be one.
func (d *draft) means(subject string) error {
	if d.request.Subject != "" && d.request.Subject != subject {
		return oauth.InvalidRequest("oauth.users.two")
	}
	d.request.Subject = subject
	return nil
}

func noRegistration(d *draft) error {
	if d.params["registration"] != "" {
		return oauth.RegistrationNotSupported("oauth.registration")
	}
	return nil
}

func clip(s string, most int) string {
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}
