// Package users keeps people: who they are, how they prove it with a password,
// which identities at other providers belong to them, and the one rule by
// which an identity from upstream finds, or founds, a person here.
//
// A person signs in with a password (Authenticate) or arrives from upstream
// (Match). What a password may be, its hash and the wait between guesses are in
// passwords, which knows no people. An identity is known by login key,
// issuer and subject, never by its e-mail address; what happens when both
// meet is one pure function (decide.go) with one reason per row.
//
// What must end together hangs on User.Epoch: every session, grant and token
// carries the epoch it was made in, and one write that raises it ends them all.
//
// Each link and unlink is a Record, made before it happens, that can be undone
// for a while (records.go), and the person hears of it by letter (tell.go).
//
// The package starts no sessions and shows no pages; it does not know what an
// upstream speaks. Handlers turn its errors into answers.
//
// Its records live in four sets, declared where the hub is put together:
//
//	users       User       unique emailKey, founder; index rank
//	identities  Identity   index userId, subject
//	throttles   passwords.Throttle
//	setups      SetupLink
//	decisions   Record     index userId
//	invitations Invitation unique token
package users
