// Package oauth holds the words of the protocol: error codes, parameters,
// scopes, prompts and PKCE, as OAuth 2.0 and OpenID Connect define them.
//
// It keeps nothing and looks at no clock. It names the status with which an
// error is answered, and answers nothing itself. What is done about a request is
// decided by the handlers; here it is only said what a request means.
package oauth
