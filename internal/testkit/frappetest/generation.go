package frappetest

// A Generation is the age of a Frappe site, as far as OAuth goes. A later one
// behaves like the one before but for what its comment says.
type Generation int

// The generations of simulated sites.
const (
	// G1 is v13 to v15: the secret of a client is not looked at, consent is a
	// GET, a state is base64 of JSON, nothing expires but access tokens.
	G1 Generation = iota + 1
	// G2a is v16 at first: well-known documents, registration, no-store.
	G2a
	// G3 is v16 as of 16.29: consent is a form, a refresh ends the old pair, a
	// state is 32 hexadecimal digits and good once.
	G3
	// G4 is the line of v17: clients prove themselves in the way that is set
	// for each, public ones need PKCE, secrets are long, an e-mail address has
	// to be verified.
	G4
)

// Generations are all of them.
func Generations() []Generation { return []Generation{G1, G2a, G3, G4} }

func (g Generation) String() string { return [...]string{"", "G1", "G2a", "G3", "G4"}[g] }
