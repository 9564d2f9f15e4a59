// Package fapi has the profiles of high security of the OpenID Foundation's FAPI
// working group, as plain values: what a profile demands of every request. What
// it demands of a registration is checked where clients are.
package fapi

import (
	"slices"

	"github.com/fedhub/fedhub/clients/clientauth"
)

// A Profile is a set of requirements that are turned on together.
type Profile string

// The profiles. Each holds all of the one before.
const (
	None           Profile = ""
	Security       Profile = "fapi2"                 // FAPI 2.0 Security Profile
	MessageSigning Profile = "fapi2-message-signing" // and FAPI 2.0 Message Signing
)

// The documents whose requirements are cited, as a developer finds them.
const (
	Server  = "FAPI 2.0 Security Profile section 5.3.2.1"
	Code    = "FAPI 2.0 Security Profile section 5.3.2.2"
	Crypto  = "FAPI 2.0 Security Profile section 5.4.1"
	Signing = "FAPI 2.0 Message Signing section 5.3.1"
)

// Demands reports whether a profile holds all of another.
func (p Profile) Demands(other Profile) bool {
	return p == other || other == None || (p == MessageSigning && other == Security)
}

// AlgOK reports whether a profile allows an algorithm.
func AlgOK(alg string) bool { return slices.Contains(clientauth.ProfileAlgs(), alg) }
