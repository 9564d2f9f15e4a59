// Package users keeps users: their profile, their roles, and how they sign in
// with a password.
//
// Package passwords has the rules for passwords, the hashes and the waits
// between attempts, and knows no users. Package linking decides which
// identities of providers belong to which user, and builds on this package;
// users itself knows nothing of identities. Package groups keeps what a group
// gives its members, and package listing lists users.
//
// User.SessionGeneration ends things together: every session, grant and token
// carries the generation in which it was made, and one write that raises it
// ends them all.
//
// The package starts no sessions and shows no pages. Handlers turn its errors
// into answers.
//
// Its records live in four sets, declared in hub/data/sets.go:
//
//	users       User       unique emailKey, founder; index rank
//	throttles   passwords.Throttle
//	setups      SetupLink
//	invitations Invitation index token
package users
