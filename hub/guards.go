package hub

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/clientrequest"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// guards are the access rules that the route table names.
type guards struct {
	app, public, shared, setupOnly, rateLimited, crossSitePost, open, form, guessable, joinRequest, signedIn, admin, change, staticAssets guard
}

// A guard runs before a handler.
type guard struct {
	wrap      func(web.HandlerFunc) gin.HandlerFunc
	preflight web.HandlerFunc // answers OPTIONS; nil: pages of other origins may not call
}

func (h *Hub) guards() guards {
	attempts := h.guessable()
	knocks := h.limiter(h.config.Limits.Fetches)
	begins := h.limiter(h.config.Limits.Begins)
	refused := h.newRefusals()
	json := func(before func(web.HandlerFunc) web.HandlerFunc) guard {
		return guard{wrap: func(handle web.HandlerFunc) gin.HandlerFunc { return h.responder.JSON(before(handle)) }}
	}
	page := func(before func(web.HandlerFunc) web.HandlerFunc) guard {
		return guard{wrap: func(handle web.HandlerFunc) gin.HandlerFunc { return h.responder.Page(before(handle)) }}
	}
	across := func(s clientrequest.Sharing) guard { return guard{json(s.Share).wrap, s.Preflight} }
	return guards{
		app:           guard{wrap: h.responder.JSON},
		public:        guard{h.responder.JSON, clientrequest.Public().Preflight}, // each document sets its own CORS headers
		shared:        across(clientrequest.Registered(h.clients)),
		setupOnly:     across(clientrequest.Enrolling(h.settings)),
		rateLimited:   json(begins.Limit),
		crossSitePost: page(begins.Limit),
		open:          guard{wrap: h.responder.Page},
		staticAssets:  guard{wrap: h.responder.Page},
		form:          page(h.responder.Check),
		guessable:     page(func(handle web.HandlerFunc) web.HandlerFunc { return attempts(h.responder.Check(handle)) }),
		joinRequest:   json(knocks.Limit),
		signedIn:      page(func(handle web.HandlerFunc) web.HandlerFunc { return h.signedIn(h.posted(handle)) }),
		admin: page(func(handle web.HandlerFunc) web.HandlerFunc {
			return h.signedIn(h.administrator(refused, refused.form(h, handle)))
		}),
		change: page(func(handle web.HandlerFunc) web.HandlerFunc {
			return h.signedIn(h.administrator(refused, refused.form(h, h.proved(refused, handle))))
		}),
	}
}

// posted checks the form of a POST: origin and CSRF token.
func (h *Hub) posted(handle web.HandlerFunc) web.HandlerFunc {
	checked := h.responder.Check(handle)
	return func(c *gin.Context) error {
		if c.Request.Method == http.MethodPost {
			return checked(c)
		}
		return handle(c)
	}
}

// signedIn sends visitors to the sign-in page first, and then back to the page
// they asked for.
func (h *Hub) signedIn(handle web.HandlerFunc) web.HandlerFunc {
	return func(c *gin.Context) error {
		_, err := h.sessions.Current(c.Request)
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
func (h *Hub) administrator(refused refusals, handle web.HandlerFunc) web.HandlerFunc {
	return func(c *gin.Context) error {
		p, err := h.sessions.Current(c.Request)
		if err != nil {
			return err
		}
		if !p.User.Admin() {
			refused.record(c, p, "admin.refused.role")
			return &web.ErrorPage{Status: http.StatusForbidden, Page: templates.Forbidden(), Heading: templates.Forbidden().Title}
		}
		if err := h.strongEnough(c, p.Session); err != nil {
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
func (h *Hub) proved(refused refusals, handle web.HandlerFunc) web.HandlerFunc {
	return func(c *gin.Context) error {
		done, err := h.signin.ProveHere(c)
		if err == nil && !done {
			if p, err := h.sessions.Current(c.Request); err == nil {
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
func (h *Hub) strongEnough(c *gin.Context, s sessions.Session) error {
	if s.LoginKey == "" {
		return nil
	}
	key, err := h.upstreams.Get(c.Request.Context(), s.LoginKey)
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
