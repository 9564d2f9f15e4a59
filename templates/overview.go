package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminHome is the start page of the administration: what needs attention. Its
// button posts to /admin/check.
type AdminHome struct {
	Warnings []Attention
	Checked  time.Time // when the hub last checked its dependencies; zero: never
	Facts    []Action  // counts, each with a link to its page
}

func (AdminHome) look() look { return look{"home", desk, locales.Say("home.tab"), false} }

// An Attention is one thing for an administrator to fix.
type Attention struct {
	About  locales.Text
	Text   locales.Text // the problem
	Do     locales.Text // the advice
	URL    string       // page to fix it; may be empty
	Urgent bool
	Since  time.Time // zero: unknown
}

// Tone is the tone of its mark.
func (a Attention) Tone() string {
	if a.Urgent {
		return "danger"
	}
	return "warn"
}
