package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// An endpoint is one measurement.
type endpoint struct {
	name   string
	status int // of a good answer
	app    int // that asks; client_credentials has a client of its own

	// first is sent before the measurement, to prepare it.
	first *endpoint
	// request writes the visitor's next request.
	request func(t *target, v *visitor, app int) []byte
	// keep stores values of the response for later requests, and returns an error
	// if the response is wrong.
	keep func(v *visitor, app int, a answer) error
}

// endpoints are in the order of each round: refresh leaves new access tokens for
// endpoints that need one.
func endpoints() []endpoint {
	all := []endpoint{{name: "client_credentials", status: http.StatusOK, request: (*target).credentials}}
	for app, alg := range idTokenAlgs {
		authorize := endpoint{name: "authorize", status: http.StatusSeeOther, app: app, request: (*target).authorize, keep: (*visitor).keepCode}
		if app == rs256 {
			all = append(all, authorize) // there is no ID token in it
		}
		all = append(all,
			endpoint{name: "code, " + alg, status: http.StatusOK, app: app, first: &authorize, request: (*target).redeem},
			endpoint{name: "refresh, " + alg, status: http.StatusOK, app: app, request: (*target).rotate, keep: (*visitor).keepTokens},
		)
	}
	credentials := endpoint{name: "client_credentials", status: http.StatusOK, request: (*target).credentials, keep: (*visitor).keepAccess}
	all = append(all,
		endpoint{name: "client_credentials, DPoP", status: http.StatusOK, request: (*target).credentialsBound, keep: isBound},
		endpoint{name: "device authorization", status: http.StatusOK, request: (*target).device},
		endpoint{name: "revocation", status: http.StatusOK, first: &credentials, request: (*target).revoke},
		endpoint{name: "end_session, nobody signed in", status: http.StatusSeeOther, app: es256, request: (*target).endSession},
		endpoint{name: "session frame", status: http.StatusOK, request: (*target).sessionFrame},
		endpoint{name: "introspection", status: http.StatusOK, app: es256, request: (*target).introspect, keep: isActive},
		endpoint{name: "userinfo", status: http.StatusOK, app: es256, request: (*target).userinfo},
		endpoint{name: "discovery", status: http.StatusOK, request: (*target).discovery},
		endpoint{name: "JWKS", status: http.StatusOK, request: (*target).jwks},
	)
	return append(all, offered()...)
}

func names() []string {
	var all []string
	for _, e := range endpoints() {
		all = append(all, e.name)
	}
	return all
}

func (t *target) credentials(*visitor, int) []byte {
	return post(t.url, "/oauth2/token", "grant_type=client_credentials", t.world.Job.authorization())
}

// The verifier and its S256 challenge (RFC 7636 Appendix B).
const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

func (t *target) authorizePath(app int) string { return "/oauth2/authorize?" + t.asking(app).Encode() }

// asking is an authorization request.
func (t *target) asking(app int) url.Values {
	return url.Values{
		"client_id": {t.world.Apps[app].ID}, "response_type": {"code"}, "redirect_uri": {callback},
		"scope": {"openid profile email"}, "state": {"af0ifjsldkj"}, "nonce": {"n-0S6_WzA2Mj"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
}

func (t *target) authorize(v *visitor, app int) []byte {
	return get(t.url, t.authorizePath(app), v.cookies)
}

func (v *visitor) keepCode(app int, a answer) error {
	to, err := url.Parse(a.location)
	if err != nil {
		return err
	}
	code := to.Query().Get("code")
	if code == "" || !strings.HasPrefix(a.location, callback) {
		return errors.New("the response has no code")
	}
	v.apps[app].codes = append(v.apps[app].codes, code)
	return nil
}

func (t *target) redeem(v *visitor, app int) []byte {
	codes := v.apps[app].codes
	code := codes[len(codes)-1]
	v.apps[app].codes = codes[:len(codes)-1]
	return post(t.url, "/oauth2/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier},
	}.Encode(), t.world.Apps[app].authorization())
}

func (t *target) rotate(v *visitor, app int) []byte {
	return post(t.url, "/oauth2/token", "grant_type=refresh_token&refresh_token="+v.apps[app].refresh, t.world.Apps[app].authorization())
}

func (t *target) introspect(v *visitor, app int) []byte {
	return post(t.url, "/oauth2/introspect", "token="+v.apps[app].access, t.world.Apps[app].authorization())
}

func isActive(_ *visitor, _ int, a answer) error {
	if !bytes.Contains(a.body, []byte(`"active":true`)) {
		return errors.New("the token is not active")
	}
	return nil
}

func (t *target) userinfo(v *visitor, app int) []byte {
	return get(t.url, "/oauth2/userinfo", header{"Authorization", "Bearer " + v.apps[app].access})
}

func (t *target) discovery(*visitor, int) []byte {
	return get(t.url, "/.well-known/openid-configuration")
}

func (t *target) jwks(*visitor, int) []byte { return get(t.url, "/oauth2/jwks") }

// text finds a member of a flat JSON object with a value that needs no unescaping.
// Parsing the whole object would take processor time from the measured server.
func text(body []byte, name string) string {
	_, rest, ok := bytes.Cut(body, []byte(`"`+name+`":"`))
	if !ok {
		return ""
	}
	value, _, _ := bytes.Cut(rest, []byte{'"'})
	return string(value)
}
