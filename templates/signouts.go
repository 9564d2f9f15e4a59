package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminSignOuts is the sign-out delivery list.
type AdminSignOuts struct {
	Rows []SignOutRow
	More string // path of the older ones; empty if there are none
}

func (AdminSignOuts) look() look { return look{"signouts", desk, locales.Say("signouts.tab"), false} }

// A SignOutRow is one sign-out in the list.
type SignOutRow struct {
	ID    string
	Who   locales.Text // email address, or the id of a removed user
	At    time.Time
	To    locales.Text // number of recipients
	State Chip
}

// AdminSignOut is one sign-out, with each recipient.
type AdminSignOut struct {
	Who        locales.Text
	At         time.Time
	Why        locales.Text // a sentence
	Recipients []RecipientRow
}

func (p AdminSignOut) look() look { return look{"signout1", desk, locales.Say("signout1.tab"), false} }

// A RecipientRow is the result for one recipient.
type RecipientRow struct {
	ClientID string
	Name     string
	Server   bool // another hub, which notifies its own apps
	State    Chip
	Tries    int
	Last     time.Time
	Error    locales.Text
	Next     time.Time // zero if no attempt follows
}
