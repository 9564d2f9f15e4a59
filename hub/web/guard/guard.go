// Package guard has the access rules of the route table.
package guard

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web/cookies"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users/pictures"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/clientrequest"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Rules are the access rules that the route table names.
type Rules struct {
	App, Public, Shared, SetupOnly, RateLimited, CrossSitePost, Open, Form, Guessable, SignInForm, SignIn, JoinRequest, SignedIn, Upload, Admin, Change, ChangeUpload, StaticAssets Rule
}

// A Rule runs before a handler.
type Rule struct {
	Wrap      func(web.HandlerFunc) gin.HandlerFunc
	Preflight web.HandlerFunc // answers OPTIONS; nil: pages of other origins may not call
}

// A Guard makes the rules.
type Guard struct {
	Sessions  *cookies.Service
	Users     *users.Service
	Upstreams *federation.Registry
	Clients   *clients.Registry
	Settings  *settings.Service
	Audit     *audit.Recorder
	Responder *web.Responder
	Limits    Limits
	Now       func() time.Time

	// ProveHere asks users who signed in too long ago to sign in again, on the
	// page they were sending a form to (hub/web/signin).
	ProveHere func(c *gin.Context) (done bool, err error)
}

// Rules makes the rules, with rate limits of their own.
func (g *Guard) Rules() Rules {
	attempts := g.guessable()
	knocks := g.Limits.Limiter(g.Limits.Fetches, g.Now)
	begins := g.Limits.Limiter(g.Limits.Begins, g.Now)
	refused := g.newRefusals()
	json := func(before func(web.HandlerFunc) web.HandlerFunc) Rule {
		return Rule{Wrap: func(handle web.HandlerFunc) gin.HandlerFunc { return g.Responder.JSON(before(handle)) }}
	}
	page := func(before func(web.HandlerFunc) web.HandlerFunc) Rule {
		return Rule{Wrap: func(handle web.HandlerFunc) gin.HandlerFunc { return g.Responder.Page(before(handle)) }}
	}
	across := func(s clientrequest.Sharing) Rule { return Rule{json(s.Share).Wrap, s.Preflight} }
	return Rules{
		App:           Rule{Wrap: g.Responder.JSON},
		Public:        Rule{g.Responder.JSON, clientrequest.Public().Preflight}, // each document sets its own CORS headers
		Shared:        across(clientrequest.Registered(g.Clients)),
		SetupOnly:     across(clientrequest.Enrolling(g.Settings)),
		RateLimited:   json(begins.Limit),
		CrossSitePost: page(begins.Limit),
		Open:          Rule{Wrap: g.Responder.Page},
		StaticAssets:  Rule{Wrap: g.Responder.Page},
		Form:          page(g.Responder.Check),
		Guessable:     page(func(handle web.HandlerFunc) web.HandlerFunc { return attempts(g.Responder.Check(handle)) }),
		SignInForm:    page(g.Responder.CheckBrowser),
		SignIn:        page(func(handle web.HandlerFunc) web.HandlerFunc { return attempts(g.Responder.CheckBrowser(handle)) }),
		JoinRequest:   json(knocks.Limit),
		SignedIn:      page(func(handle web.HandlerFunc) web.HandlerFunc { return g.signedIn(g.posted(handle)) }),
		Upload: page(func(handle web.HandlerFunc) web.HandlerFunc {
			return g.signedIn(web.Upload(pictures.MostBytes, g.posted(handle)))
		}),
		Admin: page(func(handle web.HandlerFunc) web.HandlerFunc {
			return g.signedIn(g.administrator(refused, refused.form(g, handle)))
		}),
		Change: page(func(handle web.HandlerFunc) web.HandlerFunc {
			return g.signedIn(g.administrator(refused, refused.form(g, g.proved(refused, handle))))
		}),
		ChangeUpload: page(func(handle web.HandlerFunc) web.HandlerFunc {
			return g.signedIn(g.administrator(refused, web.Upload(mostFile, refused.form(g, g.proved(refused, handle)))))
		}),
	}
}

// mostFile bounds a file that an administrator uploads, in bytes.
const mostFile = 256 << 10

// posted checks the form of a POST: origin and CSRF token.
func (g *Guard) posted(handle web.HandlerFunc) web.HandlerFunc {
	checked := g.Responder.Check(handle)
	return func(c *gin.Context) error {
		if c.Request.Method == http.MethodPost {
			return checked(c)
		}
		return handle(c)
	}
}

// signedIn sends visitors to the sign-in page first, and then back to the page
// they asked for.
func (g *Guard) signedIn(handle web.HandlerFunc) web.HandlerFunc {
	return func(c *gin.Context) error {
		_, err := g.Sessions.Current(c.Request)
		if errors.Is(err, sessions.ErrNobody) {
			to := "/account"
			if c.Request.Method != http.MethodPost {
				to = web.LocalPath(c.Request.URL.RequestURI(), to)
			}
			return web.SeeOther(c, "/signin?"+url.Values{"to": {to}}.Encode())
		}
		if err != nil {
			return err
		}
		return handle(c)
	}
}

// administrator refuses users who are not administrators.
func (g *Guard) administrator(refused refusals, handle web.HandlerFunc) web.HandlerFunc {
	return func(c *gin.Context) error {
		p, err := g.Sessions.Current(c.Request)
		if err != nil {
			return err
		}
		if !p.User.Admin() {
			refused.record(c, p, "admin.refused.role")
			return &web.ErrorPage{Status: http.StatusForbidden, Page: templates.Forbidden(), Heading: templates.Forbidden().Title}
		}
		if err := g.strongEnough(c, p.Session); err != nil {
			if errors.As(err, new(*web.ErrorPage)) {
				refused.record(c, p, "admin.refused.provider")
			}
			return err
		}
		return handle(c)
	}
}

// proved asks an administrator who signed in too long ago to sign in again, and
// then continues with the form they sent.
func (g *Guard) proved(refused refusals, handle web.HandlerFunc) web.HandlerFunc {
	return func(c *gin.Context) error {
		done, err := g.ProveHere(c)
		if err == nil && !done {
			if p, err := g.Sessions.Current(c.Request); err == nil {
				refused.record(c, p, "admin.refused.proof")
			}
		}
		if !done || err != nil {
			return err
		}
		return handle(c)
	}
}

// strongEnough refuses an administrator's session that was started by a
// provider that may not start one, or by a provider that was deleted, since
// then the rule is unknown. A session started with a local password needs no
// provider to be readable.
func (g *Guard) strongEnough(c *gin.Context, s sessions.Session) error {
	if s.LoginKey == "" {
		return nil
	}
	key, err := g.Upstreams.Get(c.Request.Context(), s.LoginKey)
	page := &web.ErrorPage{Status: http.StatusForbidden, Heading: locales.Say("guards.sign-in-another-way-for"),
		Action: templates.Action{Label: locales.Say("guards.sign-in-another-way"), URL: "/signin?switch=1&local=1"}}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		page.Text = locales.Say("guards.the-login-key-that-you")
		return page
	case err != nil:
		return err
	case key.KeepsAdminsOut():
		page.Text = locales.Say("guards.you-came-in-through-which", "name", key.Name)
		return page
	}
	return nil
}
