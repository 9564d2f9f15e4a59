// Package fapi holds the security profiles of the OpenID Foundation's FAPI
// working group, as plain values: what a profile requires of every request.
// Package clients checks what it requires of a registration.
package fapi

import (
	"slices"

	"github.com/fedhub/fedhub/clients/clientauth"
)

// A Profile is a set of requirements that are turned on together.
type Profile string

// The profiles. Each includes the one before.
const (
	None           Profile = ""
	Security       Profile = "fapi2"                 // FAPI 2.0 Security Profile
	MessageSigning Profile = "fapi2-message-signing" // and FAPI 2.0 Message Signing
)

// The documents that violations cite, by their titles.
const (
	Server  = "FAPI 2.0 Security Profile section 5.3.2.1"
	Code    = "FAPI 2.0 Security Profile section 5.3.2.2"
	Crypto  = "FAPI 2.0 Security Profile section 5.4.1"
	Signing = "FAPI 2.0 Message Signing section 5.3.1"
)

// Demands reports whether a profile includes another.
func (p Profile) Demands(other Profile) bool {
	return p == other || other == None || (p == MessageSigning && other == Security)
}

// AlgOK reports whether a profile allows an algorithm.
func AlgOK(alg string) bool { return slices.Contains(clientauth.ProfileAlgs(), alg) }
