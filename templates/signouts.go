package templates

import "time"

// AdminSignOuts is the ledger of sign-outs that others were told of.
type AdminSignOuts struct {
	Rows []SignOutRow
	More string // path of the older ones; empty if there are none
}

func (AdminSignOuts) look() look { return look{"signouts", desk, "Sign-outs", false} }

// A SignOutRow is one sign-out in the list.
type SignOutRow struct {
	ID    string
	Who   string // e-mail address, or what is left of a removed user
	At    time.Time
	To    string // how many were to hear, in words
	State Chip
}

// AdminSignOut is one sign-out, with each recipient.
type AdminSignOut struct {
	Who        string
	At         time.Time
	Why        string // a sentence
	Recipients []RecipientRow
}

func (p AdminSignOut) look() look { return look{"signout1", desk, "Sign-out", false} }

// A RecipientRow is what became of one recipient.
type RecipientRow struct {
	ClientID string
	Name     string
	Server   bool // another hub, which tells its own apps
	State    Chip
	Tries    int
	Last     time.Time
	Error    string
	Next     time.Time // zero if there is no next try
}
