package settings

import (
	"time"

	"github.com/fedhub/fedhub/internal/forms"
)

// The bounds of AuditDays; 0 is allowed too.
const (
	defaultAuditDays = 90
	maxAuditDays     = 3650
)

// AuditKept is how many days audit events are kept; 0 keeps them forever.
func (s Settings) AuditKept() int {
	return either(s.AuditDays, defaultAuditDays)
}

// AuditLife is the same as a duration.
func (s Settings) AuditLife() time.Duration { return time.Duration(s.AuditKept()) * 24 * time.Hour }

func (s Settings) auditProblems() forms.Problems {
	if days := s.AuditKept(); days < 0 || days > maxAuditDays {
		return forms.New("audit_days", "settings.audit_days.bad", "max", maxAuditDays)
	}
	return nil
}
