package templates

import "github.com/fedhub/fedhub/templates/locales"

// EmailSignIn asks for the address to which a code is sent. It posts to
// /signin/email.
type EmailSignIn struct {
	Flow     string // id of the flow; empty if no application waits
	To       string // next page of this hub, without a flow
	Client   Client // zero without a flow
	Email    string // as typed
	Cancel   string // path to go back to
	Stay     Stay
	Mistakes []Mistake
}

func (p EmailSignIn) look() look {
	return look{"emailsignin", card, locales.Say("emailsignin.tab"), len(p.Mistakes) > 0}
}

// EmailCode asks for the code. It posts to /signin/email/code.
type EmailCode struct {
	Ask    string // id of the stored request
	Code   string // from the link in the email; empty: the user types it
	Client Client // zero without a flow
	Email  string // as typed
	Cancel string // path to go back to
	Again  string // path of the page that sends another code
	Alert  Note   // why the last attempt failed
}

func (p EmailCode) look() look {
	return look{"emailcode", card, locales.Say("emailcode.tab"), p.Alert.Some()}
}

// EmailCodeElsewhere shows the code in a browser that did not request it.
type EmailCodeElsewhere struct {
	Code  string
	Email string // of the account of the code
}

func (EmailCodeElsewhere) look() look {
	return look{"emailcodeelsewhere", card, locales.Say("emailcode.elsewhere-tab"), false}
}
