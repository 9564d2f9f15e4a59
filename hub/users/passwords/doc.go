// Package passwords says which passwords are good enough (rules.go), keeps them as
// Argon2id and verifies what other systems wrote (hash.go, legacy.go), and slows
// guessing down by a wait that grows per address (throttle.go).
//
// It knows no people: it takes passwords, hashes and canonical addresses. Its one
// record is the Throttle, in the set "throttles".
package passwords
