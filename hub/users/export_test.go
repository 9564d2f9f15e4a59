package users

import "github.com/fedhub/fedhub/internal/forms"

// What the tests may see of the inside.

// CleanProfile is the sanitized profile, and the values to ask the user for.
func CleanProfile(p Profile) (Profile, forms.Problems) { return p.clean() }
