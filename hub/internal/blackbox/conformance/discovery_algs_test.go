package conformance_test

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// idTokens, infos, answers and reports are all kinds.
var (
	idTokens = hubtest.Sealed{Metadata: "id_token", Supports: "id_token", Get: func(p *hubtest.Party) string {
		a := p.E.Browser().Visit(p.Request())
		r := p.Redeem(a.Values.Get("code"))
		if r.Status != http.StatusOK {
			p.E.Fatalf("token endpoint: got %d %s", r.Status, r.Body)
		}
		return r.Str("id_token")
	}}
	infos = hubtest.Sealed{Metadata: "userinfo", Supports: "userinfo", Get: func(p *hubtest.Party) string {
		a := p.E.Browser().Visit(p.Request())
		access := p.Redeem(a.Values.Get("code")).Str("access_token")
		r := p.E.Site.Get(p.E.T, p.E.Site.At(p.E.T, "userinfo_endpoint"), "Authorization", "Bearer "+access)
		if kind := r.Header.Get("Content-Type"); r.Status != http.StatusOK || !strings.HasPrefix(kind, "application/jwt") {
			p.E.Fatalf("userinfo: got %d %s %s", r.Status, kind, r.Body)
		}
		return r.Body
	}}
	answers = hubtest.Sealed{Metadata: "authorization", Supports: "authorization", Get: func(p *hubtest.Party) string {
		return p.E.Browser().Visit(p.Request("response_mode", "jwt")).Values.Get("response")
	}}
	reports = hubtest.Sealed{Metadata: "introspection", Supports: "introspection", Get: func(p *hubtest.Party) string {
		a := p.E.Browser().Visit(p.Request())
		access := p.Redeem(a.Values.Get("code")).Str("access_token")
		r := p.CallAccepting("application/token-introspection+jwt", "introspection_endpoint", "token", access)
		if kind := r.Header.Get("Content-Type"); r.Status != http.StatusOK || !strings.HasPrefix(kind, "application/token-introspection+jwt") {
			p.E.Fatalf("introspection: got %d %s %s", r.Status, kind, r.Body)
		}
		return r.Body
	}}
)

func exerciseIDTokenAlg(e *hubtest.Exam, alg string)    { idTokens.Signed(e, alg) }
func exerciseIDTokenEncAlg(e *hubtest.Exam, alg string) { idTokens.Alg(e, alg) }
func exerciseIDTokenEncEnc(e *hubtest.Exam, enc string) { idTokens.Enc(e, enc) }

func exerciseUserinfoAlg(e *hubtest.Exam, alg string)    { infos.Signed(e, alg) }
func exerciseUserinfoEncAlg(e *hubtest.Exam, alg string) { infos.Alg(e, alg) }
func exerciseUserinfoEncEnc(e *hubtest.Exam, enc string) { infos.Enc(e, enc) }

func exerciseAnswerAlg(e *hubtest.Exam, alg string)    { answers.Signed(e, alg) }
func exerciseAnswerEncAlg(e *hubtest.Exam, alg string) { answers.Alg(e, alg) }
func exerciseAnswerEncEnc(e *hubtest.Exam, enc string) { answers.Enc(e, enc) }

func exerciseIntrospectionAlg(e *hubtest.Exam, alg string)    { reports.Signed(e, alg) }
func exerciseIntrospectionEncAlg(e *hubtest.Exam, alg string) { reports.Alg(e, alg) }
func exerciseIntrospectionEncEnc(e *hubtest.Exam, enc string) { reports.Enc(e, enc) }

func exerciseRequestAlg(e *hubtest.Exam, alg string) {
	auth := clientauth.MethodBasic
	if strings.HasPrefix(alg, "HS") {
		auth = clientauth.MethodSecretJWT
	}
	p := e.Keyed("token_endpoint_auth_method", auth, "request_object_signing_alg", alg)
	request, claims := p.Inside()
	object := ""
	if alg == "none" {
		object = unsigned(e, claims)
	} else {
		object = p.Sign(alg, "oauth-authz-req+jwt", claims)
	}
	p.Complete(e.Browser().Visit(outside(request, "request", object)), request)
}

func exerciseRequestEncAlg(e *hubtest.Exam, alg string) {
	exerciseRequestEnc(e, alg, e.First("request_object_encryption_enc_values_supported"))
}

func exerciseRequestEncEnc(e *hubtest.Exam, enc string) {
	exerciseRequestEnc(e, e.First("request_object_encryption_alg_values_supported"), enc)
}

// exerciseRequestEnc encrypts a signed request object to a key of the hub.
func exerciseRequestEnc(e *hubtest.Exam, alg, enc string) {
	p := e.Keyed("request_object_signing_alg", "ES256", "request_object_encryption_alg", alg, "request_object_encryption_enc", enc)
	request, claims := p.Inside()
	to := e.EncryptTo(alg)
	encrypter, err := jose.NewEncrypter(jose.ContentEncryption(enc), jose.Recipient{Algorithm: jose.KeyAlgorithm(alg), Key: to.Key, KeyID: to.KeyID},
		(&jose.EncrypterOptions{}).WithContentType("JWT"))
	if err != nil {
		e.Fatal(err)
	}
	object, err := encrypter.Encrypt([]byte(p.Sign("ES256", "oauth-authz-req+jwt", claims)))
	if err != nil {
		e.Fatal(err)
	}
	compact, err := object.CompactSerialize()
	if err != nil {
		e.Fatal(err)
	}
	p.Complete(e.Browser().Visit(outside(request, "request", compact)), request)
}

func exerciseDPoPAlg(e *hubtest.Exam, alg string) {
	p := e.Client()
	a := e.Browser().Visit(p.Request())
	endpoint := e.Site.At(e.T, "token_endpoint")
	form := url.Values{"grant_type": {"authorization_code"}, "code": {a.Values.Get("code")}, "redirect_uri": {p.Redirect}}
	redeem := func(nonce string) hubtest.Reply {
		return e.Site.Post(e.T, endpoint, form, "Authorization", hubtest.Basic(p.ID, p.Secret), "DPoP", e.Proof(alg, "POST", endpoint, "", nonce))
	}
	r := redeem("")
	if r.Str("error") == "use_dpop_nonce" {
		r = redeem(r.Header.Get("DPoP-Nonce"))
	}
	hubtest.Want(e, "status", r.Status, http.StatusOK)
	hubtest.Want(e, "token_type", r.Str("token_type"), "DPoP")
	e.AskBound(alg, r.Str("access_token"))
}
