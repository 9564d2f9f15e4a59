// Package passwords decides which passwords are good enough (rules.go), hashes
// them with Argon2id and verifies hashes of other systems (hash.go, legacy.go).
// It slows guessing down without letting strangers lock users out: by a wait
// for each account and a longer one for each network (throttle.go, wait.go), by
// a counter for each known browser (browsers.go), and by a limit on all
// attempts together (failures.go).
//
// It knows no users: it takes passwords, hashes, ids and canonical addresses.
// Its records are the Throttle, in the set "throttles", and the Browser, in
// "browsers".
package passwords
