// Package account has the pages of a user's own account: profile, connected
// apps, sign-in methods and sessions.
package account

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/operator/claims"
	"github.com/fedhub/fedhub/hub/selfservice"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/hub/users/pictures"
	"github.com/fedhub/fedhub/hub/users/trustedbrowsers"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/hub/web/proof"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// A Handler shows the page and handles its buttons. The guards of its routes
// require a signed-in user.
type Handler struct {
	Issuer         string
	Clients        *clients.Registry
	APIs           *apis.Service
	Upstreams      *federation.Registry
	Sessions       *cookies.Service
	Proofs         *proof.Checker
	Second         *authentication.SecondFactors
	Trusted        *trustedbrowsers.Service
	HubName        func(context.Context) string
	Stops          *flows.Interruptions
	Users          *users.Service
	Linking        *linking.Service
	Passkeys       *passkeys.Service
	Grants         *grants.Service
	Logouts        *logouts.Service
	MailLinks      *maillinks.Service
	UpstreamTokens *upstreamtokens.Service
	Self           *selfservice.Service
	Pictures       *pictures.Service
	Settings       *settings.Service
	Fields         *claims.Service
	Audit          *audit.Recorder
	Responder      *web.Responder
	Now            func() time.Time

	MinPassword int
}

// Show is GET /account.
func (d *Handler) Show(c *gin.Context) error {
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	page := templates.Account{
		Name: p.User.Name, Username: p.User.Username, Email: p.User.Email, Verified: p.User.EmailVerified, Roles: p.User.AllRoles(), Groups: p.User.GroupNames(),
		TokenLife: tokens.AccessLife, Mail: d.MailLinks.Delivers(), HasPassword: p.User.Password != "", Due: p.User.DeletionDue,
	}
	passkeys, err := d.Passkeys.Usable(c.Request.Context(), p.User.ID)
	if err != nil {
		return err
	}
	page.Passkeys = len(passkeys)
	if page.Apps, err = d.apps(c, p.User.ID); err != nil {
		return err
	}
	if page.Logins, err = d.logins(c, p.User.ID); err != nil {
		return err
	}
	if page.Sessions, err = d.sessions(c, p); err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

func (d *Handler) apps(c *gin.Context, userID string) ([]templates.AccountApp, error) {
	granted, err := d.Grants.ByUser(c.Request.Context(), userID)
	if err != nil {
		return nil, err
	}
	used, err := d.Grants.LastUsed(c.Request.Context(), userID)
	if err != nil {
		return nil, err
	}
	var out []templates.AccountApp
	for _, g := range granted {
		client, err := d.Clients.Lookup(c.Request.Context(), g.ClientID)
		if store.Absent(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		app := templates.AccountApp{ID: g.ClientID, Since: g.Given, LastUsed: used[g.ClientID], Client: web.Shown(client)}
		if client.Usable() {
			app.Open = d.start(client)
		}
		shown, err := web.ShownAccess(c.Request.Context(), d.APIs, client, "", g.Scopes, resourcesOf(g.Extras))
		if err != nil {
			return nil, err
		}
		app.Scopes = slices.Concat(shown.Scopes, beyond(g.Extras))
		for _, api := range shown.APIs {
			app.Scopes = append(app.Scopes, api.InWords())
		}
		custom, err := web.CustomClaims(c.Request.Context(), d.Settings, web.CustomExtras(g.Extras))
		if err != nil {
			return nil, err
		}
		app.Scopes = append(app.Scopes, custom...)
		out = append(out, app)
	}
	return out, nil
}

// start is the URL at which the app starts a sign-in at this hub (OIDC Core §4).
func (d *Handler) start(client clients.Client) string {
	u, err := url.Parse(client.Requests.InitiateLoginURI)
	if err != nil || u.Host == "" {
		return ""
	}
	query := u.Query()
	query.Set("iss", d.Issuer)
	u.RawQuery = query.Encode()
	return u.String()
}

func (d *Handler) logins(c *gin.Context, userID string) ([]templates.AccountLogin, error) {
	linked, err := d.Linking.ByUser(c.Request.Context(), userID)
	if err != nil {
		return nil, err
	}
	var out []templates.AccountLogin
	for _, i := range linked {
		login := templates.AccountLogin{Provider: i.LoginKey, Who: i.Email, Since: i.Linked}
		if key, err := d.Upstreams.Get(c.Request.Context(), i.LoginKey); err == nil {
			login.Provider, login.Icon = key.Name, key.Icon
			if login.Icon == "" {
				login.Icon = key.Kind
			}
		}
		out = append(out, login)
	}
	return out, nil
}

func (d *Handler) sessions(c *gin.Context, p sessions.Person) ([]templates.AccountSession, error) {
	all, err := d.Sessions.Of(c.Request.Context(), p.User)
	if err != nil {
		return nil, err
	}
	names := d.namesFor(c.Request.Context())
	var out []templates.AccountSession
	for _, s := range all {
		shown := templates.AccountSession{ID: s.SID, Current: s.ID == p.Session.ID,
			Device: web.Device(s.Agent), Method: d.methodOf(c, s), IP: s.IP, Started: s.Created, Seen: s.Seen}
		for _, id := range s.Clients {
			shown.Apps = append(shown.Apps, names.app(id))
		}
		out = append(out, shown)
	}
	slices.SortStableFunc(out, func(a, b templates.AccountSession) int {
		switch {
		case a.Current:
			return -1
		case b.Current:
			return 1
		}
		return 0
	})
	return out, nil
}

// methodOf is the sign-in method of a session.
func (d *Handler) methodOf(c *gin.Context, s sessions.Session) locales.Text {
	switch {
	case s.LoginKey != "":
		if key, err := d.Upstreams.Get(c.Request.Context(), s.LoginKey); err == nil {
			return locales.Stored(key.Name)
		}
		return locales.Stored(s.LoginKey)
	case slices.Contains(s.AMR, "hwk"), slices.Contains(s.AMR, "swk"):
		return locales.Say("account.method-passkey")
	case slices.Contains(s.AMR, "pwd"):
		return locales.Say("account.method-password")
	}
	return locales.Text{}
}

// RemoveApp is POST /account/apps/remove: the app's tokens stop working here
// at once.
func (d *Handler) RemoveApp(c *gin.Context) error {
	p, form, err := d.asked(c)
	if err != nil {
		return err
	}
	err = d.Grants.Remove(c.Request.Context(), p.User.ID, form["client"])
	if err != nil {
		return err
	}
	if err := d.Logouts.Abandoned(c.Request.Context(), p.User.ID, form["client"]); err != nil {
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.GrantRemoved, Client: form["client"]})
	return web.SeeOther(c, "/account?done=removed")
}

// RemoveAllApps is POST /account/apps/remove-all.
func (d *Handler) RemoveAllApps(c *gin.Context) error {
	p, _, err := d.asked(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	granted, err := d.Grants.ByUser(ctx, p.User.ID)
	if err != nil {
		return err
	}
	for _, g := range granted {
		if err := d.Grants.Remove(ctx, p.User.ID, g.ClientID); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		d.record(c, p, audit.Event{Kind: audit.GrantRemoved, Client: g.ClientID})
		if err := d.Logouts.Abandoned(ctx, p.User.ID, g.ClientID); err != nil {
			return err
		}
	}
	return web.SeeOther(c, "/account?done=removed")
}

// EndSession is POST /account/sessions/end.
func (d *Handler) EndSession(c *gin.Context) error {
	p, form, err := d.asked(c)
	if err != nil {
		return err
	}
	s, err := d.Sessions.One(c.Request.Context(), p.User.ID, form["session"])
	if err != nil {
		return err
	}
	if err := d.Logouts.End(c.Request.Context(), s); err != nil {
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.SessionsEnded})
	return web.SeeOther(c, "/account?done=signedout")
}

// EndOthers is POST /account/sessions/end-others: every browser but this one.
// Apps with offline access stay, as after the end of any session.
func (d *Handler) EndOthers(c *gin.Context) error {
	p, _, err := d.asked(c)
	if err != nil {
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.SessionsEnded, Detail: map[string]string{"which": "others"}})
	for s, err := range d.Sessions.EachOf(c.Request.Context(), p.User.ID) {
		if err == nil && s.ID != p.Session.ID {
			err = d.Logouts.End(c.Request.Context(), s)
		}
		if err != nil {
			return err
		}
	}
	return web.SeeOther(c, "/account?done=signedout")
}

// EndAll is POST /account/sessions/end-all: signed out everywhere, here too.
// Raising the epoch is one write, so no session can slip through.
func (d *Handler) EndAll(c *gin.Context) error {
	p, _, err := d.asked(c)
	if err != nil {
		return err
	}
	u, err := d.Users.EndEverything(c.Request.Context(), p.User.ID)
	if err != nil {
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.SessionsEnded, Detail: map[string]string{"which": "all"}})
	if err := d.Logouts.EndAll(c.Request.Context(), u); err != nil {
		return err
	}
	return web.SeeOther(c, hubaddress.SignedOutPath)
}

func (d *Handler) asked(c *gin.Context) (sessions.Person, map[string]string, error) {
	form, err := web.Form(c)
	if err != nil {
		return sessions.Person{}, nil, err
	}
	p, err := d.Sessions.Current(c.Request)
	return p, form, err
}

func (d *Handler) record(c *gin.Context, p sessions.Person, e audit.Event) {
	e.Target = p.User.ID
	d.Audit.Record(c.Request.Context(), by(c, p.User.ID).Did(e))
}

// by is the actor of a change on an account page: a user, or the reader of an
// email (linking.ByEmail).
func by(c *gin.Context, id string) audit.Actor {
	return audit.Actor{ID: id, IP: c.ClientIP(), Agent: c.Request.UserAgent(), Ref: web.Ref(c)}
}
