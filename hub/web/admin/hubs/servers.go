package hubs

import (
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/hubs"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Servers is GET /admin/hubs: the hubs that sign their users in here.
func (d *Handler) Servers(c *gin.Context) error { return d.showServers(c, "", time.Time{}) }

func (d *Handler) showServers(c *gin.Context, invite string, expires time.Time) error {
	page := templates.AdminServers{BaseURL: d.Issuer, Invite: invite, Expires: expires}
	lists := map[clients.State]*[]templates.Server{
		clients.Pending: &page.Waiting, clients.Active: &page.Active,
		clients.Suspended: &page.Suspended, clients.Refused: &page.Refused,
	}
	for state, list := range lists {
		for client, err := range d.Clients.ByState(c.Request.Context(), state) {
			if err != nil {
				return err
			}
			*list = append(*list, server(client))
		}
		slices.SortFunc(*list, func(a, b templates.Server) int { return a.Requested.Compare(b.Requested) })
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

func server(c clients.Client) templates.Server {
	s := templates.Server{
		ID: c.ID, Host: c.Server.Host, Name: c.Name, Shown: web.Shown(c).Shown(), Confirmed: c.Server.DisplayName, State: string(c.Server.State), SkipConsent: c.SkipAuthorization, Held: locales.From(c.Server.HeldWords), Gone: c.Server.Gone, Left: c.Server.Left,
		Fingerprints: c.Server.KeyThumbprints, Requested: c.Server.Requested, Decided: c.Server.Decided, DecidedBy: c.Server.DecidedBy, LastSeen: c.Server.Fetched,
	}
	if len(c.RedirectURIs) > 0 {
		s.Origin = c.RedirectURIs[0]
	}
	return s
}

// decisions are an administrator's decisions about a connected hub, by the last
// segment of the path.
var decisions = map[string]struct {
	state clients.State
	done  string
}{
	"approve": {clients.Active, "approved"},
	"refuse":  {clients.Refused, "refused"},
	"suspend": {clients.Suspended, "suspended"},
	"resume":  {clients.Active, "resumed"},
}

// Decide is POST /admin/hubs/{approve, refuse, suspend, resume, remove}.
func (d *Handler) Decide(c *gin.Context) error {
	if c.Param("decision") == "remove" {
		return d.removeServer(c)
	}
	decision, ok := decisions[c.Param("decision")]
	if !ok {
		return web.NotFound(nil)
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	if c.Param("decision") == "approve" {
		err = d.Operator.ApproveServer(c.Request.Context(), d.Actor(c), form["server"], hubs.Approval{Name: form["name"], SkipConsent: form["skip_consent"] != ""})
	} else {
		err = d.Operator.DecideServer(c.Request.Context(), d.Actor(c), form["server"], decision.state)
	}
	if wrong, ok := web.Mistakes(err, nil); ok {
		return &web.ErrorPage{Status: http.StatusConflict, Heading: locales.Say("servers.nothing-was-changed"), Text: wrong[0].Text,
			Action: templates.Action{Label: locales.Say("servers.back-to-the-servers"), URL: "/admin/hubs"}}
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/hubs?done="+decision.done)
}

// removeServer deletes a connected hub and what users allowed it. It may
// request a connection again and then waits for approval.
func (d *Handler) removeServer(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	err = d.Operator.RemoveServer(c.Request.Context(), d.Actor(c), form["server"])
	if errors.Is(err, fs.ErrNotExist) {
		return web.NotFound(err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/hubs?done=forgotten")
}

// Invite is POST /admin/hubs/invite: a code that approves one hub at once. It
// is shown once.
func (d *Handler) Invite(c *gin.Context) error {
	code, invite, err := d.Operator.NewInvite(c.Request.Context(), d.Actor(c), 0)
	if err != nil {
		return err
	}
	return d.showServers(c, code, invite.Expires)
}
