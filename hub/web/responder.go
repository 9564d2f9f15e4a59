package web

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// A HandlerFunc answers a request or returns an error. It must not have written
// anything when it returns an error.
type HandlerFunc func(*gin.Context) error

// A Responder turns handlers into gin handlers.
type Responder struct {
	Log    *slog.Logger
	Now    func() time.Time
	Issuer string // the hub's public URL
	Forms  Forms
	Limit  time.Duration // how long a request may take; 15 s if zero

	// Opens are the routes that GET opens.
	Opens map[string]bool

	// Frame fills in the parts that all pages share: the hub's name and the
	// signed-in user.
	Frame func(*http.Request) templates.Frame

	// Known, if set, has the messages for errors of services and of the storage.
	Known func(error) (ErrorPage, bool)

	// Failed, if set, receives every error and the page that was shown for it.
	Failed func(*gin.Context, ErrorPage, error)
}

// Page is for users: an error becomes a page that says what to do.
func (e *Responder) Page(h HandlerFunc) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			e.fail(c, err, e.errorPage)
		}
	}
}

// JSON is for programs: an error becomes the JSON of RFC 6749 §5.2.
func (e *Responder) JSON(h HandlerFunc) gin.HandlerFunc {
	return func(c *gin.Context) {
		noStore(c)
		if err := h(c); err != nil {
			e.fail(c, err, errorJSON)
		}
	}
}

// fail logs the hub's own errors, once, and shows the error.
func (e *Responder) fail(c *gin.Context, err error, show func(*gin.Context, ErrorPage)) {
	if c.Writer.Written() {
		e.Log.ErrorContext(c, "a handler failed after it had answered", "route", c.FullPath(), "ref", Ref(c), "error", err)
		return
	}
	if errors.Is(err, context.Canceled) && c.Request.Context().Err() != nil {
		c.Status(499) // the caller has closed the connection
		return
	}
	p := e.explain(err)
	if p.Status >= http.StatusInternalServerError {
		e.Log.ErrorContext(c, "a request failed", "route", c.FullPath(), "ref", Ref(c), "error", err)
	} else {
		e.Log.DebugContext(c, "a request was refused", "route", c.FullPath(), "ref", Ref(c), "error", err)
	}
	if e.Failed != nil {
		e.Failed(c, p, err)
	}
	show(c, p)
}

// explain finds the page for an error: the handler's own, else the one for an error
// of a service or the storage, else the protocol's.
func (e *Responder) explain(err error) ErrorPage {
	var page *ErrorPage
	var protocol *oauth.Error
	if errors.As(err, &page) {
		return *page
	}
	if e.Known != nil {
		if p, ok := e.Known(err); ok {
			return p
		}
	}
	switch {
	case errors.As(err, &protocol):
		return ErrorPage{
			Status:   protocol.Status,
			Heading:  locales.Say("responder.this-request-cant-be-completed"),
			Text:     locales.Say("responder.the-app-that-sent-you"),
			Protocol: protocol,
		}
	case errors.Is(err, fs.ErrNotExist):
		return *NotFound(nil)
	case errors.Is(err, context.DeadlineExceeded):
		return ErrorPage{Status: http.StatusServiceUnavailable, Heading: locales.Say("responder.this-took-too-long"), Text: locales.Say("responder.try-again-in-a-moment")}
	}
	return ErrorPage{Status: http.StatusInternalServerError, Heading: locales.Say("responder.something-broke-on-our-side"), Text: locales.Say("responder.it-has-been-recorded-try")}
}

func (e *Responder) errorPage(c *gin.Context, p ErrorPage) {
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests {
		c.Header("Retry-After", p.Wait())
	}
	page := p.Page
	if page == nil {
		page = p.page(e.Now())
	}
	if err := e.Show(c, p.Status, page); err != nil {
		e.Log.ErrorContext(c, "the error page failed", "ref", Ref(c), "error", err)
		c.String(http.StatusInternalServerError, "Something broke on our side. Reference: %s", Ref(c))
	}
}

func errorJSON(c *gin.Context, p ErrorPage) {
	protocol := p.Protocol
	if protocol == nil {
		protocol = oauthFor(p)
	}
	described := protocol.Description(templates.Sentence)
	if protocol.Challenge != "" {
		c.Header("WWW-Authenticate", strings.Replace(protocol.Challenge, "{description}", described, 1))
	}
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests {
		c.Header("Retry-After", p.Wait())
	}
	c.JSON(protocol.Status, gin.H{"error": protocol.Code, "error_description": described})
}

// oauthFor is the OAuth error for an error that the protocol does not define.
func oauthFor(p ErrorPage) *oauth.Error {
	var e *oauth.Error
	switch p.Status {
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		e = oauth.TemporarilyUnavailable("oauth.page.text", "heading", p.Heading, "text", p.Text)
	case http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusMethodNotAllowed, http.StatusUnsupportedMediaType, http.StatusForbidden, http.StatusBadRequest:
		e = oauth.InvalidRequest("oauth.page", "text", p.Heading)
	default:
		return oauth.ServerError("oauth.broken")
	}
	e.Status = p.Status
	return e
}

// Show renders a page.
func (e *Responder) Show(c *gin.Context, status int, page templates.Page) error {
	return e.show(c, status, page, "")
}

func (e *Responder) show(c *gin.Context, status int, page templates.Page, nonce string) error {
	frame := e.Frame(c.Request)
	frame.Path = c.Request.URL.Path
	frame.Reference = Ref(c)
	frame.Nonce = nonce
	var err error
	if frame.CSRF, err = e.Forms.Token(c.Writer, c.Request); err != nil && status < http.StatusBadRequest {
		return err // an error page is shown in any case
	}
	frame.Notice, frame.Return = notice(c), leadsBack(c)
	var body bytes.Buffer
	if err := templates.Render(&body, frame, page); err != nil {
		return err
	}
	noStore(c)
	c.Header("Content-Language", frame.Language(page))
	c.Writer.Header().Add("Vary", "Accept-Language")
	c.Data(status, "text/html; charset=utf-8", body.Bytes())
	return nil
}

// noStore keeps personal and secret data out of every cache, also the browser's
// (RFC 6749 §5.1).
func noStore(c *gin.Context) {
	c.Header("Cache-Control", "no-store")
	c.Header("Pragma", "no-cache")
}

// SeeOther redirects the browser by 303, so that it does not repeat a POST with a
// password at the next URL (RFC 9700 §4.12).
func SeeOther(c *gin.Context, location string) error {
	noStore(c)
	c.Header("Location", location)
	c.Status(http.StatusSeeOther)
	c.Writer.WriteHeaderNow()
	return nil
}

// ProvePath is the page on which a signed-in user proves their identity again.
const ProvePath = "/signin/prove"

// SignInAgain is that page, followed by a page of this hub that requires it.
func SignInAgain(to string) string { return ProvePath + "?" + url.Values{"to": {to}}.Encode() }

// Destination are the parameters of a page about where the user goes after the
// sign-in: a flow, or a page of this hub.
func Destination(flow, to string) url.Values {
	v := url.Values{}
	if flow != "" {
		v.Set("flow", flow)
	} else if to := LocalPath(to, ""); to != "" {
		v.Set("to", to)
	}
	return v
}

// LocalPath returns path if it is on this hub, else fallback. A path that begins
// with two slashes or contains a backslash is another site's URL to a browser.
func LocalPath(path, fallback string) string {
	if len(path) < 2 || len(path) > 1000 || path[0] != '/' || !alphanumeric(path[1]) {
		return fallback
	}
	for _, r := range path {
		if r < 0x21 || r > 0x7e || r == '\\' {
			return fallback
		}
	}
	if strings.Contains(path, "..") {
		return fallback
	}
	return path
}

func alphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
