package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// An ErrorPage is an error as a page: it shows what happened, and what the user
// can do about it.
type ErrorPage struct {
	Status     int
	Heading    locales.Text     // one plain sentence
	Text       locales.Text     // what to do
	Action     templates.Action // the next action, if there is one
	Other      templates.Action // a second action
	Protocol   *oauth.Error     // for the developer
	Details    []templates.Row  // for the developer; never a secret
	RetryAfter time.Duration
	Cause      error

	// Page, if set, is shown instead of the usual one.
	Page templates.Page
}

func (p ErrorPage) page(now time.Time) templates.Page {
	page := templates.ErrorPage{Title: p.Heading, Text: p.Text, Action: p.Action, Other: p.Other, Time: now, Details: p.Details}
	if p.Protocol != nil {
		page.Code, page.Description = p.Protocol.Code, p.Protocol.Description(templates.Sentence)
	}
	return page
}

// Error is for the log.
func (p *ErrorPage) Error() string {
	text := p.Heading.English()
	if p.Protocol != nil {
		text += " " + p.Protocol.Error()
	}
	if p.Cause != nil {
		text += ": " + p.Cause.Error()
	}
	return text
}

// Unwrap returns the private cause.
func (p *ErrorPage) Unwrap() error { return p.Cause }

// Wait is the Retry-After value: whole seconds, at least one.
func (p ErrorPage) Wait() string {
	seconds := int(p.RetryAfter.Round(time.Second) / time.Second)
	return strconv.Itoa(max(seconds, 1))
}

// ExpiredForm is for a form that is too old, or from another session.
func ExpiredForm(again string) *ErrorPage {
	return &ErrorPage{
		Status:  http.StatusForbidden,
		Heading: locales.Say("errorpage.this-page-was-out-of"),
		Text:    locales.Say("errorpage.that-happens-when-it-stayed"),
		Action:  templates.Action{Label: locales.Say("errorpage.open-it-again"), URL: again},
	}
}

// OtherAccount is for a form that was opened with another account of this browser.
func OtherAccount(account locales.Text, again string) *ErrorPage {
	return &ErrorPage{
		Status:  http.StatusForbidden,
		Heading: locales.Say("errorpage.this-page-belongs-to", "account", account),
		Text:    locales.Say("errorpage.you-chose-another-account"),
		Action:  templates.Action{Label: locales.Say("errorpage.choose-the-account"), URL: "/signin/choose?" + Destination("", again).Encode()},
		Other:   templates.Action{Label: locales.Say("errorpage.open-it-again"), URL: again},
	}
}

// NotFound is for pages whose object does not exist.
func NotFound(cause error) *ErrorPage {
	return &ErrorPage{Status: http.StatusNotFound, Heading: locales.Say("errorpage.theres-nothing-at-this-address"), Text: locales.Say("errorpage.it-may-have-been-removed"), Cause: cause}
}

// TooMany says how long to wait.
func TooMany(wait time.Duration) *ErrorPage {
	return &ErrorPage{
		Status:     http.StatusTooManyRequests,
		Heading:    locales.Say("errorpage.too-many-attempts"),
		Text:       locales.Say("errorpage.wait-a-little-then-try"),
		RetryAfter: wait,
	}
}
