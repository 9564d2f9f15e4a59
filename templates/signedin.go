package templates

import "strconv"

// SignedIn is how much goes on of people who came by a login key: sessions
// here, and connections of their apps and devices. Nobody counted beyond Most.
type SignedIn struct {
	Sessions, Connections, Most int

	Yours bool // the session of whoever is asked is one of them
}

// Some tells whether there is anything to ask about.
func (s SignedIn) Some() bool { return s.Sessions+s.Connections > 0 }

// String is both counts.
func (s SignedIn) String() string {
	return s.count(s.Sessions, "session") + " and " + s.count(s.Connections, "app connection")
}

// Ended says that they are no more.
func (s SignedIn) Ended() string { return s.String() + " ended." }

func (s SignedIn) count(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case s.Most > 0 && n >= s.Most:
		return strconv.Itoa(n) + " or more " + what + "s"
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// Hint warns whoever ends their own session with the others.
func (s SignedIn) Hint() string {
	if s.Yours {
		return "You came this way yourself: you have to sign in again, by another way."
	}
	return ""
}

// Choices are the values of end.
func (SignedIn) Choices() []Pick {
	return []Pick{
		{"yes", "Yes, end them", "These people are signed out here at once, and their apps and devices have to ask them again."},
		{"no", "No, leave them", "Nobody new comes in this way. Who is in stays, for up to 14 days in a browser and 180 days in an app."},
	}
}
