// Package oauth holds the words of the protocol: error codes, parameters,
// scopes, prompts and PKCE, as OAuth 2.0 and OpenID Connect define them.
//
// It is pure: no HTTP, no storage, no clock. What is done about a request is
// decided by the handlers; here it is only said what a request means.
package oauth
