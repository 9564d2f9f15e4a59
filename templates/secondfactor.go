package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// SecondFactor is the page where a user sets up their second factor. Its forms
// post app and code to /account/second-factor/app, and nothing to …/app/remove
// and …/recovery.
type SecondFactor struct {
	HasApp   bool
	Added    time.Time // the app
	Used     time.Time
	Passkeys int // number of passkeys that work at this host
	Trusted  []TrustedBrowser
	Left     int // remaining recovery codes
	Made     time.Time
	Off      bool // the settings require no second factor
	Required bool // the settings require one of this user
	App      App  // App to set up
	Mistakes []Mistake
}

// Any reports whether there is a factor that recovery codes can replace.
func (p SecondFactor) Any() bool { return p.HasApp || p.Passkeys > 0 }

func (p SecondFactor) look() look {
	return look{"secondfactor", desk, locales.Say("secondfactor.tab"), len(p.Mistakes) > 0}
}

// ProveAddress asks for a code from an email before the first second factor is set
// up. It posts to={To} with send=1 or mailed to /account/prove-address.
type ProveAddress struct {
	To       string
	Mail     string
	Sent     bool
	Mistakes []Mistake
}

// MailCode is that of an account.
func (p ProveAddress) MailCode() MailCode { return MailCode{"/account/prove-address", "to", p.To} }

func (p ProveAddress) look() look {
	return look{"proveaddress", card, locales.Say("proveaddress.tab"), len(p.Mistakes) > 0}
}

// A TrustedBrowser is a browser in which the user is not asked for the second
// factor. Its form posts
// browser={ID} to /account/second-factor/trusted/remove, and all=1 removes all.
type TrustedBrowser struct {
	ID      string
	Device  locales.Text
	Network string
	Since   time.Time
	Used    time.Time
}
