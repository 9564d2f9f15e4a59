package users

import "github.com/fedhub/fedhub/internal/forms"

// What the tests may see of the inside.

// CleanProfile is what is kept of a profile, and what is asked for instead of the rest.
func CleanProfile(p Profile) (Profile, forms.Problems) { return p.clean() }
