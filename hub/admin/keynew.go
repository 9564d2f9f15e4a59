package admin

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// NewLoginKey is GET /admin/keys/new.
func (d *Door) NewLoginKey(c *gin.Context) error {
	return d.Edge.Show(c, http.StatusOK, templates.AdminKeyNew{Kind: c.Query("kind")})
}

// AddLoginKey is POST /admin/keys. Another hub is asked at once to let us in,
// and is offered to people from then on; anything else needs credentials
// first, and stays off.
func (d *Door) AddLoginKey(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	peer := form["kind"] == federation.KindPeer
	key, err := d.Upstreams.Add(c.Request.Context(), federation.LoginKey{Kind: form["kind"], Name: d.keyName(c, form), BaseURL: form["base_url"], Enabled: peer}, "")
	if wrong, ok := mistakes(err, keyFields); ok {
		return d.Edge.Show(c, unprocessable, templates.AdminKeyNew{Kind: form["kind"], Name: form["name"], BaseURL: form["base_url"], Invite: form["invite"], Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	d.record(c, audit.Event{Kind: audit.KeyAdded, LoginKey: key.ID, Target: key.BaseURL})
	if peer {
		if _, err := d.Upstreams.Join(c.Request.Context(), key.ID, form["invite"]); err != nil {
			return err
		}
	}
	return web.SeeOther(c, "/admin/keys/"+key.ID+"?done=added")
}

// keyName is what was typed, else what the upstream calls itself: a Base URL
// is all that an administrator must know.
func (d *Door) keyName(c *gin.Context, form map[string]string) string {
	if name := strings.TrimSpace(form["name"]); name != "" {
		return name
	}
	card, err := d.Upstreams.Describe(c.Request.Context(), federation.LoginKey{Kind: form["kind"], BaseURL: form["base_url"], Name: "upstream", ID: "upstream"})
	if err == nil && card.Name != "" {
		return card.Name
	}
	if u, err := url.Parse(strings.TrimSpace(form["base_url"])); err == nil {
		return u.Host
	}
	return ""
}
