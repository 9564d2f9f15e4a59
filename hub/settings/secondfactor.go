package settings

import (
	"slices"
	"time"

	"github.com/fedhub/fedhub/internal/forms"
)

// Who needs a second factor.
const (
	// SecondFactorNever asks nobody, not even users who have one.
	SecondFactorNever = "never"
	// SecondFactorOptional asks users who have one, and requires one of the
	// members of groups that need one.
	SecondFactorOptional = "optional"
	// SecondFactorForAdministrators also requires one of administrators, and of
	// the roles in SecondFactorRoles.
	SecondFactorForAdministrators = "administrators"
	// SecondFactorByRisk requires one of administrators and of the roles in
	// SecondFactorRoles, and of everybody else in a new browser or network.
	SecondFactorByRisk = "risk"
	// SecondFactorForAll requires one of everybody.
	SecondFactorForAll = "all"
)

// The bounds of SecondFactorDays; 0 is allowed too.
const (
	defaultSecondFactorDays = 7
	maxSecondFactorDays     = 90
)

// SecondFactorOf is one of the SecondFactor constants.
func (s Settings) SecondFactorOf() string {
	if s.SecondFactor == "" {
		return SecondFactorForAdministrators
	}
	return s.SecondFactor
}

// AsksSecondFactor reports whether users who have a second factor are asked for
// it.
func (s Settings) AsksSecondFactor() bool { return s.SecondFactorOf() != SecondFactorNever }

// NeedsSecondFactor reports whether a user with these roles must have one.
// grouped: a group of theirs requires one.
func (s Settings) NeedsSecondFactor(admin bool, roles []string, grouped bool) bool {
	switch s.SecondFactorOf() {
	case SecondFactorForAll:
		return true
	case SecondFactorOptional:
		return grouped
	case SecondFactorForAdministrators, SecondFactorByRisk:
		return admin || grouped || slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(s.SecondFactorRoles, r) })
	}
	return false
}

// SecondFactorIfNew reports whether users of whom no second factor is required
// need one in a new browser or network.
func (s Settings) SecondFactorIfNew() bool { return s.SecondFactorOf() == SecondFactorByRisk }

// SecondFactorFor is how many days a user may put off setting one up.
func (s Settings) SecondFactorFor() int {
	return either(s.SecondFactorDays, defaultSecondFactorDays)
}

// SecondFactorGrace is the same as a duration.
func (s Settings) SecondFactorGrace() time.Duration {
	return time.Duration(s.SecondFactorFor()) * 24 * time.Hour
}

// The bounds of TrustedBrowserDays.
const (
	defaultTrustedBrowserDays = 30
	maxTrustedBrowserDays     = 90
)

// TrustedBrowserFor is how many days a user may trust a browser; 0 if they can't.
func (s Settings) TrustedBrowserFor() int {
	if s.TrustedBrowserDays == nil {
		return defaultTrustedBrowserDays
	}
	return *s.TrustedBrowserDays
}

// TrustedBrowserLife is TrustedBrowserFor as a duration.
func (s Settings) TrustedBrowserLife() time.Duration {
	return time.Duration(s.TrustedBrowserFor()) * 24 * time.Hour
}

func (s Settings) secondFactorProblems() forms.Problems {
	var p forms.Problems
	if !slices.Contains([]string{SecondFactorNever, SecondFactorOptional, SecondFactorForAdministrators, SecondFactorByRisk, SecondFactorForAll}, s.SecondFactorOf()) {
		p.Add("second_factor", "settings.second_factor.bad")
	}
	if days := s.SecondFactorFor(); days < 0 || days > maxSecondFactorDays {
		p.Add("second_factor_days", "settings.second_factor_days.bad", "max", maxSecondFactorDays)
	}
	if days := s.TrustedBrowserFor(); days < 0 || days > maxTrustedBrowserDays {
		p.Add("trusted_browser_days", "settings.trusted_browser_days.bad", "max", maxTrustedBrowserDays)
	}
	return p
}
