package templates

import "github.com/fedhub/fedhub/templates/locales"

// EmailSignIn asks for the address to which a code is sent. It posts to
// /signin/email.
type EmailSignIn struct {
	Flow     string // id of the flow; empty when no application waits
	To       string // page of this hub to go to then, where there is no flow
	Client   Client // zero without a flow
	Email    string // as typed
	Cancel   string // path to go back to
	Mistakes []Mistake
}

func (p EmailSignIn) look() look {
	return look{"emailsignin", card, locales.Say("emailsignin.tab"), len(p.Mistakes) > 0}
}

// EmailCode takes the code. It posts to /signin/email/code.
type EmailCode struct {
	Ask    string // under which the hub remembers the request
	Code   string // from the link in the email; empty: to be typed
	Client Client // zero without a flow
	Email  string // as typed
	Cancel string // path to go back to
	Again  string // path of the page that sends another code
	Alert  Note   // why the last attempt failed
}

func (p EmailCode) look() look {
	return look{"emailcode", card, locales.Say("emailcode.tab"), p.Alert.Some()}
}

// EmailCodeElsewhere shows the code in a browser that did not ask for it.
type EmailCodeElsewhere struct {
	Code  string
	Email string // of the account that it signs in to
}

func (EmailCodeElsewhere) look() look {
	return look{"emailcodeelsewhere", card, locales.Say("emailcode.elsewhere-tab"), false}
}
