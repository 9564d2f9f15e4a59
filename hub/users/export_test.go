package users

import "github.com/fedhub/fedhub/internal/forms"

// What the tests may see of the inside.

// CleanFace is what is kept of a face, and what is asked for instead of the rest.
func CleanFace(f Profile) (Profile, forms.Problems) { return f.clean() }
