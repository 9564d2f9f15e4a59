package conformance_test

import (
	"crypto/rand"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func exerciseGrant(e *hubtest.Exam, grant string) {
	switch grant {
	case "authorization_code":
		exerciseLogin(e, grant)
	case "implicit":
		e.As("id_token token", "").Client().SignIn(e.Browser())
	case "refresh_token":
		refreshToken(e)
	case "client_credentials":
		p := e.Service("files")
		e.CheckTokens(p.Call("token_endpoint", "grant_type", grant, "scope", "files"))
	case hubtest.GrantDevice:
		e.ExerciseDevice(e.Client(decoupled(grant)...))
	case hubtest.GrantExchange:
		e.ExerciseExchange()
	case hubtest.GrantJWT:
		e.ExerciseJWTBearer()
	case hubtest.GrantCIBA:
		e.ExerciseCIBA(e.Client(decoupled(grant)...))
	default:
		e.Errorf("nobody knows how to use %s", grant)
	}
}

// decoupled is the metadata of a CIBA client.
func decoupled(grant string) []any {
	return []any{"grant_types", []string{grant}, "response_types", []string{}, "redirect_uris", []string{}}
}

func exerciseDelivery(e *hubtest.Exam, mode string) {
	if mode == "poll" {
		e.ExerciseCIBA(e.Client(append(decoupled(hubtest.GrantCIBA), "backchannel_token_delivery_mode", mode)...))
		return
	}
	hubtest.Want(e, "the mode", mode, "ping")
	path, secret := "/ciba/"+rand.Text(), rand.Text()+rand.Text()
	p := e.Client(append(decoupled(hubtest.GrantCIBA), "backchannel_token_delivery_mode", mode, "backchannel_client_notification_endpoint", e.Site.Rp.URL+path)...)
	id := e.ExerciseCIBA(p, "client_notification_token", secret)
	// CIBA §10.2
	told := e.Site.Rp.Next(e.T, path)
	hubtest.Want(e, "Authorization", told.Authorization, "Bearer "+secret)
	hubtest.Want(e, "Content-Type", told.Kind, "application/json")
	hubtest.Want(e, "what it is told", told.Body, `{"auth_req_id":"`+id+`"}`)
}

func exerciseCIBAAlg(e *hubtest.Exam, alg string) {
	p := e.Keyed("grant_types", []string{hubtest.GrantCIBA}, "response_types", []string{}, "backchannel_token_delivery_mode", "poll",
		"backchannel_authentication_request_signing_alg", alg)
	claims := p.AssertionClaims(e.Site.URL)
	delete(claims, "sub")
	maps.Copy(claims, map[string]any{"scope": "openid", "login_hint": hubtest.Examinee, "nbf": claims["iat"]})
	r := p.Call("backchannel_authentication_endpoint", "request", p.Sign(alg, "", claims))
	hubtest.Want(e, "status", r.Status, http.StatusOK)
}

func exerciseAuth(e *hubtest.Exam, method string) { e.Authenticating(method).SignInWith(e.Browser()) }

func exerciseRevocationAuth(e *hubtest.Exam, method string) {
	p := e.Authenticating(method)
	l := p.SignInWith(e.Browser())
	hubtest.Want(e, "status", p.Call("revocation_endpoint", "token", l.Access).Status, http.StatusOK)
	hubtest.Want(e, "userinfo after it", e.Site.Get(e.T, e.Site.At(e.T, "userinfo_endpoint"), "Authorization", "Bearer "+l.Access).Status, http.StatusUnauthorized)
}

func exerciseIntrospectionAuth(e *hubtest.Exam, method string) {
	p := e.Authenticating(method)
	hubtest.Want(e, "active", p.Active(p.SignInWith(e.Browser()).Access), true)
}

// exerciseAuthAlg signs a client assertion with the algorithm.
func exerciseAuthAlg(e *hubtest.Exam, alg string) {
	method := clientauth.MethodKey
	if strings.HasPrefix(alg, "HS") {
		method = clientauth.MethodSecretJWT
	}
	p := e.Keyed("token_endpoint_auth_method", method, "token_endpoint_auth_signing_alg", alg)
	a := e.Browser().Visit(p.Request())
	form := url.Values{"grant_type": {"authorization_code"}, "code": {a.Values.Get("code")}, "redirect_uri": {p.Redirect},
		"client_assertion_type": {hubtest.AssertionType}, "client_assertion": {p.Sign(alg, "", p.AssertionClaims(e.Site.At(e.T, "token_endpoint")))}}
	e.CheckTokens(e.Site.Post(e.T, e.Site.At(e.T, "token_endpoint"), form))
}

// exerciseMetadataDocument signs in at a client with the address of its metadata
// document as client ID.
func exerciseMetadataDocument(e *hubtest.Exam) {
	path := "/client/" + rand.Text()
	redirect := e.Site.Rp.URL + "/callback/" + rand.Text()
	id := e.Site.Rp.URL + path
	e.Site.Rp.PublishJSON(e.T, path, map[string]any{
		"client_id": id, "client_name": "Documented", "redirect_uris": []string{redirect}, "token_endpoint_auth_method": "none",
		"grant_types": []string{"authorization_code"}, "response_types": []string{"code"},
	})
	p := &hubtest.Party{E: e, ID: id, Redirect: redirect, Auth: clientauth.MethodNone}
	p.SignInWith(e.Browser())
}
