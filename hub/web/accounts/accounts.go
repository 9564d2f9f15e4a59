// Package accounts is the page on which a user chooses one of the accounts of this
// browser: on the way to an application (prompt=select_account, OIDC Core §3.1.2.1),
// or to go on with another account at this hub.
package accounts

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/templates"
)

// A Handler shows the accounts of a browser.
type Handler struct {
	Flows     *flows.Service
	Sessions  *cookies.Service
	Users     *users.Service
	Audit     *audit.Recorder
	Responder *web.Responder

	// SignIn continues to the sign-in page.
	SignIn SignIn
}

// A SignIn is the sign-in page (hub/web/signin).
type SignIn interface {
	// Waiting returns the application that waits for the sign-in, if any, and
	// the page on which the user can start again.
	Waiting(c *gin.Context, flow, to string) (client templates.Client, again string, err error)
	// As opens the page with the address of an account.
	As(c *gin.Context, flow, to, email string) error
}

// Show is GET /signin/choose.
func (d *Handler) Show(c *gin.Context) error {
	flow, to := c.Query("flow"), web.LocalPath(c.Query("to"), "")
	client, _, err := d.SignIn.Waiting(c, flow, to)
	if err != nil {
		return err
	}
	all, err := d.accounts(c)
	if err != nil {
		return err
	}
	another := web.Destination(flow, to)
	if len(all) == 0 {
		return web.SeeOther(c, "/signin?"+another.Encode())
	}
	another.Set("switch", "1")
	shown := templates.Choose{Flow: flow, To: to, Client: client, Accounts: all, Switch: "/signin?" + another.Encode()}
	web.AllowImages(c, redirecturi.OriginOf(client.Logo))
	return d.Responder.Show(c, http.StatusOK, shown)
}

// accounts are those that are signed in, the current one first, and then those that
// the browser remembers.
func (d *Handler) accounts(c *gin.Context) ([]templates.ChooseAccount, error) {
	var all []templates.ChooseAccount
	add := func(u users.User, signedIn, current bool) {
		all = append(all, templates.ChooseAccount{Ref: cookies.Ref(u.ID), SignedIn: signedIn, Current: current,
			Person: templates.Person{Name: u.Name, Email: u.Email, Username: u.Username}})
	}
	p, err := d.Sessions.Current(c.Request)
	switch {
	case err == nil:
		add(p.User, true, true)
	case !errors.Is(err, sessions.ErrNobody):
		return nil, err
	}
	others, err := d.Sessions.Others(c.Request)
	if err != nil {
		return nil, err
	}
	for _, other := range others {
		add(other.User, true, false)
	}
	for _, id := range d.Sessions.Remembered(c.Request) {
		if slices.ContainsFunc(all, func(a templates.ChooseAccount) bool { return a.Ref == cookies.Ref(id) }) {
			continue
		}
		u, known, err := d.user(c.Request.Context(), id)
		if err != nil {
			return nil, err
		}
		if known {
			add(u, false, false)
		}
	}
	return all, nil
}

// user returns a remembered user; a deleted one is not known.
func (d *Handler) user(ctx context.Context, id string) (u users.User, known bool, err error) {
	u, err = d.Users.Get(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return u, false, nil
	}
	return u, err == nil, err
}

// Choose is POST /signin/choose. An account that is signed in becomes the current
// one. One that only the browser remembers must sign in.
func (d *Handler) Choose(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	flow, to, ref := form["flow"], web.LocalPath(form["to"], ""), form["account"]
	if _, _, err := d.SignIn.Waiting(c, flow, to); err != nil {
		return err
	}
	before, err := d.Sessions.Current(c.Request)
	if err != nil && !errors.Is(err, sessions.ErrNobody) {
		return err
	}
	p, err := d.Sessions.Switch(c.Writer, c.Request, ref)
	if errors.Is(err, sessions.ErrNobody) {
		return d.signIn(c, flow, to, ref)
	}
	if err != nil {
		return err
	}
	if before.User.ID != p.User.ID {
		event := audit.Event{Kind: audit.AccountChosen, Actor: p.User.ID, IP: c.ClientIP(), Agent: c.Request.UserAgent(), Ref: web.Ref(c)}
		d.Audit.Record(c.Request.Context(), event)
	}
	if flow == "" {
		return web.SeeOther(c, web.LocalPath(to, "/account"))
	}
	if err := d.Flows.Choose(c.Request.Context(), flow, p.User.ID); err != nil {
		return err
	}
	return web.SeeOther(c, flows.Back(flow))
}

// signIn leads to the sign-in page of an account that this browser remembers. For any
// other it leads back to the choice: the account may have signed out meanwhile.
func (d *Handler) signIn(c *gin.Context, flow, to, ref string) error {
	back := page(flow, to)
	all := d.Sessions.Remembered(c.Request)
	i := slices.IndexFunc(all, func(id string) bool { return cookies.Ref(id) == ref })
	if i < 0 {
		return web.SeeOther(c, back)
	}
	u, known, err := d.user(c.Request.Context(), all[i])
	if err != nil {
		return err
	}
	if !known {
		return web.SeeOther(c, back)
	}
	return d.SignIn.As(c, flow, to, u.Email)
}

// Forget is POST /signin/forget: the browser forgets an account that is signed out.
// It changes nothing but a cookie of this browser.
func (d *Handler) Forget(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	d.Sessions.ForgetAccount(c.Writer, c.Request, form["account"])
	return web.SeeOther(c, page(form["flow"], form["to"]))
}

// page is the address of the choice.
func page(flow, to string) string { return "/signin/choose?" + web.Destination(flow, to).Encode() }
