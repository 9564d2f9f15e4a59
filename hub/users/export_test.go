package users

import "github.com/fedhub/fedhub/internal/forms"

// What the tests may see of the inside.

// IdentityID is the id an identity is kept under.
func IdentityID(c Claim) string { return identityID(c) }

// CleanFace is what is kept of a face, and what is asked for instead of the rest.
func CleanFace(f Profile) (Profile, forms.Problems) { return f.clean() }
