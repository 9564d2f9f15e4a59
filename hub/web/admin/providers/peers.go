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

// addPeer adds another hub in two steps. The first looks at what is at the
// Base URL and shows it, and sends nothing that could be taken for a request.
// The second, once an administrator has seen the card, introduces this hub;
// people are offered the key as soon as the other one lets it in.
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
	k.Hosts = found.ForeignHosts // which the administrator has seen on the card
	return d.addKey(c, e, k, form)
}

// unseen is why there is no card to show, in words for the field it is about.
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

// seal is what the card showed, for the second step to hold against what is
// there then. It need not be secret: an administrator who makes it up has
// only skipped looking.
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

// peerName is what was typed, else what the hub calls itself, else where it is.
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

// AskAgain is POST /admin/providers/{id}/join: the primary is asked (again) to let
// us in, with an invite code if there is one.
func (d *Handler) AskAgain(c *gin.Context) error {
	form, key, err := d.formOnKey(c)
	if err != nil {
		return err
	}
	if key.Kind != federation.KindPeer {
		return web.NotFound(nil)
	}
	if _, err = d.Operator.JoinPrimary(c.Request.Context(), d.Actor(c), key.ID, form["invite"]); err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/providers/"+key.ID+"?done=asked")
}
