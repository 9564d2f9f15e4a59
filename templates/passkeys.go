package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// A Ceremony has the data of a form that uses a passkey: the options for the
// script, and the form's return value. Its zero value is none.
type Ceremony struct {
	Options string // JSON
	State   string
}

// Some reports whether there is one.
func (c Ceremony) Some() bool { return c.State != "" }

// Passkeys lists the user's passkeys. Its forms post to /account/passkeys, and
// to /rename and /remove below it with passkey={ID}.
type Passkeys struct {
	Off   locales.Text // why this hub has no passkeys; zero if it has
	Fresh bool         // whether they signed in just now, which changes require
	Full  bool         // the limit is reached

	AddressFirst bool // they must prove their email address before they add one
	List         []Passkey
	Add          Ceremony
	Name         string // of a new one, as typed before

	Suggested locales.Text // for a new one

	Second  bool // they are also the second factor after a password
	NoCodes bool // there are no recovery codes

	Alert    Note
	Mistakes []Mistake
}

func (p Passkeys) look() look {
	return look{"passkeys", desk, locales.Say("passkeys.tab"), p.Alert.Some() || len(p.Mistakes) > 0}
}

// A Passkey is one passkey.
type Passkey struct {
	ID        string
	Name      string
	Created   time.Time
	Used      time.Time // zero if never
	Synced    bool      // it can be copied to other devices
	Elsewhere string    // its host, if that is another one
	Last      bool      // it is the user's last sign-in method
}

// WasntMyPasskey undoes a change of passkeys, from the email about it. It posts
// to /wasnt-me/passkey.
type WasntMyPasskey struct {
	Token   string
	Name    string
	Removed bool
	Made    time.Time
	Until   time.Time
}

func (WasntMyPasskey) look() look {
	return look{"wasntmypasskey", card, locales.Say("wasntmypasskey.tab"), false}
}
