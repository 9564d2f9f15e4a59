package conformance_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/sessions"
)

// An exerciser uses one advertised value, and fails if the hub does not support
// it.
type exerciser func(e *hubtest.Exam, value string)

// exercisers are the exercisers, by the members of the metadata. A list is tested
// value by value; true and false are texts.
var exercisers = map[string]exerciser{
	"issuer":                                exerciseIssuer,
	"authorization_endpoint":                exerciseLogin,
	"token_endpoint":                        exerciseLogin,
	"userinfo_endpoint":                     exerciseUserinfo,
	"jwks_uri":                              func(e *hubtest.Exam, _ string) { e.Jwks() },
	"registration_endpoint":                 func(e *hubtest.Exam, _ string) { e.Client() },
	"revocation_endpoint":                   exerciseRevocation,
	"introspection_endpoint":                exerciseIntrospection,
	"pushed_authorization_request_endpoint": exercisePushed,
	"device_authorization_endpoint":         func(e *hubtest.Exam, _ string) { exerciseGrant(e, hubtest.GrantDevice) },
	"backchannel_authentication_endpoint":   func(e *hubtest.Exam, _ string) { exerciseGrant(e, hubtest.GrantCIBA) },
	"end_session_endpoint":                  exerciseEndSession,
	"check_session_iframe":                  exerciseIframe,
	"fedhub_servers_endpoint":               exerciseServers,
	"fedhub_name": func(e *hubtest.Exam, name string) {
		hubtest.Want(e, "the name is on the pages", strings.Contains(e.SignInPage().Body, name), true)
	},

	"scopes_supported":                 exerciseScope,
	"claims_supported":                 exerciseClaim,
	"claim_types_supported":            func(e *hubtest.Exam, kind string) { hubtest.Want(e, "claim type", kind, "normal") },
	"response_types_supported":         exerciseResponseType,
	"response_modes_supported":         exerciseResponseMode,
	"grant_types_supported":            exerciseGrant,
	"subject_types_supported":          exerciseSubjectType,
	"code_challenge_methods_supported": func(e *hubtest.Exam, method string) { hubtest.Want(e, "method", method, "S256"); validPKCE(e) },
	"prompt_values_supported":          exercisePrompt,
	"display_values_supported":         func(e *hubtest.Exam, display string) { e.Client().SignIn(e.Browser(), "display", display) },
	"ui_locales_supported":             func(e *hubtest.Exam, locale string) { e.Client().SignIn(e.Browser(), "ui_locales", locale) },
	"acr_values_supported":             exerciseACR,

	"id_token_signing_alg_values_supported":          exerciseIDTokenAlg,
	"id_token_encryption_alg_values_supported":       exerciseIDTokenEncAlg,
	"id_token_encryption_enc_values_supported":       exerciseIDTokenEncEnc,
	"userinfo_signing_alg_values_supported":          exerciseUserinfoAlg,
	"userinfo_encryption_alg_values_supported":       exerciseUserinfoEncAlg,
	"userinfo_encryption_enc_values_supported":       exerciseUserinfoEncEnc,
	"authorization_signing_alg_values_supported":     exerciseAnswerAlg,
	"authorization_encryption_alg_values_supported":  exerciseAnswerEncAlg,
	"authorization_encryption_enc_values_supported":  exerciseAnswerEncEnc,
	"introspection_signing_alg_values_supported":     exerciseIntrospectionAlg,
	"introspection_encryption_alg_values_supported":  exerciseIntrospectionEncAlg,
	"introspection_encryption_enc_values_supported":  exerciseIntrospectionEncEnc,
	"request_object_signing_alg_values_supported":    exerciseRequestAlg,
	"request_object_encryption_alg_values_supported": exerciseRequestEncAlg,
	"request_object_encryption_enc_values_supported": exerciseRequestEncEnc,
	"dpop_signing_alg_values_supported":              exerciseDPoPAlg,

	"token_endpoint_auth_methods_supported":                    exerciseAuth,
	"revocation_endpoint_auth_methods_supported":               exerciseRevocationAuth,
	"introspection_endpoint_auth_methods_supported":            exerciseIntrospectionAuth,
	"token_endpoint_auth_signing_alg_values_supported":         exerciseAuthAlg,
	"revocation_endpoint_auth_signing_alg_values_supported":    exerciseAuthAlg,
	"introspection_endpoint_auth_signing_alg_values_supported": exerciseAuthAlg,

	"claims_parameter_supported":      exerciseClaimsParameter,
	"request_parameter_supported":     exerciseRequestParameter,
	"request_uri_parameter_supported": exerciseRequestURIParameter,
	"require_pushed_authorization_requests": func(e *hubtest.Exam, value string) {
		hubtest.Want(e, "the value", value, "false")
		exerciseLogin(e, value)
	},
	"require_request_uri_registration":               exerciseRequestURIRegistration,
	"authorization_response_iss_parameter_supported": exerciseResponseIss,
	"backchannel_logout_supported":                   onlyTrue(backchannelLogout),
	"backchannel_logout_session_supported":           onlyTrue(backchannelLogout),
	"frontchannel_logout_supported":                  onlyTrue(frontchannelLogout),
	"frontchannel_logout_session_supported":          onlyTrue(frontchannelLogout),
	"client_id_metadata_document_supported":          onlyTrue(exerciseMetadataDocument),

	"backchannel_token_delivery_modes_supported":                      exerciseDelivery,
	"backchannel_authentication_request_signing_alg_values_supported": exerciseCIBAAlg,
	"backchannel_user_code_parameter_supported":                       func(e *hubtest.Exam, v string) { hubtest.Want(e, "user codes", v, "false") },
	"tls_client_certificate_bound_access_tokens":                      exerciseBinding,
	"mtls_endpoint_aliases":                                           exerciseAlias,
}

// onlyTrue makes an exerciser for a member that must be true if present.
func onlyTrue(run func(*hubtest.Exam)) exerciser {
	return func(e *hubtest.Exam, value string) {
		hubtest.Want(e, "the value", value, "true")
		run(e)
	}
}

func TestWhatDiscoveryAdvertisesWorks(t *testing.T) {
	s := openSite(t)
	for _, member := range slices.Sorted(maps.Keys(s.Meta)) {
		exercise, known := exercisers[member]
		if !known {
			t.Errorf("nobody exercises %s", member)
			continue
		}
		for _, value := range hubtest.Advertised(s.Meta[member]) {
			t.Run(member+"/"+value, func(t *testing.T) {
				if awaited[t.Name()] {
					t.Skip("AWAITED: the hub cannot do this yet")
				}
				exercise(&hubtest.Exam{T: t, Site: s, Profile: hubtest.Profile{Response: "code", Auth: clientauth.MethodBasic, Dynamic: true}}, value)
			})
		}
	}
}

func exerciseIssuer(e *hubtest.Exam, value string) {
	hubtest.Want(e, "issuer", value, e.Site.URL)
	hubtest.Want(e, "the other document", e.Site.Get(e.T, value+"/.well-known/oauth-authorization-server").Str("issuer"), value)
}

func exerciseLogin(e *hubtest.Exam, _ string)    { e.Client().SignIn(e.Browser()) }
func exerciseUserinfo(e *hubtest.Exam, _ string) { e.Userinfo(e.Client().SignIn(e.Browser())) }

func exerciseIntrospection(e *hubtest.Exam, _ string) {
	p := e.Client()
	hubtest.Want(e, "active", p.Active(p.SignIn(e.Browser()).Access), true)
	hubtest.Want(e, "nonsense is active", p.Active("nonsense"), false)
}

func exerciseRevocation(e *hubtest.Exam, _ string) {
	p := e.Client()
	token := p.SignIn(e.Browser()).Access
	hubtest.Want(e, "status", p.Call("revocation_endpoint", "token", token).Status, http.StatusOK)
	hubtest.Want(e, "active", p.Active(token), false)
}

func exercisePushed(e *hubtest.Exam, _ string) {
	p := e.Client()
	request := p.Request()
	p.Complete(e.Browser().Visit(p.Push(request)), request)
}

func exerciseEndSession(e *hubtest.Exam, _ string) {
	l := e.Enter()
	sent := url.Values{"id_token_hint": {l.ID}, "post_logout_redirect_uri": {l.Back}, "state": {"x"}}
	goesBack(e, l, sent, l.End(sent))
}

func exerciseIframe(e *hubtest.Exam, address string) {
	r := e.Site.Get(e.T, address)
	hubtest.Want(e, "status", r.Status, http.StatusOK)
	if !strings.Contains(r.Body, "<script") || r.Header.Get("X-Frame-Options") != "" {
		e.Errorf("it is no page for a frame: %v", r.Header)
	}
}

// exerciseServers sends a request without an assertion: the response is a
// protocol error, and not 404.
func exerciseServers(e *hubtest.Exam, address string) {
	e.CheckTokenError("a server without an assertion", e.Site.Post(e.T, address, url.Values{}), http.StatusUnauthorized, "invalid_client")
}

func exerciseScope(e *hubtest.Exam, scope string) {
	if scope == "offline_access" {
		refreshToken(e)
		return
	}
	pairs := []any{}
	if scope != "openid" {
		pairs = append(pairs, "scope", "openid "+scope)
	}
	l := e.Client(pairs...).SignIn(e.Browser(), "scope", strings.TrimPrefix("openid "+scope, "openid openid"))
	_ = l
	if granted := l.Answer.Str("scope"); granted != "" && !slices.Contains(strings.Fields(granted), scope) {
		e.Errorf("granted is %q", granted)
	}
}

// exerciseClaim requests the claim, where possible, and looks for it.
func exerciseClaim(e *hubtest.Exam, claim string) {
	switch claim {
	case "c_hash", "s_hash", "at_hash", "nonce":
		l := e.As("code id_token token", "").Client().SignIn(e.Browser())
		if claim != "s_hash" {
			hubtest.Want(e, "the claim is there", l.Ids[0][claim] != nil, true)
		}
		return
	case "roles":
		e.Client("scope", "openid roles").SignIn(e.Browser(), "scope", "openid roles")
		return
	}
	l := e.Client().SignIn(e.Browser(), "max_age", "1000", "claims", `{"userinfo":{"`+claim+`":null},"id_token":{"acr":null}}`)
	if l.Ids[0][claim] == nil && e.Userinfo(l)[claim] == nil {
		e.Errorf("%s is nowhere: %v", claim, l.Ids[0])
	}
}

// exerciseResponseType tests the type with each of its response modes.
func exerciseResponseType(e *hubtest.Exam, response string) {
	for _, mode := range []string{"", "query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"} {
		if mode != "" && !e.Site.Lists("response_modes_supported", mode) {
			continue
		}
		if strings.HasPrefix(mode, "query") && response != "code" {
			continue // OAuth 2.0 Multiple Response Types §3, JARM §2.3.1
		}
		e.Run("mode "+mode, func(t *testing.T) {
			in := &hubtest.Exam{T: t, Site: e.Site, Profile: hubtest.Profile{Response: response, Mode: mode, Auth: e.Auth, Dynamic: true}}
			in.InMode()
		})
	}
}

func exerciseResponseMode(e *hubtest.Exam, mode string) {
	for _, response := range hubtest.Advertised(e.Site.Meta["response_types_supported"]) {
		if !strings.HasPrefix(mode, "query") || response == "code" {
			e.As(response, mode).InMode()
			return
		}
	}
	e.Errorf("no response type has the mode")
}

func exercisePrompt(e *hubtest.Exam, prompt string) {
	p, b := e.Client(), e.Browser()
	first := p.SignIn(b)
	switch prompt {
	case "none":
		hubtest.Want(e, "pages", len(p.SignIn(b, "prompt", prompt).Shown), 0)
	case "consent":
		hubtest.Want(e, "consent is asked for", p.SignIn(b, "prompt", prompt).Saw("consent"), true)
	case "login":
		hubtest.Want(e, "the sign-in page", p.SignIn(b, "prompt", prompt).Saw("sign-in"), true)
	case "select_account", "create":
		pg := b.Open(e.Site.At(e.T, "authorization_endpoint") + "?" + p.Request("prompt", prompt).Encode())
		if pg.Location != "" || pg.Status != http.StatusOK {
			e.Errorf("there is no page: %d %s", pg.Status, pg.Location)
		}
	default:
		e.Errorf("nobody knows what %s should do", prompt)
	}
	_ = first
}

func exerciseACR(e *hubtest.Exam, acr string) {
	p, b := e.Client(), e.Browser()
	if acr == sessions.ACRTwoFactors {
		exerciseTwoFactors(e)
		return
	}
	hubtest.Want(e, "acr", p.SignIn(b, "acr_values", "nonsense "+acr).Claim(e, "acr"), any(acr))
	claims := func(acr string) string { return `{"id_token":{"acr":{"essential":true,"values":["` + acr + `"]}}}` }
	hubtest.Want(e, "acr, if it is essential", p.SignIn(b, "claims", claims(acr)).Claim(e, "acr"), any(acr))
	refused := b.Visit(p.Request("prompt", "none", "claims", claims("nonsense")))
	hubtest.Want(e, "an essential one that nobody has", refused.Values.Has("code"), false)
}

func exerciseSubjectType(e *hubtest.Exam, kind string) {
	l := e.Client("subject_type", kind).SignIn(e.Browser())
	public := e.Client().SignIn(e.Browser())
	hubtest.Want(e, "it is the public subject", l.Claim(e, "sub") == public.Claim(e, "sub"), kind == "public")
}

func exerciseClaimsParameter(e *hubtest.Exam, value string) {
	hubtest.Want(e, "the value", value, "true")
	claimsEssential(e)
}

func exerciseResponseIss(e *hubtest.Exam, value string) {
	hubtest.Want(e, "the value", value, "true")
	p := e.Client()
	hubtest.Want(e, "iss of a good answer", p.SignIn(e.Browser()).Values.Get("iss"), e.Site.URL)
	request := p.Request("prompt", "none")
	hubtest.Want(e, "iss of an error", e.Browser().Visit(request).Values.Get("iss"), e.Site.URL)
}

func exerciseRequestParameter(e *hubtest.Exam, value string) {
	p := e.Client("token_endpoint_auth_method", clientauth.MethodKey)
	request, claims := p.Inside()
	a := e.Browser().Visit(outside(request, "request", p.Object("RS256", claims)))
	if value != "true" {
		e.CheckRefused(a, url.Values{}, "request_not_supported")
		return
	}
	p.Complete(a, request)
}

func exerciseRequestURIParameter(e *hubtest.Exam, value string) {
	if value == "true" {
		in := *e
		in.Auth = clientauth.MethodKey
		requestURISigned(&in)
		return
	}
	p := e.Client()
	request := p.Request("request_uri", e.Site.Rp.URL+"/request")
	e.CheckRefused(e.Browser().Visit(request), request, "request_uri_not_supported")
}

func exerciseRequestURIRegistration(e *hubtest.Exam, value string) {
	hubtest.Want(e, "the value", value, "true")
	p := e.Client("token_endpoint_auth_method", clientauth.MethodKey)
	request, claims := p.Inside()
	e.Site.Rp.Publish("/request/unregistered", "application/oauth-authz-req+jwt", p.Object("RS256", claims))
	a := e.Browser().Visit(outside(request, "request_uri", e.Site.Rp.URL+"/request/unregistered"))
	hubtest.Want(e, "a code came", a.Values.Has("code"), false)
	e.Site.Rp.Mu.Lock()
	defer e.Site.Rp.Mu.Unlock()
	hubtest.Want(e, "how often it was fetched", e.Site.Rp.Fetched["/request/unregistered"], 0)
}

// exerciseTwoFactors uses a hub of its own with a second factor; the other users
// of the site have one factor.
func exerciseTwoFactors(e *hubtest.Exam) {
	w := hubtest.NewWorld(e.T, hubtest.OpenSQLite(e.T))
	w.Person("factors@example.org")
	b, app, _ := w.WithApp("factors@example.org")
	a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
	for name, value := range map[string]string{"acr_values": sessions.ACRTwoFactors, "claims": `{"id_token":{"acr":{"essential":true,"values":["` + sessions.ACRTwoFactors + `"]}}}`} {
		p := b.Authorize(a.Request(name, value))
		if p.URL.Path == "/signin/second" {
			p = b.Submit(p, "/signin/second", "code", app.Code())
		}
		hubtest.Want(e, "acr by "+name, w.Verified(a.Redeem(b.Answer(p).Get("code")).Str("id_token"), "RS256", "")["acr"], any(sessions.ACRTwoFactors))
	}
}
