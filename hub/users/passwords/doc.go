// Package passwords says which passwords are good enough (rules.go), keeps them as
// Argon2id and verifies what other systems wrote (hash.go, legacy.go), and slows
// guessing down without letting strangers lock anybody out: by a wait for each
// account, and a longer one in each network (throttle.go, wait.go), by a counter
// for each browser that signed the account in before (browsers.go), and by a
// limit on what everybody does together (failures.go).
//
// It knows no people: it takes passwords, hashes, ids and canonical addresses.
// Its records are the Throttle, in the set "throttles", and the Browser, in
// "browsers".
package passwords
