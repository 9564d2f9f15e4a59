package settings

import (
	"cmp"
	"slices"

	"github.com/fedhub/fedhub/internal/forms"
)

// Whether users stay signed in after they closed the browser.
const (
	// StayOn asks at the sign-in, and the box is ticked.
	StayOn = "on"
	// StayOff asks, and the box is not ticked.
	StayOff = "off"
	// StayNever does not ask: every session ends with the browser.
	StayNever = "never"
)

// StayOf is one of the Stay constants.
func (s Settings) StayOf() string { return cmp.Or(s.StaySignedIn, StayOn) }

func (s Settings) stayProblems() forms.Problems {
	if !slices.Contains([]string{StayOn, StayOff, StayNever}, s.StayOf()) {
		return forms.New("stay_signed_in", "settings.stay_signed_in.bad")
	}
	return nil
}
