package sessions

import (
	"slices"

	"github.com/fedhub/fedhub/hub/grants"
)

// The values of acr (OIDC Core §2) for sign-ins at this hub.
const (
	// ACROneFactor is one factor: a local password, or a code by email.
	ACROneFactor = "urn:fedhub:acr:1"
	// ACRTwoFactors is two: a password and a code or passkey, or a passkey that
	// verified its user.
	ACRTwoFactors = grants.ACRTwoFactors
)

// MultiFactor is the amr of a sign-in with several factors (RFC 8176 §2).
const MultiFactor = grants.MultiFactor

// TwoFactors is that of the session that it starts.
func (s Start) TwoFactors() bool { return grants.SignIn{ACR: s.ACR, AMR: s.AMR}.TwoFactors() }

// ACRFor returns the acr of a sign-in as one that only accepts certain values
// is told it, and whether it accepts the sign-in. Two factors are also one, and
// who asks for one must get that value (OIDC Core §5.5.1.1).
func ACRFor(accepted []string, acr string) (told string, ok bool) {
	switch {
	case len(accepted) == 0, slices.Contains(accepted, acr):
		return acr, true
	case acr == ACRTwoFactors && slices.Contains(accepted, ACROneFactor):
		return ACROneFactor, true
	}
	return acr, false
}
