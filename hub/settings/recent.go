package settings

import (
	"time"

	"github.com/fedhub/fedhub/internal/forms"
)

// The bounds of RecentMinutes and AdminHours.
const (
	defaultRecentMinutes = 10
	maxRecentMinutes     = 60
	defaultAdminHours    = 12
	maxAdminHours        = 14 * 24 // as long as any session
)

// RecentFor is how many minutes an authentication counts as recent for
// important changes.
func (s Settings) RecentFor() int {
	if s.RecentMinutes == 0 {
		return defaultRecentMinutes
	}
	return s.RecentMinutes
}

// AdminFor is how many hours an administrator's session lasts.
func (s Settings) AdminFor() int {
	if s.AdminHours == 0 {
		return defaultAdminHours
	}
	return s.AdminHours
}

// Recent is RecentFor as a duration.
func (s Settings) Recent() time.Duration { return time.Duration(s.RecentFor()) * time.Minute }

// AdminLife is AdminFor as a duration.
func (s Settings) AdminLife() time.Duration { return time.Duration(s.AdminFor()) * time.Hour }

func (s Settings) recentProblems() forms.Problems {
	var p forms.Problems
	if minutes := s.RecentFor(); minutes < 1 || minutes > maxRecentMinutes {
		p.Add("recent_minutes", "settings.recent_minutes.bad", "max", maxRecentMinutes)
	}
	if hours := s.AdminFor(); hours < 1 || hours > maxAdminHours {
		p.Add("admin_hours", "settings.admin_hours.bad", "max", maxAdminHours)
	}
	return p
}
