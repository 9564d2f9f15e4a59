package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// An endpoint is one thing that is measured.
type endpoint struct {
	name   string
	status int // of a good answer

	// first is fired before the clock runs, to prepare material.
	first *endpoint
	// request writes the visitor's next request.
	request func(t *target, v *visitor) []byte
	// keep takes from the answer what later requests need, and complains
	// about one that is not good.
	keep func(v *visitor, a answer) error
}

// endpoints are in the order in which each round goes through them: refresh
// leaves fresh access tokens for those that need one.
func endpoints() []endpoint {
	authorize := endpoint{name: "authorize", status: http.StatusSeeOther, request: (*target).authorize, keep: (*visitor).keepCode}
	return []endpoint{
		{name: "client_credentials", status: http.StatusOK, request: (*target).credentials},
		authorize,
		{name: "code", status: http.StatusOK, first: &authorize, request: (*target).redeem},
		{name: "refresh", status: http.StatusOK, request: (*target).rotate, keep: (*visitor).keepTokens},
		{name: "introspection", status: http.StatusOK, request: (*target).introspect, keep: isActive},
		{name: "userinfo", status: http.StatusOK, request: (*target).userinfo},
		{name: "discovery", status: http.StatusOK, request: (*target).discovery},
		{name: "jwks", status: http.StatusOK, request: (*target).jwks},
	}
}

func names() []string {
	var all []string
	for _, e := range endpoints() {
		all = append(all, e.name)
	}
	return all
}

func (t *target) credentials(*visitor) []byte {
	return post(t.url, "/oauth2/token", "grant_type=client_credentials", t.world.Job.authorization())
}

// The verifier and its S256 challenge (RFC 7636 Appendix B).
const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

func (t *target) authorizePath() string {
	return "/oauth2/authorize?" + url.Values{
		"client_id": {t.world.App.ID}, "response_type": {"code"}, "redirect_uri": {callback},
		"scope": {"openid profile email"}, "state": {"af0ifjsldkj"}, "nonce": {"n-0S6_WzA2Mj"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}.Encode()
}

func (t *target) authorize(v *visitor) []byte { return get(t.url, t.authorizePath(), v.cookies) }

func (v *visitor) keepCode(a answer) error {
	to, err := url.Parse(a.location)
	if err != nil {
		return err
	}
	code := to.Query().Get("code")
	if code == "" || !strings.HasPrefix(a.location, callback) {
		return errors.New("the answer lacks a code")
	}
	v.codes = append(v.codes, code)
	return nil
}

func (t *target) redeem(v *visitor) []byte {
	last := len(v.codes) - 1
	code := v.codes[last]
	v.codes = v.codes[:last]
	return post(t.url, "/oauth2/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier},
	}.Encode(), t.world.App.authorization())
}

func (t *target) rotate(v *visitor) []byte {
	return post(t.url, "/oauth2/token", "grant_type=refresh_token&refresh_token="+v.refresh, t.world.App.authorization())
}

func (t *target) introspect(v *visitor) []byte {
	return post(t.url, "/oauth2/introspect", "token="+v.access, t.world.App.authorization())
}

func isActive(_ *visitor, a answer) error {
	if !bytes.Contains(a.body, []byte(`"active":true`)) {
		return errors.New("the token is not active")
	}
	return nil
}

func (t *target) userinfo(v *visitor) []byte {
	return get(t.url, "/oauth2/userinfo", header{"Authorization", "Bearer " + v.access})
}

func (t *target) discovery(*visitor) []byte {
	return get(t.url, "/.well-known/openid-configuration")
}

func (t *target) jwks(*visitor) []byte { return get(t.url, "/oauth2/jwks") }

// text finds a member of a flat JSON object whose value needs no unescaping.
// Reading all of it would take time from the server that is measured.
func text(body []byte, name string) string {
	_, rest, ok := bytes.Cut(body, []byte(`"`+name+`":"`))
	if !ok {
		return ""
	}
	value, _, _ := bytes.Cut(rest, []byte{'"'})
	return string(value)
}
