package conformance_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// exerciseBinding: without client certificates, the hub must not say that it
// binds tokens to them.
func exerciseBinding(e *hubtest.Exam, value string) {
	hubtest.Want(e, "the value", value, "true")
	exerciseCertificateBound(e)
}

// exerciseCertificateBound gets a token that works only with the certificate (RFC
// 8705 §3).
func exerciseCertificateBound(e *hubtest.Exam) {
	p := e.WithCertificate(clientauth.MethodOwnTLS, "tls_client_certificate_bound_access_tokens", true)
	l := p.SignIn(e.Browser())
	sum := sha256.Sum256(p.Certificate.Certificate[0])
	confirm, _ := hubtest.ClaimsOf(e, l.Access)["cnf"].(map[string]any)
	hubtest.Want(e, "x5t#S256", confirm["x5t#S256"], any(base64.RawURLEncoding.EncodeToString(sum[:])))

	authorization := []string{"Authorization", "Bearer " + l.Access}
	address := e.Site.Secure(e.T, "userinfo_endpoint")
	e.CheckUserinfo(l, e.Site.Showing(p.Certificate).Get(e.T, address, authorization...))
	hubtest.Want(e, "userinfo with another's certificate", e.Site.Showing(e.Own()).Get(e.T, address, authorization...).Status, http.StatusUnauthorized)
	hubtest.Want(e, "userinfo without a certificate", e.Site.Get(e.T, address, authorization...).Status, http.StatusUnauthorized)
	hubtest.Want(e, "userinfo at the plain address", e.Site.Get(e.T, e.Site.At(e.T, "userinfo_endpoint"), authorization...).Status, http.StatusUnauthorized)
}

// exerciseAlias uses an endpoint at its mTLS alias.
func exerciseAlias(e *hubtest.Exam, name string) {
	switch name {
	case "token_endpoint":
		exerciseAuth(e, clientauth.MethodTLS)
	case "userinfo_endpoint":
		exerciseCertificateBound(e)
	case "revocation_endpoint":
		exerciseRevocationAuth(e, clientauth.MethodTLS)
	case "introspection_endpoint":
		exerciseIntrospectionAuth(e, clientauth.MethodTLS)
	case "pushed_authorization_request_endpoint":
		p := e.WithCertificate(clientauth.MethodTLS)
		request := p.Request()
		p.Complete(e.Browser().Visit(p.Push(request)), request)
	case "device_authorization_endpoint":
		e.ExerciseDevice(e.WithCertificate(clientauth.MethodTLS, decoupled(hubtest.GrantDevice)...))
	case "backchannel_authentication_endpoint":
		e.ExerciseCIBA(e.WithCertificate(clientauth.MethodTLS, decoupled(hubtest.GrantCIBA)...))
	default:
		e.Errorf("nobody knows how to use %s at %s", name, e.Site.Secure(e.T, name))
	}
}
