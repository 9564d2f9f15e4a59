package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// A Ceremony is what a form needs that a passkey answers: the options for the
// script, and what the form gives back. Its zero value is none.
type Ceremony struct {
	Options string // JSON
	State   string
}

// Some tells whether there is one.
func (c Ceremony) Some() bool { return c.State != "" }

// Passkeys are the passkeys of the person. Its forms post to /account/passkeys,
// and to /rename and /remove below it with passkey={ID}.
type Passkeys struct {
	Off   locales.Text // why there are none at this hub; zero if there are
	Fresh bool         // whether they signed in just now, as changes need
	Full  bool         // there are as many as allowed
	List  []Passkey
	Add   Ceremony
	Name  string // of a new one, as typed before

	Suggested locales.Text // for a new one

	Second  bool // passwords ask for one of them too
	NoCodes bool // there are no recovery codes

	Alert    Note
	Mistakes []Mistake
}

func (p Passkeys) look() look {
	return look{"passkeys", desk, locales.Say("passkeys.tab"), p.Alert.Some() || len(p.Mistakes) > 0}
}

// A Passkey is one of them.
type Passkey struct {
	ID        string
	Name      string
	Created   time.Time
	Used      time.Time // zero if never
	Synced    bool      // it can be copied to other devices
	Elsewhere string    // the host that it works at, if that is another one
	Last      bool      // the person could not sign in without it
}

// WasntMyPasskey takes back what an email told of a passkey. It posts to
// /wasnt-me/passkey.
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
