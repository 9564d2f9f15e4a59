package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// Data lets users download their data and delete their account. Its form posts
// to /account/data.
type Data struct {
	Days int       // before a deletion; 0: users cannot delete their account
	Due  time.Time // of the deletion that was requested; zero if none was
}

func (Data) look() look { return look{"data", desk, locales.Say("account.data"), false} }

// DeletionPending shows that the account will be deleted. It posts to
// /account/delete/cancel.
type DeletionPending struct{ Asked, Due time.Time }

func (DeletionPending) look() look {
	return look{"deletionpending", desk, locales.Say("deleteaccount.title-pending"), false}
}

// DeleteAccount deletes the account of the user. It posts to /account/delete.
type DeleteAccount struct {
	Type       string // the text to type
	Typed      string
	Days       int
	Sessions   int
	Apps       int
	Identities int
	Passkeys   int
	Mail       bool // whether the user gets an email
	Mistakes   []Mistake
}

func (p DeleteAccount) look() look {
	return look{"deleteaccount", desk, locales.Say("deleteaccount.title"), len(p.Mistakes) > 0}
}

// KeepAccount cancels a deletion. It posts to /keep-account.
type KeepAccount struct {
	Token string
	Email string
	Due   time.Time
}

func (KeepAccount) look() look {
	return look{"keepaccount", card, locales.Say("keepaccount.title"), false}
}
