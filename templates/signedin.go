package templates

import "github.com/fedhub/fedhub/templates/locales"

// SignedIn counts what is active for users of a login key: sessions here, and
// connections of their apps and devices. Each count stops at Most.
type SignedIn struct {
	Sessions, Connections, Most int

	Yours bool // the administrator's own session is among them
}

// Some reports whether there is anything active.
func (s SignedIn) Some() bool { return s.Sessions+s.Connections > 0 }

// Text is both counts.
func (s SignedIn) Text() locales.Text {
	return locales.Say("signedin.both", "sessions", s.count(s.Sessions, "signedin.sessions", "signedin.sessions-or-more"), "connections", s.count(s.Connections, "signedin.connections", "signedin.connections-or-more"))
}

// Ended says that they ended.
func (s SignedIn) Ended() locales.Text { return locales.Say("signedin.ended", "signedin", s.Text()) }

func (s SignedIn) count(n int, all, atLeast string) locales.Text {
	if s.Most > 0 && n >= s.Most {
		return locales.Say(atLeast, "count", n)
	}
	return locales.Say(all, "count", n)
}

// Hint warns an administrator who would end their own session too.
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
