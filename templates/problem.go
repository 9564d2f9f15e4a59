package templates

import (
	"strings"
	"time"
)

// Problem tells people what went wrong, what they can do, and under which
// reference the hub recorded it. What only developers need is folded away.
type Problem struct {
	Title       string // one plain sentence
	Text        string // whose turn it is, and to do what
	Action      Action // the one thing to do next
	Other       Action // what else can be done
	Time        time.Time
	Code        string // protocol error code, like "invalid_request"
	Description string // its error_description
	Details     []Pair // received values and counts, never a list of registered ones
	Admin       Action // only for an administrator who is signed in
}

func (p Problem) look() look { return look{"problem", card, strings.TrimSuffix(p.Title, "."), false} }

// Developers tells whether there is anything to fold away.
func (p Problem) Developers() bool {
	return p.Code != "" || p.Description != "" || len(p.Details) > 0
}

// NotFound is the page for status 404.
func NotFound() Problem {
	return Problem{
		Title:  "There's nothing at this address.",
		Text:   "Check the address, or start from your account.",
		Action: Action{"Go to your account", "/account"},
	}
}

// Forbidden is the page for status 403.
func Forbidden() Problem {
	return Problem{
		Title:  "This page is for administrators.",
		Text:   "Ask whoever runs this hub if you should be one.",
		Action: Action{"Go to your account", "/account"},
	}
}

// Broken is the page for status 500.
func Broken() Problem {
	return Problem{
		Title: "Something broke on our side.",
		Text:  "It has been recorded. Try again; if it happens again, send the reference below to whoever runs this hub.",
	}
}

// TooMany is the page for status 429.
func TooMany(wait time.Duration) Problem {
	return Problem{Title: "Too many attempts.", Text: "Wait " + span(wait) + ", then try again."}
}

// OutOfDate answers a form that was sent twice, or that another tab overtook.
func OutOfDate(again string) Problem {
	return Problem{
		Title:  "This page was out of date, so nothing was changed.",
		Text:   "It may have been open for a long time, or you signed in again in another tab.",
		Action: Action{"Open it again", again},
	}
}

// NoCookies is for a browser that came back without the cookie it was sent.
func NoCookies(host, again string) Problem {
	return Problem{
		Title:  "Your browser isn't keeping cookies for " + host + ".",
		Text:   "Allow them to sign in.",
		Action: Action{"Try again", again},
	}
}

// Waiting is shown to someone who came from a server that nobody has approved
// yet.
type Waiting struct {
	Host   string // of the server that waits
	Again  string // path to try again
	Review string // path of the request, for an administrator who is signed in
}

func (p Waiting) look() look {
	return look{"waiting", card, p.Host + " is waiting for approval", false}
}
