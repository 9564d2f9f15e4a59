package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// Activity lists the events of a user and their account, newest first.
type Activity struct {
	Rows  []ActivityRow
	Later bool   // this is not the first page
	Older string // the id after which the next page starts; empty if this is the last
}

func (Activity) look() look { return look{"activity", desk, locales.Say("account.activity"), false} }

// An ActivityRow is one event.
type ActivityRow struct {
	ID       string       // for "this wasn't me"; empty if the user cannot report the event
	Text     locales.Text // one sentence
	By       locales.Text // the actor, if not the user
	App      string       // application of the sign-in
	Provider string       // provider of the sign-in
	Device   locales.Text // like "Firefox on Linux"
	IP       string
	Time     time.Time
}

// Disown explains the effect of "this wasn't me". It posts to
// /account/activity/wasnt-me.
type Disown struct {
	Event    string
	Text     locales.Text // the event
	Time     time.Time
	Undo     locales.Text // what is undone; zero if nothing can be
	Sessions int
	Apps     int
	Mail     bool   // whether the hub sends emails
	Email    string // where the link to choose a new password is sent
}

func (Disown) look() look { return look{"disown", desk, locales.Say("disown.tab"), false} }

// WasntMyAddress undoes a change of the email address, from the email about it.
// It posts to /wasnt-me/address.
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

// WasntMyAccount ends what a stranger did with an account, from the email about
// it. It posts to /wasnt-me/account.
type WasntMyAccount struct {
	Token  string
	Text   locales.Text // what happened
	Factor bool         // with a second factor, which stays as it is
	Made   time.Time
	Until  time.Time
}

func (WasntMyAccount) look() look {
	return look{"wasntmyaccount", card, locales.Say("wasntmyaccount.tab"), false}
}
