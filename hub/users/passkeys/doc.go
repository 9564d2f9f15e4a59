// Package passkeys keeps the passkeys of users: WebAuthn credentials that sign
// a user in without a password or an address (W3C Web Authentication Level 3).
//
// A ceremony has two halves. Begin makes the options for the browser's script
// and a state: the challenge, sealed together with its purpose and the browser.
// The page carries the state, so that showing a page stores nothing. Finish
// checks the answer. A challenge works once, in one browser, for one purpose.
//
// The purposes are: signing in (BeginLogin), where the passkey says who the
// user is; adding a passkey to a user (BeginRegistration); and confirming a
// known user (BeginConfirm), which is also how a passkey is a second factor.
// Each of them requires that the device verified the user (a PIN, a finger), so
// a passkey is two factors.
//
// The package starts no sessions and shows no pages. Its records live in one
// set, declared in hub/data/sets.go:
//
//	passkeys  Passkey  index userId
package passkeys
