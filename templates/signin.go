package templates

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/templates/locales"
)

// A Client is the app a person is on the way to, as far as the hub vouches for it.
type Client struct {
	Name         string // as registered here
	Host         string // of its address, like "payroll.example.org"
	SelfDeclared bool   // nobody here checked the name: pages show the host alone
	Server       bool   // it is another hub, which passes on what is allowed
	For          string // what that hub calls the app of its own that asks; empty if it does not say
	Logo         string // https address of an image, or empty; the page's policy must allow it
	Terms        string // https address, or empty
	Policy       string // https address, or empty
}

// Shown is the name a person may rely on: a name that the client gave itself
// could be anybody's. A hub is named with its host, for it stands between.
func (c Client) Shown() string {
	switch {
	case c.SelfDeclared:
		return c.Host
	case c.Server && c.Name != "" && c.Name != c.Host:
		return c.Name + " (" + c.Host + ")"
	}
	return either(c.Name, c.Host)
}

// An Upstream is a button that signs in somewhere else. It posts to
// /signin/with/{Key}.
type Upstream struct {
	Key  string
	Name string
	Icon string // "peer" or "openid"; without one the first letter is shown
	Last bool   // this browser's person came by it the last time
}

// SignIn asks who is there. It posts to /signin.
type SignIn struct {
	Flow      string // id of the flow; empty when nobody waits for the answer
	To        string // page of this hub to go to then, where there is no flow
	Client    Client // zero without a flow
	Email     string // as typed before, or as hinted by the client
	Alert     Note   // why the last attempt failed; zero on first view
	Mistakes  []Mistake
	Password  bool // whether passwords are asked for
	Passkey   Ceremony
	OnlyAdmin bool   // whether they are good for administrators alone
	ByEmail   string // path of the page that emails a code to sign in with; empty: none
	SignUp    string // path of the page that creates an account; empty where it is closed
	Upstreams []Upstream

	EmailFirst bool       // the address alone is asked for: it may belong elsewhere
	Local      string     // path of the page with the password, whatever the address
	More       []Upstream // that are folded away
	Query      string     // what was looked for among them
}

// Search leaves of those that are folded away the ones with a word of the
// query in their name.
func (p *SignIn) Search(query string) {
	query = strings.ToLower(strings.TrimSpace(query))
	p.Query = query
	if query != "" {
		p.More = slices.DeleteFunc(p.More, func(u Upstream) bool { return !strings.Contains(strings.ToLower(u.Name), query) })
	}
}

// Many tells whether a search is worth its place.
func (p SignIn) Many() bool { return len(p.More) > 12 || p.Query != "" }

func (p SignIn) look() look {
	return look{"signin", card, locales.Say("signin.tab"), p.Wrong()}
}

// Wrong tells whether the last attempt failed.
func (p SignIn) Wrong() bool { return p.Alert.Some() || len(p.Mistakes) > 0 }

// Ready tells whether there is any way to sign in.
func (p SignIn) Ready() bool { return p.Password || p.OnlyAdmin || len(p.Upstreams) > 0 }

// FocusEmail and FocusPassword send the focus to the first thing to type, but
// never past a message.
func (p SignIn) FocusEmail() bool { return !p.Wrong() && p.Email == "" }

// Fills is what the browser may fill into the address field. A passkey can be
// chosen there too (HTML §4.10.18.7.1, "webauthn").
func (p SignIn) Fills() string {
	if p.Passkey.Some() {
		return "username webauthn"
	}
	return "username"
}

// FocusPassword is true where the address is known already.
func (p SignIn) FocusPassword() bool { return !p.Wrong() && p.Email != "" && !p.EmailFirst }

// Link asks someone who came from an upstream to prove that the account with
// the same address is theirs. It posts to /signin/link.
type Link struct {
	Stop      string // under which the hub remembers the upstream's answer
	Flow      string
	To        string
	Client    Client // zero without a flow
	Provider  string // the upstream that is to be connected
	Email     string // of the account that exists here
	Alert     Note
	Mistakes  []Mistake
	Password  bool       // whether the account has a password
	Mail      bool       // whether an email can prove it
	Sent      bool       // one was sent
	Upstreams []Upstream // any of which may be connected already, and so prove it
	Cancel    string     // path to go back to
}

func (p Link) look() look {
	return look{"link", card, locales.Say("link.tab", "provider", p.Provider), p.Wrong()}
}

// Wrong tells whether the last attempt failed.
func (p Link) Wrong() bool { return p.Alert.Some() || len(p.Mistakes) > 0 }

// SignOut asks before signing out. It posts to /signout.
type SignOut struct {
	Stop   string   // under which the hub remembers what comes then
	Client string   // that asked for it; empty if the person did
	Apps   []string // that will be signed out too
	Stay   string   // path to go to instead

	// What was wrong with an app's request, which then leads nowhere.
	Code        string
	Description string
}

func (SignOut) look() look { return look{"signout", card, locales.Say("signout.tab"), false} }

// SignedOut is where a sign-out ends that has nowhere else to go.
type SignedOut struct {
	Back    Action    // to the client that asked, if its address was registered
	Told    []ToldApp // apps that have heard of it
	Waiting []ToldApp // apps that do not answer yet; we keep trying
	Again   string    // path of this page, to look again
	There   Action    // to the page that ends the session where they came from
}

// A ToldApp is an app that is told of a sign-out.
type ToldApp struct{ Name string }

// Heard says in words how many apps know.
func (p SignedOut) Heard() locales.Text { return locales.Say("signedout.heard", "count", len(p.Told)) }

// Silent says in words how many apps do not answer yet.
func (p SignedOut) Silent() locales.Text {
	return locales.Say("signedout.silent", "count", len(p.Waiting))
}

func (SignedOut) look() look { return look{"signedout", card, locales.Say("signedout.tab"), false} }

// SigningOut loads pages of apps so that their sign-ins in this browser end
// (OIDC Front-Channel Logout §3), and goes on. It needs a
// Content-Security-Policy that allows the frames.
type SigningOut struct {
	Frames []string // addresses, http or https
	Client string   // to which the browser goes then; empty: nowhere
	URL    string   // where that is
	Next   string   // path of ours to go on to, where that is nowhere

	Patience int // seconds after which the browser goes on whatever loads
}

func (SigningOut) look() look { return look{"signingout", card, locales.Say("signingout.tab"), false} }

// Setup makes the first administrator. It posts to /setup.
type Setup struct {
	Token    string // from the setup link, unless a cookie carries it
	Email    string
	Name     string
	Shortest int // characters of a password
	Mistakes []Mistake
}

func (p Setup) look() look {
	return look{"setup", card, locales.Say("setup.tab"), len(p.Mistakes) > 0}
}

// PasswordHint says what makes a password good enough.
func (p Setup) PasswordHint() locales.Text {
	if p.Shortest == 0 {
		return locales.Say("setup.password-hint")
	}
	return locales.Say("setup.password-hint-shortest", "count", p.Shortest)
}
