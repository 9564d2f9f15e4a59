package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// ErrorPage shows what went wrong, what to do, and the reference of the
// recorded request. Code and description are on one line; other details for
// developers are folded.
type ErrorPage struct {
	Title       locales.Text // one plain sentence
	Text        locales.Text // who must act, and how
	Action      Action       // the next step
	Other       Action       // another possible step
	Time        time.Time
	Code        string // protocol error code, like "invalid_request"
	Description string // its error_description
	Details     []Row  // received values and counts, never a list of registered ones
	Admin       Action // only for a signed-in administrator
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

// Waiting is shown to a user of a hub that is not approved yet.
type Waiting struct {
	Host   string // of the hub
	Again  string // path to try again
	Review string // path of the request, for a signed-in administrator
}

func (p Waiting) look() look {
	return look{"waiting", card, locales.Say("waiting.tab", "host", p.Host), false}
}
