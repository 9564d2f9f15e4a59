package templates

import "github.com/fedhub/fedhub/templates/locales"

// Prove asks somebody who is signed in to prove once more who they are. It posts
// to /signin/prove.
type Prove struct {
	Flow        string
	To          string
	Client      Client // zero without a flow
	Email       string // of the person
	Alert       Note   // why the last attempt failed
	Password    bool   // whether they have one that counts
	Passkey     Ceremony
	Upstreams   []Upstream
	Silent      string // the provider that they came from, if it does not say when they signed in there
	Mail        bool   // whether a link can be mailed by which they choose a password
	Sent        bool   // one was sent
	Code        bool   // the form asks for a second factor too
	PasskeyOnly bool   // the second factor is a passkey, and a password alone is not enough
	Action      string // path that the form posts to, if it carries another along
	Carried     []Pair // what stood in that
}

func (p Prove) look() look { return look{"prove", card, locales.Say("prove.tab"), p.Alert.Some()} }

// Target is where the form posts to.
func (p Prove) Target() string { return either(p.Action, "/signin/prove") }

// Stuck tells that there is no way to prove anything here.
func (p Prove) Stuck() bool {
	return !p.Password && !p.Passkey.Some() && !p.Mail && len(p.Upstreams) == 0
}
