package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// Second asks for a second factor. It posts stop and either code or the
// passkey's response to /signin/second.
type Second struct {
	Stop     string
	Client   Client // zero without a flow
	Account  Person // the user of the first factor
	App      bool   // there is an authenticator app
	Recovery bool   // there are recovery codes left
	Passkey  Ceremony
	Days     int    // days that the browser can be trusted; 0: not offered
	Again    bool   // a signed-in user proves their identity again
	Other    string // path to sign in with another account
	Cancel   string // path to go back to, where no application waits
	Alert    Note
}

func (p Second) look() look { return look{"second", card, locales.Say("second.tab"), p.Alert.Some()} }

// Codes reports whether there is a field for a code. A page without any method
// has the field too: a factor may have been added meanwhile.
func (p Second) Codes() bool { return p.App || p.Recovery || !p.Passkey.Some() }

// Hint is the message about the code.
func (p Second) Hint() string {
	if p.Passkey.Some() && !p.App {
		return "second.code-hint-recovery"
	}
	return "second.code-hint"
}

// Enrol sets up a second factor during a sign-in. It posts stop, and app and code or a
// new passkey, to /signin/enrol; later=1 postpones it, send=1 requests a code by email.
type Enrol struct {
	Stop     string
	Client   Client
	Account  Person
	Mail     string // address to prove first; empty if that is not required
	Sent     bool   // a code was sent to it
	App      App
	Passkey  Ceremony  // for a new passkey
	Later    time.Time // until when it can be postponed; zero: not any more
	Cancel   string
	Alert    Note
	Mistakes []Mistake
}

func (p Enrol) look() look {
	return look{"enrol", card, locales.Say("enrol.tab"), p.Alert.Some() || len(p.Mistakes) > 0}
}

// A MailCode says where the forms about a code from an email go, with which name of
// what they belong to. They post send=1 or mailed.
type MailCode struct{ Action, Name, Value string }

// MailCode is that of a sign-in.
func (p Enrol) MailCode() MailCode { return MailCode{"/signin/enrol", "stop", p.Stop} }

// An App is an authenticator app to set up.
type App struct {
	Secret  string // in groups, for people who type it
	Address string // otpauth://, which opens an app on a phone
	Size    int    // of the QR code, in squares
	Path    string // its dark squares, as an SVG path
	Sealed  string // posted back as app
}

// Recovery shows new recovery codes, once.
type Recovery struct {
	Codes []string
	Next  string // next page
}

func (Recovery) look() look { return look{"recovery", card, locales.Say("recovery.tab"), false} }

// Text are the codes, one per line.
func (p Recovery) Text() string {
	var text string
	for _, code := range p.Codes {
		text += code + "\n"
	}
	return text
}
