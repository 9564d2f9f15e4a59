package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminSignOuts is the ledger of sign-outs that others were told of.
type AdminSignOuts struct {
	Rows []SignOutRow
	More string // path of the older ones; empty if there are none
}

func (AdminSignOuts) look() look { return look{"signouts", desk, locales.Say("signouts.tab"), false} }

// A SignOutRow is one sign-out in the list.
type SignOutRow struct {
	ID    string
	Who   locales.Text // e-mail address, or what is left of a removed user
	At    time.Time
	To    locales.Text // how many were to hear
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

// A RecipientRow is what became of one recipient.
type RecipientRow struct {
	ClientID string
	Name     string
	Server   bool // another hub, which tells its own apps
	State    Chip
	Tries    int
	Last     time.Time
	Error    locales.Text
	Next     time.Time // zero if there is no next try
}
