package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/fedhub/fedhub/clients"
)

// offered are the endpoints that only some applications use. Registration is last,
// because each request leaves an application behind.
func offered() []endpoint {
	return []endpoint{
		{name: "pushed authorization", status: http.StatusCreated, app: es256, request: (*target).push, keep: has("request_uri")},
		{name: "authorize, JARM", status: http.StatusSeeOther, app: es256, request: (*target).authorizeSigned, keep: isSigned},
		{name: "token exchange", status: http.StatusOK, app: es256, request: (*target).exchange, keep: has("issued_token_type")},
		{name: "introspection, JWT", status: http.StatusOK, app: es256, request: (*target).introspectSigned, keep: isJWT},
		{name: "registration", status: http.StatusCreated, request: (*target).register, keep: has("client_id")},
	}
}

// has returns an error if the response lacks a member.
func has(name string) func(*visitor, int, answer) error {
	return func(_ *visitor, _ int, a answer) error {
		if text(a.body, name) == "" {
			return fmt.Errorf("the response has no %s: %s", name, a.body)
		}
		return nil
	}
}

// push sends a pushed authorization request (RFC 9126).
func (t *target) push(_ *visitor, app int) []byte {
	return post(t.url, "/oauth2/par", t.asking(app).Encode(), t.world.Apps[app].authorization())
}

// authorizeSigned requests the response as a signed JWT (JARM).
func (t *target) authorizeSigned(v *visitor, app int) []byte {
	asked := t.asking(app)
	asked.Set("response_mode", "jwt")
	return get(t.url, "/oauth2/authorize?"+asked.Encode(), v.cookies)
}

func isSigned(_ *visitor, _ int, a answer) error {
	if !strings.HasPrefix(a.location, callback+"?response=ey") {
		return errors.New("the response is not a JWT: " + a.location)
	}
	return nil
}

// exchange narrows an access token (RFC 8693).
func (t *target) exchange(v *visitor, app int) []byte {
	return post(t.url, "/oauth2/token", url.Values{
		"grant_type": {clients.GrantExchange}, "subject_token": {v.apps[app].access},
		"subject_token_type": {"urn:ietf:params:oauth:token-type:access_token"}, "scope": {"openid"},
	}.Encode(), t.world.Apps[app].authorization())
}

// introspectSigned requests the response as a signed JWT (RFC 9701).
func (t *target) introspectSigned(v *visitor, app int) []byte {
	return post(t.url, "/oauth2/introspect", "token="+v.apps[app].access, t.world.Apps[app].authorization(),
		header{"Accept", "application/token-introspection+jwt"})
}

func isJWT(_ *visitor, _ int, a answer) error {
	if !bytes.HasPrefix(a.body, []byte("ey")) || bytes.Count(a.body, []byte(".")) != 2 {
		return fmt.Errorf("the response is not a JWT: %.100s", a.body)
	}
	return nil
}

// register registers an application (RFC 7591).
func (t *target) register(*visitor, int) []byte {
	body := `{"client_name":"Notes","redirect_uris":["https://notes.example.org/callback"]}`
	return message("POST", t.url, "/oauth2/register", body, []header{
		{"Content-Type", "application/json"}, {"Content-Length", fmt.Sprint(len(body))}, elsewhere(),
	})
}
