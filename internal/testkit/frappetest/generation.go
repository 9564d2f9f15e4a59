package frappetest

// A Generation is a range of Frappe versions with the same OAuth behavior. Each
// one behaves like the one before, except for what its comment says.
type Generation int

// The generations of simulated sites.
const (
	// G1 is v13 to v15: client secrets are not checked, consent is a GET, a state
	// is base64 of JSON, only access tokens expire.
	G1 Generation = iota + 1
	// G2a is early v16: well-known documents, registration, no-store.
	G2a
	// G3 is v16 since 16.29: consent is a form, a refresh revokes the old pair, a
	// state is 32 hexadecimal digits and works once.
	G3
	// G4 is v17: clients authenticate by their registered method, public ones
	// need PKCE, secrets are long, an email must be verified.
	G4
)

// Generations are all of them.
func Generations() []Generation { return []Generation{G1, G2a, G3, G4} }

func (g Generation) String() string { return [...]string{"", "G1", "G2a", "G3", "G4"}[g] }
