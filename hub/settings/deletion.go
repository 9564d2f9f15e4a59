package settings

import (
	"time"

	"github.com/fedhub/fedhub/internal/forms"
)

// The bounds of DeletionDays; 0 is allowed too.
const (
	defaultDeletionDays = 14
	maxDeletionDays     = 90
)

// DeletionFor is how many days an account whose user deletes it waits; 0:
// users cannot delete their account.
func (s Settings) DeletionFor() int {
	return either(s.DeletionDays, defaultDeletionDays)
}

// DeletionWait is the same as a duration.
func (s Settings) DeletionWait() time.Duration {
	return time.Duration(s.DeletionFor()) * 24 * time.Hour
}

func (s Settings) deletionProblems() forms.Problems {
	if days := s.DeletionFor(); days < 0 || days > maxDeletionDays {
		return forms.New("deletion_days", "settings.deletion_days.bad", "max", maxDeletionDays)
	}
	return nil
}
