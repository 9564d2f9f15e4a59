package frappe_test

import (
	"strings"

	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

// The results of the recorded answers: the signed-in user, "revoked", or words of
// the reason for the refusal. A name with a generation takes precedence over one
// without.
//
// Most codes were requested without a nonce, so their ID tokens have none; the
// hub always sends one and refuses such a token. To show that the rest is right,
// each is played a second time as the answer to a refresh.
const (
	asha     = "asha@example.com"
	kiran    = "kiran@example.com"
	noNonce  = "its nonce is not the one that was sent"
	ownToken = "to its own token"
	chained  = `enter "https://upstream.example.com" as the issuer`
)

var outcomes = map[string]string{
	"token ok":                                   asha,
	"token scope all only":                       asha, // the profile tells
	"token client without openid":                "OAuth Client at the site contain openid",
	"token wrong secret":                         noNonce, // older sites look at no secret
	"token without secret":                       noNonce,
	"token without client_id":                    "answered 500",
	"token unknown client_id":                    "invalid_client",
	"token basic only":                           "invalid_client",
	"token basic and client_id":                  "invalid_client",
	"token code used twice":                      "invalid_grant",
	"token unknown code":                         "invalid_grant",
	"token code of another client":               "invalid_grant",
	"token without code":                         "Missing code parameter",
	"token wrong redirect_uri":                   "Mismatching redirect URI",
	"token without redirect_uri":                 noNonce,
	"token another redirect_uri of the client":   "not signed with the client secret",
	"token by GET":                               "Unsupported request method GET",
	"token with query":                           "URL query parameters are not allowed",
	"token JSON body":                            "unsupported_grant_type",
	"token with the session cookies of the user": noNonce,
	"token with only a foreign user_id cookie":   "invalid_client",
	"token extra field":                          noNonce,
	"token with Origin":                          noNonce,
	"token pkce S256":                            noNonce,
	"token pkce S256 wrong verifier":             "invalid_grant",
	"token pkce S256 no verifier":                "invalid_grant",
	"token pkce verifier of 3 characters":        noNonce,
	"token pkce no method":                       noNonce,
	"token pkce no method, no verifier":          "invalid_grant",
	"token verifier without challenge":           noNonce,
	"token grant client_credentials":             "unauthorized_client",
	"token grant password":                       asha,
	"token grant password, wrong":                "invalid_client",
	"token grant unknown":                        "unsupported_grant_type",
	"token grant missing":                        "unsupported_grant_type",

	"refresh ok":                           asha,
	"refresh old refresh token again":      asha,
	"refresh old access token still works": asha,
	"refresh narrower scope":               asha,
	"refresh wider scope (code)":           noNonce,
	"refresh wider scope":                  "invalid_scope",
	"refresh by another client (code)":     noNonce,
	"refresh by another client":            asha,
	"refresh without client_id (code)":     noNonce,
	"refresh without client_id":            asha,
	"refresh unknown token":                "invalid_grant",
	"refresh without token":                "Missing refresh token parameter",

	"revoke access token":                          "revoked",
	"revoke then userinfo":                         ownToken,
	"revoke then refresh":                          "invalid_grant",
	"revoke refresh token with hint":               "invalid_client",
	"revoke refresh then userinfo":                 asha,
	"revoke refresh token with hint and client_id": "revoked",
	"revoke refresh and client_id then userinfo":   ownToken,
	"revoke refresh token without hint":            "revoked", // so it says
	"revoke refresh no hint then userinfo":         asha,
	"revoke without client_id":                     "revoked",
	"revoke without client_id then userinfo":       ownToken,
	"revoke unknown token":                         "revoked",
	"revoke unknown token without client_id":       "invalid_client",
	"revoke without token":                         "answered 400 without an error code",
	"revoke by GET":                                "answered 400 without an error code",
	"revoke by another client (code)":              noNonce,
	"revoke by another client":                     "revoked",

	"userinfo ok":                               asha,
	"userinfo lower-case bearer":                asha,
	"userinfo by POST":                          asha,
	"userinfo token in the body":                "answered 403, PermissionError",
	"userinfo token in the query":               "answered 403, PermissionError",
	"userinfo website user":                     kiran,
	"userinfo Administrator":                    "its sub is null",
	"userinfo no token":                         "answered 403, PermissionError",
	"userinfo session without token":            ownToken,
	"userinfo unknown token":                    ownToken,
	"userinfo token of a client without openid": "OAuth Client at the site contain openid",
	"userinfo token with scope all":             asha,
	"userinfo expired token":                    ownToken,
	"userinfo token of a disabled user":         kiran, // the site decides about its own users

	"chained userinfo (code)": chained,
	"chained userinfo":        chained,

	"implicit approve": "neither a code nor an error",
}

// neverAsked are the files and exchanges that a browser or another program got,
// and why no connector does.
func neverAsked(e frappetest.Exchange) string {
	topic := e.File[len("v15-primary-"):]
	switch {
	case topic == "discovery", topic == "path", topic == "authorization", topic == "protected", e.Name == "chained discovery":
		return "the document may be about another site, so it is not read"
	case topic == "introspect", strings.Contains(e.Target, "introspect_token"):
		return "introspection calls an expired token active, so it is not believed"
	case topic == "register", topic == "cors", topic == "logout", topic == "api":
		return "that is for browsers and other programs"
	case topic == "authorize":
		return "the site keeps the browser, or shows it the next page of its own; nothing comes back"
	case strings.Contains(e.Target, ".approve?") && !strings.Contains(e.AnswerHeader.Get("Location"), "#"):
		return "its code is played with the token answer behind it"
	}
	return ""
}
