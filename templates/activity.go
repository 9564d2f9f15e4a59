package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// Activity is what was done as a user and to their account, the newest first.
type Activity struct {
	Rows  []ActivityRow
	Later bool   // this is not the first page
	Older string // the id after which the next page goes on; empty if this is the last
}

func (Activity) look() look { return look{"activity", desk, locales.Say("account.activity"), false} }

// An ActivityRow is one event.
type ActivityRow struct {
	ID       string       // for "this wasn't me"; empty if the user cannot say that of it
	Text     locales.Text // one sentence
	By       locales.Text // who did it, if not the user
	App      string       // that the sign-in was for
	Provider string       // that it was by
	Device   locales.Text // like "Firefox on Linux"
	IP       string
	Time     time.Time
}

// Disown says what "this wasn't me" does. It posts to
// /account/activity/wasnt-me.
type Disown struct {
	Event    string
	Text     locales.Text // what the event was
	Time     time.Time
	Undo     locales.Text // what is undone; zero if nothing can be
	Sessions int
	Apps     int
	Mail     bool   // whether the hub sends emails
	Email    string // that the link to a new password goes to
}

func (Disown) look() look { return look{"disown", desk, locales.Say("disown.tab"), false} }

// WasntMyAddress puts back an email address that an email told of. It posts to
// /wasnt-me/address.
type WasntMyAddress struct {
	Token  string
	Before string
	After  string
	Made   time.Time
	Until  time.Time
}

func (WasntMyAddress) look() look {
	return look{"wasntmyaddress", card, locales.Say("wasntmyaddress.tab"), false}
}
