package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// ErrorPage tells people what went wrong, what they can do, and under which
// reference the hub recorded it. Code and description stand in one line; what else
// only developers need is folded away.
type ErrorPage struct {
	Title       locales.Text // one plain sentence
	Text        locales.Text // whose turn it is, and to do what
	Action      Action       // the one thing to do next
	Other       Action       // what else can be done
	Time        time.Time
	Code        string // protocol error code, like "invalid_request"
	Description string // its error_description
	Details     []Row  // received values and counts, never a list of registered ones
	Admin       Action // only for an administrator who is signed in
}

func (p ErrorPage) look() look {
	return look{"problem", card, p.Title, false}
}

// Forbidden is the page for status 403.
func Forbidden() ErrorPage {
	return ErrorPage{
		Title:  locales.Say("errorpage.this-page-is-for-administrators"),
		Text:   locales.Say("errorpage.ask-whoever-runs-this-hub"),
		Action: Action{locales.Say("errorpage.go-to-your-account"), "/account"},
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
	return look{"waiting", card, locales.Say("waiting.tab", "host", p.Host), false}
}
