package grants

import (
	"slices"
	"time"
)

// A SignIn is how and when a user signed in. Their session keeps it and passes
// it on to everything that is issued in the session, so that ending the sign-in
// finds all of it.
type SignIn struct {
	SessionGeneration int64     `bson:"epoch"`    // the user's, at sign-in
	AuthTime          time.Time `bson:"authTime"` // when the user authenticated; zero if unknown
	ACR               string    `bson:"acr"`
	AMR               []string  `bson:"amr"`                // RFC 8176
	LoginKey          string    `bson:"loginKey,omitempty"` // the provider, if they came by one
	// Trusted means that the user trusts the browser, so that no second factor was
	// asked for.
	Trusted bool `bson:"trusted,omitempty"`
}

// ACRTwoFactors is the acr of two factors, and MultiFactor the amr (RFC 8176 §2).
const (
	ACRTwoFactors = "urn:fedhub:acr:2"
	MultiFactor   = "mfa"
)

// TwoFactors reports whether the user showed two factors, here or at a provider
// that is trusted in this.
func (s SignIn) TwoFactors() bool {
	return s.ACR == ACRTwoFactors || slices.Contains(s.AMR, MultiFactor)
}

// Enough reports whether the sign-in is enough for an application that requires a
// second factor: the user showed one, or trusts the browser.
func (s SignIn) Enough() bool { return s.TwoFactors() || s.Trusted }
