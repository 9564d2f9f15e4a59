package templates

import "github.com/fedhub/fedhub/templates/locales"

// SignedIn is how much goes on of people who came by a login key: sessions
// here, and connections of their apps and devices. Nobody counted beyond Most.
type SignedIn struct {
	Sessions, Connections, Most int

	Yours bool // the session of whoever is asked is one of them
}

// Some tells whether there is anything to ask about.
func (s SignedIn) Some() bool { return s.Sessions+s.Connections > 0 }

// Text is both counts.
func (s SignedIn) Text() locales.Text {
	return locales.Say("signedin.both", "sessions", s.count(s.Sessions, "signedin.sessions", "signedin.sessions-or-more"), "connections", s.count(s.Connections, "signedin.connections", "signedin.connections-or-more"))
}

// Ended says that they are no more.
func (s SignedIn) Ended() locales.Text { return locales.Say("signedin.ended", "signedin", s.Text()) }

func (s SignedIn) count(n int, all, atLeast string) locales.Text {
	if s.Most > 0 && n >= s.Most {
		return locales.Say(atLeast, "count", n)
	}
	return locales.Say(all, "count", n)
}

// Hint warns whoever ends their own session with the others.
func (s SignedIn) Hint() locales.Text {
	if s.Yours {
		return locales.Say("signedin.yours")
	}
	return locales.Text{}
}

// Choices are the values of end.
func (SignedIn) Choices() []Pick {
	return []Pick{
		{"yes", locales.Say("signedin.yes"), locales.Say("signedin.yes-hint")},
		{"no", locales.Say("signedin.no"), locales.Say("signedin.no-hint")},
	}
}
