package providers

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// addPeer adds another hub in two steps. The first reads and shows the hub at
// the Base URL, and sends no connection request. The second, after an
// administrator has confirmed, requests the connection; users see the key as
// soon as the other hub accepts.
func (d *Handler) addPeer(c *gin.Context, e catalog.Entry, k federation.LoginKey, form map[string]string) error {
	found, err := d.Upstreams.Describe(c.Request.Context(), k)
	if wrong, ok := d.unseen(c, err); ok {
		return d.showNewKey(c, admin.Unprocessable, e, k, form, wrong)
	}
	if err != nil {
		return err
	}
	if form["seen"] != seal(found) || !found.Joinable {
		return d.Responder.Show(c, http.StatusOK, card(form, k, found))
	}
	k.Name, k.Enabled = peerName(k, found), true
	k.Hosts = found.ForeignHosts // the administrator has confirmed them
	return d.addKey(c, e, k, form)
}

// unseen is the reason why the hub cannot be shown, as a text for the field.
func (d *Handler) unseen(c *gin.Context, err error) ([]templates.Mistake, bool) {
	if wrong, ok := web.Mistakes(err, newKeyFields); ok {
		return wrong, true
	}
	var fault *federation.Fault
	if c.Request.Context().Err() != nil || !errors.As(err, &fault) {
		return nil, false
	}
	id := "peers.no-hub"
	if fault.Kind == federation.Unreachable {
		id = "peers.unreachable"
	}
	return []templates.Mistake{{Field: "base_url", Text: locales.Say(id, "cause", federation.CleanText(fault.Error(), 300))}}, true
}

// seal is the content of the first step. The second step compares it with the
// current content. It need not be secret: an administrator who forges it only
// skips their own check.
func seal(c federation.ProviderInfo) string {
	return strings.Join(slices.Concat([]string{c.Issuer}, c.Fingerprints, c.ForeignHosts), " ")
}

func card(form map[string]string, draft federation.LoginKey, c federation.ProviderInfo) templates.AdminPeer {
	draft.Tidy()
	return templates.AdminPeer{
		Preset: draft.Preset, BaseURL: draft.BaseURL, Name: peerName(draft, c), Typed: form["name"], Invite: form["invite"],
		Calls: c.Name, Issuer: c.Issuer, Fingerprints: c.Fingerprints, ForeignHosts: c.ForeignHosts,
		Joinable: c.Joinable, Registers: c.Registers, Seen: seal(c), Changed: form["seen"] != "" && form["seen"] != seal(c),
	}
}

// peerName is the typed name, else the hub's own name, else its address.
func peerName(draft federation.LoginKey, c federation.ProviderInfo) string {
	if draft.Name != "" {
		return draft.Name
	}
	if c.Name != "" {
		return federation.CleanText(c.Name, 60)
	}
	if u, err := url.Parse(c.Issuer); err == nil {
		return u.Host
	}
	return draft.BaseURL
}

// AskAgain is POST /admin/providers/{id}/join: it requests the connection
// (again), with an invite code if there is one.
func (d *Handler) AskAgain(c *gin.Context) error {
	form, key, err := d.formOnKey(c)
	if err != nil {
		return err
	}
	if key.Kind != federation.KindPeer {
		return web.NotFound(nil)
	}
	if _, err = d.Keys.JoinPrimary(c.Request.Context(), d.Actor(c), key.ID, form["invite"]); err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/providers/"+key.ID+"?done=asked")
}
