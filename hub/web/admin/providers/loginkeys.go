package providers

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// LoginKeys is GET /admin/providers.
func (d *Handler) LoginKeys(c *gin.Context) error {
	all, err := d.Upstreams.All(c.Request.Context())
	if err != nil {
		return err
	}
	known, err := d.Health.All(c.Request.Context())
	if err != nil {
		return err
	}
	page := templates.AdminKeys{Common: presets(catalog.Common)}
	for i, k := range all {
		row := templates.KeyRow{ID: k.ID, Icon: k.Symbol(), Name: k.Name, Where: keyWhere(k), State: admin.KeyState(k),
			Warning: locales.Of(k.SecretWarning(d.Now())), First: i == 0, Last: i == len(all)-1}
		row.Health = admin.Health(d.Upstreams, d.Now(), known[k.ID])
		if k.Direct {
			row.Facts = append(row.Facts, locales.Say("loginkeys.people-go-straight-there"))
		}
		if k.Hidden {
			row.Facts = append(row.Facts, locales.Say("loginkeys.no-button"))
		}
		page.Keys = append(page.Keys, row)
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

// keyWhere is the address of a provider, or else its name.
func keyWhere(k federation.LoginKey) locales.Text {
	switch {
	case k.BaseURL != "":
		return locales.Stored(k.BaseURL)
	case k.Endpoints.Authorize != "":
		return locales.Stored(k.Endpoints.Authorize)
	}
	return provider(k)
}

// MoveLoginKey is POST /admin/providers/{id}/move: one place up or down on the
// sign-in page.
func (d *Handler) MoveLoginKey(c *gin.Context) error {
	form, key, err := d.formOnKey(c)
	if err != nil {
		return err
	}
	by := 1
	if form["by"] == "up" {
		by = -1
	}
	if err := d.Keys.MoveLoginKey(c.Request.Context(), d.Actor(c), key.ID, by); err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/providers")
}

// SwitchLoginKey is POST /admin/providers/{id}/switch: it only enables or disables.
func (d *Handler) SwitchLoginKey(c *gin.Context) error {
	form, key, err := d.formOnKey(c)
	if err != nil {
		return err
	}
	on := form["enabled"] == "1"
	ended, err := d.Keys.SwitchLoginKey(c.Request.Context(), d.Actor(c), key.ID, on, leftover(form))
	if wrong, ok := web.Mistakes(err, keyFields); ok {
		form, err := d.withGroups(c, key, d.keyForm(key))
		if err != nil {
			return err
		}
		return d.showKey(c, admin.Unprocessable, key, form, wrong)
	}
	if err != nil {
		return err
	}
	done := "disabled" + counted(ended)
	if on {
		done = "enabled"
	}
	return web.SeeOther(c, "/admin/providers/"+key.ID+"?done="+done)
}

// LoginKey is GET /admin/providers/{id}. For a peer that has not accepted this
// hub yet, it asks the peer for the status.
func (d *Handler) LoginKey(c *gin.Context) error {
	key, err := d.Upstreams.Get(c.Request.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	if key.Kind == federation.KindPeer && key.Join.Status == federation.Requested {
		if _, err := d.Upstreams.Look(c.Request.Context(), key.ID); err != nil {
			return err
		}
		if key, err = d.Upstreams.Get(c.Request.Context(), key.ID); err != nil {
			return err
		}
	}
	form, err := d.withGroups(c, key, d.keyForm(key))
	if err != nil {
		return err
	}
	return d.showKey(c, http.StatusOK, key, form, nil)
}

// doubts are warnings about the key. For a new key they include whether the
// provider answers.
func (d *Handler) doubts(c *gin.Context, k federation.LoginKey) ([]locales.Text, error) {
	look := d.Keys.Twins
	if c.Query("done") == "added" {
		look = d.Keys.Doubts
	}
	doubts, err := look(c.Request.Context(), k)
	words := make([]locales.Text, len(doubts))
	for i, doubt := range doubts {
		words[i] = locales.Of(doubt)
	}
	return words, err
}

// formOnKey handles a form about the login key with the id in the path.
func (d *Handler) formOnKey(c *gin.Context) (map[string]string, federation.LoginKey, error) {
	form, err := web.Form(c)
	if err != nil {
		return nil, federation.LoginKey{}, err
	}
	key, err := d.Upstreams.Get(c.Request.Context(), c.Param("id"))
	return form, key, err
}

func (d *Handler) showKey(c *gin.Context, status int, k federation.LoginKey, form templates.KeyForm, wrong []templates.Mistake) error {
	ours := catalog.Addresses(k, d.Hub)
	page := templates.AdminKey{
		ID: k.ID, Kind: k.Kind, Provider: provider(k), Name: k.Name, State: admin.KeyState(k), Enabled: k.Enabled, Testable: admin.Complete(k),
		Addresses: shownAddresses(ours), Guide: guide(catalog.Of(k), ours), Form: form, Mistakes: wrong, Issuer: k.Issuer, Unsettled: unsettled(k, d.Now()),
		Join: templates.Join{Status: string(k.Join.Status), Message: locales.From(k.Join.Words), Checked: k.Join.Checked},
	}
	var err error
	if page.Doubts, err = d.doubts(c, k); err != nil {
		return err
	}
	if k.Kind == federation.KindPeer {
		page.ClientID = d.Hub.Metadata(k.ID)
		if page.Fingerprints, err = d.Signing.Fingerprints(c.Request.Context()); err != nil {
			return err
		}
	}
	if page.SignedIn, err = d.signedIn(c, k.ID); err != nil {
		return err
	}
	known, err := d.Health.Of(c.Request.Context(), k.ID)
	if err != nil {
		return err
	}
	page.Health = admin.Health(d.Upstreams, d.Now(), known)
	warnings, err := d.Monitor.Warnings(c.Request.Context())
	if err != nil {
		return err
	}
	page.Health.Warnings = admin.Attentions(health.OfKey(warnings, k.ID))
	return d.Responder.Show(c, status, page)
}
