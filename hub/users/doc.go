// Package users keeps people: who they are, what they show of themselves, which
// roles they have, and how they prove who they are with a password.
//
// What a password may be, its hash and the wait between guesses are in
// passwords, which knows no people. Which identities at other providers belong
// to whom is in linking, which knows people by this package; here nothing is
// known of it, but that Search may ask for people by a provider's subject.
//
// What must end together hangs on User.SessionGeneration: every session, grant
// and token carries the one it was made in, and one write that raises it ends
// them all.
//
// The package starts no sessions and shows no pages. Handlers turn its errors
// into answers.
//
// Its records live in four sets, declared where the hub is put together:
//
//	users       User       unique emailKey, founder; index rank
//	throttles   passwords.Throttle
//	setups      SetupLink
//	invitations Invitation index token
package users
