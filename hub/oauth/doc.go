// Package oauth holds the vocabulary of the protocol: error codes, parameters,
// scopes, prompts and PKCE, as OAuth 2.0 and OpenID Connect define them.
//
// It keeps no state, reads no clock and answers no request. It parses and
// classifies what a request says; handlers decide what to do about it.
package oauth
