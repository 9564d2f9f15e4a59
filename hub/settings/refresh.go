package settings

import (
	"time"

	"github.com/fedhub/fedhub/internal/forms"
)

// The bounds of RefreshSeconds; 0 is allowed too.
const (
	defaultRefreshSeconds = 10
	maxRefreshSeconds     = 60
)

// RefreshAgain is how many seconds after its first use a refresh token gets the
// same successor again; 0 is never.
func (s Settings) RefreshAgain() int {
	return either(s.RefreshSeconds, defaultRefreshSeconds)
}

// RefreshGrace is the same as a duration.
func (s Settings) RefreshGrace() time.Duration {
	return time.Duration(s.RefreshAgain()) * time.Second
}

func (s Settings) refreshProblems() forms.Problems {
	if n := s.RefreshAgain(); n < 0 || n > maxRefreshSeconds {
		return forms.New("refresh_seconds", "settings.refresh_seconds.bad", "max", maxRefreshSeconds)
	}
	return nil
}
