package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// SecondFactor is the page on which a person sets up their second factor. Its
// forms post app and code to /account/second-factor/app, and nothing to
// …/app/remove and …/recovery.
type SecondFactor struct {
	HasApp   bool
	Added    time.Time // the app
	Used     time.Time
	Passkeys int // that work here
	Left     int // recovery codes
	Made     time.Time
	Off      bool // the settings ask nobody
	Required bool // the settings require one of this person
	App      App  // to be set up
	Mistakes []Mistake
}

// Any tells whether there is a factor that recovery codes stand in for.
func (p SecondFactor) Any() bool { return p.HasApp || p.Passkeys > 0 }

func (p SecondFactor) look() look {
	return look{"secondfactor", desk, locales.Say("secondfactor.tab"), len(p.Mistakes) > 0}
}
