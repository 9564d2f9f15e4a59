package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminHome is where administration begins: what needs attention. Its button
// posts to /admin/check.
type AdminHome struct {
	Warnings []Attention
	Checked  time.Time // when the hub last looked at what it depends on; zero: never
	Facts    []Action  // what there is, in numbers, each with its page
}

func (AdminHome) look() look { return look{"home", desk, locales.Say("home.tab"), false} }

// An Attention is one thing that an administrator should see to.
type Attention struct {
	About  locales.Text
	Text   locales.Text // what is wrong
	Do     locales.Text // what to do about it
	URL    string       // where; may be empty
	Urgent bool
	Since  time.Time // zero: nobody knows
}

// Tone is that of its mark.
func (a Attention) Tone() string {
	if a.Urgent {
		return "danger"
	}
	return "warn"
}
