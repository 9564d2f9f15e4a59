package users

import "github.com/fedhub/fedhub/internal/forms"

// Internals for the tests.

// CleanProfile is the sanitized profile, and the values to ask the user for.
func CleanProfile(p Profile) (Profile, forms.Problems) { return p.clean() }
