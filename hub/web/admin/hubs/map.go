package hubs

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/tally"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// maxDrawn is how many hubs and apps are drawn; a larger picture is not
// readable.
const maxDrawn = 60

// Map is GET /admin/map: the trust between all parties, and its health.
func (d *Handler) Map(c *gin.Context) error {
	ctx := c.Request.Context()
	keys, err := d.Upstreams.All(ctx)
	if err != nil {
		return err
	}
	known, err := d.Health.All(ctx)
	if err != nil {
		return err
	}
	warnings, err := d.Monitor.Warnings(ctx)
	if err != nil {
		return err
	}
	count, err := tally.Of(ctx, d.Clients)
	if err != nil {
		return err
	}
	apps, _, err := d.Clients.Search(ctx, "", "", maxDrawn)
	if err != nil {
		return err
	}
	page := templates.AdminMap{Hub: d.Issuer}
	for _, k := range keys {
		page.Upstreams = append(page.Upstreams, d.mapKey(k, known[k.ID], health.OfKey(warnings, k.ID)))
	}
	for _, state := range []clients.State{clients.Active, clients.Pending, clients.Suspended, clients.Refused} {
		for client, err := range d.Clients.ByState(ctx, state) {
			if err != nil {
				return err
			}
			if len(page.Below) == maxDrawn {
				break
			}
			page.Below = append(page.Below, mapServer(client, health.OfServer(warnings, client.ID)))
		}
	}
	for _, client := range apps {
		page.Below = append(page.Below, mapApp(client))
	}
	page.Below = page.Below[:min(len(page.Below), maxDrawn)]
	page.Hidden = max(0, count.All-len(page.Below))
	return d.Responder.Show(c, http.StatusOK, page)
}

// mapKey is a provider, with the worst known state.
func (d *Handler) mapKey(k federation.LoginKey, r health.Record, warnings []health.Warning) templates.MapNode {
	n := templates.MapNode{Name: k.Name, Kind: locales.Say("map.upstream"), URL: "/admin/providers/" + url.PathEscape(k.ID), State: admin.KeyState(k)}
	if k.Kind == federation.KindPeer {
		n.Kind = locales.Say("map.another-hub-above-this-one")
	}
	h := admin.Health(d.Upstreams, d.Now(), r)
	if h.Known {
		n.Note = h.Today()
	}
	switch {
	case !k.Enabled || n.State.Tone == "danger":
	case h.Known && h.State.Tone == "danger":
		n.State = h.State
	case len(warnings) > 0:
		n.State = templates.Chip{Tone: "warn", Text: locales.Say("map.needs-attention")}
	case h.Known && n.State.Tone == "ok":
		n.State = h.State
	}
	return n
}

func mapServer(c clients.Client, warnings []health.Warning) templates.MapNode {
	n := templates.MapNode{Name: web.Shown(c).Shown(), Kind: locales.Say("map.another-hub-below-this-one"), URL: "/admin/hubs"}
	switch c.Server.State {
	case clients.Active:
		n.State = templates.Chip{Tone: "ok", Text: locales.Say("map.active")}
		if len(warnings) > 0 {
			n.State = templates.Chip{Tone: "warn", Text: locales.Say("map.needs-attention")}
		}
	case clients.Pending:
		n.State = templates.Chip{Tone: "warn", Text: locales.Say("map.waiting")}
	case clients.Suspended:
		n.State = templates.Chip{Tone: "danger", Text: locales.Say("map.suspended")}
	default:
		n.State = templates.Chip{Tone: "danger", Text: locales.Say("map.refused")}
	}
	return n
}

func mapApp(c clients.Client) templates.MapNode {
	n := templates.MapNode{Name: c.Name, Kind: locales.Say("map.app"), URL: admin.ClientPath(c.ID), State: templates.Chip{Tone: "ok", Text: locales.Say("map.active")}}
	if c.Disabled {
		n.State = templates.Chip{Text: locales.Say("map.off")}
	}
	return n
}
