package hub_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
)

// An exerciser uses one value that the metadata advertises, and fails if it
// does not do what it says.
type exerciser func(e *exam, value string)

// exercisers is who uses what, by the members of the metadata. A list is gone
// through value by value; true and false come as texts.
var exercisers = map[string]exerciser{
	"issuer":                                exerciseIssuer,
	"authorization_endpoint":                exerciseLogin,
	"token_endpoint":                        exerciseLogin,
	"userinfo_endpoint":                     exerciseUserinfo,
	"jwks_uri":                              func(e *exam, _ string) { e.jwks() },
	"registration_endpoint":                 func(e *exam, _ string) { e.client() },
	"revocation_endpoint":                   exerciseRevocation,
	"introspection_endpoint":                exerciseIntrospection,
	"pushed_authorization_request_endpoint": exercisePushed,
	"device_authorization_endpoint":         func(e *exam, _ string) { exerciseGrant(e, grantDevice) },
	"backchannel_authentication_endpoint":   func(e *exam, _ string) { exerciseGrant(e, grantCIBA) },
	"end_session_endpoint":                  exerciseEndSession,
	"check_session_iframe":                  exerciseIframe,
	"fedhub_servers_endpoint":               exerciseServers,
	"fedhub_name": func(e *exam, name string) {
		want(e, "the name is on the pages", strings.Contains(e.signInPage().Body, name), true)
	},

	"scopes_supported":                 exerciseScope,
	"claims_supported":                 exerciseClaim,
	"claim_types_supported":            func(e *exam, kind string) { want(e, "claim type", kind, "normal") },
	"response_types_supported":         exerciseResponseType,
	"response_modes_supported":         exerciseResponseMode,
	"grant_types_supported":            exerciseGrant,
	"subject_types_supported":          exerciseSubjectType,
	"code_challenge_methods_supported": func(e *exam, method string) { want(e, "method", method, "S256"); validPKCE(e) },
	"prompt_values_supported":          exercisePrompt,
	"display_values_supported":         func(e *exam, display string) { e.client().signIn(e.browser(), "display", display) },
	"ui_locales_supported":             func(e *exam, locale string) { e.client().signIn(e.browser(), "ui_locales", locale) },
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

	"claims_parameter_supported":                     exerciseClaimsParameter,
	"request_parameter_supported":                    exerciseRequestParameter,
	"request_uri_parameter_supported":                exerciseRequestURIParameter,
	"require_pushed_authorization_requests":          func(e *exam, value string) { want(e, "the value", value, "false"); exerciseLogin(e, value) },
	"require_request_uri_registration":               exerciseRequestURIRegistration,
	"authorization_response_iss_parameter_supported": exerciseResponseIss,
	"backchannel_logout_supported":                   onlyTrue(backchannelLogout),
	"backchannel_logout_session_supported":           onlyTrue(backchannelLogout),
	"frontchannel_logout_supported":                  onlyTrue(frontchannelLogout),
	"frontchannel_logout_session_supported":          onlyTrue(frontchannelLogout),
	"client_id_metadata_document_supported":          onlyTrue(exerciseMetadataDocument),

	"backchannel_token_delivery_modes_supported":                      exerciseDelivery,
	"backchannel_authentication_request_signing_alg_values_supported": exerciseCIBAAlg,
	"backchannel_user_code_parameter_supported":                       func(e *exam, v string) { want(e, "user codes", v, "false") },
	"tls_client_certificate_bound_access_tokens":                      exerciseBinding,
	"mtls_endpoint_aliases":                                           exerciseAlias,
}

// onlyTrue makes an exerciser of a test for what must be true if it is there.
func onlyTrue(run func(*exam)) exerciser {
	return func(e *exam, value string) {
		want(e, "the value", value, "true")
		run(e)
	}
}

func TestWhatDiscoveryAdvertisesWorks(t *testing.T) {
	s := openSite(t)
	for _, member := range slices.Sorted(maps.Keys(s.meta)) {
		exercise, known := exercisers[member]
		if !known {
			t.Errorf("nobody exercises %s", member)
			continue
		}
		for _, value := range advertised(s.meta[member]) {
			t.Run(member+"/"+value, func(t *testing.T) {
				if awaited[t.Name()] {
					t.Skip("AWAITED: the hub cannot do this yet")
				}
				exercise(&exam{T: t, site: s, profile: profile{response: "code", auth: clients.MethodBasic, dynamic: true}}, value)
			})
		}
	}
}

// advertised is every value of a member.
func advertised(member any) []string {
	switch v := member.(type) {
	case []any:
		var all []string
		for _, item := range v {
			all = append(all, advertised(item)...)
		}
		return all
	case map[string]any:
		return slices.Sorted(maps.Keys(v))
	}
	return []string{fmt.Sprint(member)}
}

// as is the same exam with another response type and mode.
func (e *exam) as(response, mode string) *exam {
	other := *e
	other.response, other.mode = response, mode
	return &other
}

func exerciseIssuer(e *exam, value string) {
	want(e, "issuer", value, e.site.URL)
	want(e, "the other document", e.site.get(e.T, value+"/.well-known/oauth-authorization-server").str("issuer"), value)
}

func exerciseLogin(e *exam, _ string)    { e.client().signIn(e.browser()) }
func exerciseUserinfo(e *exam, _ string) { e.userinfo(e.client().signIn(e.browser())) }

// signInPage is the first page that somebody sees.
func (e *exam) signInPage() page {
	e.Helper()
	return e.browser().open(e.site.at(e.T, "authorization_endpoint") + "?" + e.client().request().Encode())
}

func (p *party) active(token string) bool {
	p.e.Helper()
	active, _ := p.call("introspection_endpoint", "token", token).JSON["active"].(bool)
	return active
}

func exerciseIntrospection(e *exam, _ string) {
	p := e.client()
	want(e, "active", p.active(p.signIn(e.browser()).access), true)
	want(e, "nonsense is active", p.active("nonsense"), false)
}

func exerciseRevocation(e *exam, _ string) {
	p := e.client()
	token := p.signIn(e.browser()).access
	want(e, "status", p.call("revocation_endpoint", "token", token).Status, http.StatusOK)
	want(e, "active", p.active(token), false)
}

func exercisePushed(e *exam, _ string) {
	p := e.client()
	request := p.request()
	p.complete(e.browser().visit(p.push(request)), request)
}

// push hands the request in beforehand (RFC 9126) and returns what is left for
// the browser to carry.
func (p *party) push(request url.Values) url.Values {
	p.e.Helper()
	var pairs []string
	for name := range request {
		if name != "client_id" || p.auth == clients.MethodNone {
			pairs = append(pairs, name, request.Get(name))
		}
	}
	r := p.call("pushed_authorization_request_endpoint", pairs...)
	if r.Status != http.StatusCreated {
		p.e.Fatalf("push: got %d %s", r.Status, r.Body)
	}
	return url.Values{"client_id": {p.ID}, "request_uri": {r.str("request_uri")}}
}

func exerciseEndSession(e *exam, _ string) {
	l := e.enter()
	sent := url.Values{"id_token_hint": {l.id}, "post_logout_redirect_uri": {l.back}, "state": {"x"}}
	goesBack(e, l, sent, l.end(sent))
}

func exerciseIframe(e *exam, address string) {
	r := e.site.get(e.T, address)
	want(e, "status", r.Status, http.StatusOK)
	if !strings.Contains(r.Body, "<script") || r.Header.Get("X-Frame-Options") != "" {
		e.Errorf("it is no page for a frame: %v", r.Header)
	}
}

// exerciseServers knocks without an assertion: the answer is an error of the
// protocol, and not that there is nothing here.
func exerciseServers(e *exam, address string) {
	e.checkTokenError("a server without an assertion", e.site.post(e.T, address, url.Values{}), http.StatusUnauthorized, "invalid_client")
}

func exerciseScope(e *exam, scope string) {
	if scope == "offline_access" {
		refreshToken(e)
		return
	}
	pairs := []any{}
	if scope != "openid" {
		pairs = append(pairs, "scope", "openid "+scope)
	}
	l := e.client(pairs...).signIn(e.browser(), "scope", strings.TrimPrefix("openid "+scope, "openid openid"))
	_ = l
	if granted := l.answer.str("scope"); granted != "" && !slices.Contains(strings.Fields(granted), scope) {
		e.Errorf("granted is %q", granted)
	}
}

// exerciseClaim asks for the claim, where that makes sense, and looks for it.
func exerciseClaim(e *exam, claim string) {
	switch claim {
	case "c_hash", "s_hash", "at_hash", "nonce":
		l := e.as("code id_token token", "").client().signIn(e.browser())
		if claim != "s_hash" {
			want(e, "the claim is there", l.ids[0][claim] != nil, true)
		}
		return
	case "roles":
		e.client("scope", "openid roles").signIn(e.browser(), "scope", "openid roles")
		return
	}
	l := e.client().signIn(e.browser(), "max_age", "1000", "claims", `{"userinfo":{"`+claim+`":null},"id_token":{"acr":null}}`)
	if l.ids[0][claim] == nil && e.userinfo(l)[claim] == nil {
		e.Errorf("%s is nowhere: %v", claim, l.ids[0])
	}
}

// exerciseResponseType tries the type in every mode that it may have.
func exerciseResponseType(e *exam, response string) {
	for _, mode := range []string{"", "query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"} {
		if mode != "" && !e.site.lists("response_modes_supported", mode) {
			continue
		}
		if strings.HasPrefix(mode, "query") && response != "code" {
			continue // OAuth 2.0 Multiple Response Types §3, JARM §2.3.1
		}
		e.Run("mode "+mode, func(t *testing.T) {
			in := &exam{T: t, site: e.site, profile: profile{response: response, mode: mode, auth: e.auth, dynamic: true}}
			in.inMode()
		})
	}
}

// inMode completes a login of the exam's response type and mode.
func (e *exam) inMode() {
	e.Helper()
	p := e.client()
	request := p.request()
	if noOpenID(e.response) {
		request.Del("nonce")
		request.Set("scope", "profile")
	}
	a := e.browser().visit(request)
	if strings.HasSuffix(e.mode, "jwt") {
		a = p.unwrap(a, "RS256")
	}
	p.complete(a, request)
}

// noOpenID says that a response type brings no ID token at all.
func noOpenID(response string) bool { return response == "token" || response == "none" }

func exerciseResponseMode(e *exam, mode string) {
	for _, response := range advertised(e.site.meta["response_types_supported"]) {
		if !strings.HasPrefix(mode, "query") || response == "code" {
			e.as(response, mode).inMode()
			return
		}
	}
	e.Errorf("no response type has the mode")
}

func exercisePrompt(e *exam, prompt string) {
	p, b := e.client(), e.browser()
	first := p.signIn(b)
	switch prompt {
	case "none":
		want(e, "pages", len(p.signIn(b, "prompt", prompt).shown), 0)
	case "consent":
		want(e, "consent is asked for", p.signIn(b, "prompt", prompt).saw("consent"), true)
	case "login":
		want(e, "the sign-in page", p.signIn(b, "prompt", prompt).saw("sign-in"), true)
	case "select_account", "create":
		pg := b.open(e.site.at(e.T, "authorization_endpoint") + "?" + p.request("prompt", prompt).Encode())
		if pg.Location != "" || pg.Status != http.StatusOK {
			e.Errorf("there is no page: %d %s", pg.Status, pg.Location)
		}
	default:
		e.Errorf("nobody knows what %s should do", prompt)
	}
	_ = first
}

func exerciseACR(e *exam, acr string) {
	p, b := e.client(), e.browser()
	want(e, "acr", p.signIn(b, "acr_values", "nonsense "+acr).claim(e, "acr"), any(acr))
	claims := func(acr string) string { return `{"id_token":{"acr":{"essential":true,"values":["` + acr + `"]}}}` }
	want(e, "acr, if it is essential", p.signIn(b, "claims", claims(acr)).claim(e, "acr"), any(acr))
	refused := b.visit(p.request("prompt", "none", "claims", claims("nonsense")))
	want(e, "an essential one that nobody has", refused.values.Has("code"), false)
}

func exerciseSubjectType(e *exam, kind string) {
	l := e.client("subject_type", kind).signIn(e.browser())
	public := e.client().signIn(e.browser())
	want(e, "it is the public subject", l.claim(e, "sub") == public.claim(e, "sub"), kind == "public")
}

func exerciseClaimsParameter(e *exam, value string) {
	want(e, "the value", value, "true")
	claimsEssential(e)
}

func exerciseResponseIss(e *exam, value string) {
	want(e, "the value", value, "true")
	p := e.client()
	want(e, "iss of a good answer", p.signIn(e.browser()).values.Get("iss"), e.site.URL)
	request := p.request("prompt", "none")
	want(e, "iss of an error", e.browser().visit(request).values.Get("iss"), e.site.URL)
}

func exerciseRequestParameter(e *exam, value string) {
	p := e.client("token_endpoint_auth_method", clients.MethodKey)
	request, claims := p.inside()
	a := e.browser().visit(outside(request, "request", p.object("RS256", claims)))
	if value != "true" {
		e.checkRefused(a, url.Values{}, "request_not_supported")
		return
	}
	p.complete(a, request)
}

func exerciseRequestURIParameter(e *exam, value string) {
	if value == "true" {
		in := *e
		in.auth = clients.MethodKey
		requestURISigned(&in)
		return
	}
	p := e.client()
	request := p.request("request_uri", e.site.rp.URL+"/request")
	e.checkRefused(e.browser().visit(request), request, "request_uri_not_supported")
}

func exerciseRequestURIRegistration(e *exam, value string) {
	want(e, "the value", value, "true")
	p := e.client("token_endpoint_auth_method", clients.MethodKey)
	request, claims := p.inside()
	e.site.rp.publish("/request/unregistered", "application/oauth-authz-req+jwt", p.object("RS256", claims))
	a := e.browser().visit(outside(request, "request_uri", e.site.rp.URL+"/request/unregistered"))
	want(e, "a code came", a.values.Has("code"), false)
	e.site.rp.mu.Lock()
	defer e.site.rp.mu.Unlock()
	want(e, "how often it was fetched", e.site.rp.fetched["/request/unregistered"], 0)
}
