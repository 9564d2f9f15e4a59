package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// Security is the security overview of an account.
type Security struct {
	HasPassword bool
	Changed     time.Time // the password; zero if unknown
	Checks      []SecurityCheck
}

func (Security) look() look { return look{"security", desk, locales.Say("account.security"), false} }

// Open is the number of checks with a problem.
func (p Security) Open() int {
	n := 0
	for _, c := range p.Checks {
		if !c.Good {
			n++
		}
	}
	return n
}

// A SecurityCheck is one line of the list, with a link to the page that fixes it.
type SecurityCheck struct {
	ID    string
	Name  locales.Text
	State locales.Text
	Good  bool
	URL   string
}
