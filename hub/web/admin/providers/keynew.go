package providers

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// NewLoginKey is GET /admin/providers/new: the catalogue, or the questions of
// the chosen entry.
func (d *Handler) NewLoginKey(c *gin.Context) error {
	entry, ok := catalog.Get(cmp.Or(c.Query("preset"), c.Query("kind")))
	if !ok {
		return d.showCatalogue(c, c.Query("q"))
	}
	id, err := d.freeID(c.Request.Context(), entry.Preset)
	if err != nil {
		return err
	}
	k := entry.Start(nil)
	k.ID = id
	if entry.Group != catalog.Generic && entry.Kind != federation.KindPeer {
		k.Name = entry.Name
	}
	return d.showNewKey(c, http.StatusOK, entry, k, nil, nil)
}

// freeID is the first unused id of name, name-2, name-3 and so on.
func (d *Handler) freeID(ctx context.Context, name string) (string, error) {
	all, err := d.Upstreams.All(ctx)
	if err != nil {
		return "", err
	}
	id := name
	for twin := 2; slices.ContainsFunc(all, func(k federation.LoginKey) bool { return k.ID == id }); twin++ {
		id = name + "-" + strconv.Itoa(twin)
	}
	return id, nil
}

func (d *Handler) showNewKey(c *gin.Context, status int, e catalog.Entry, k federation.LoginKey, form map[string]string, wrong []templates.Mistake) error {
	ours := catalog.Addresses(k, d.Hub)
	page := templates.AdminKeyNew{
		Preset: e.Preset, Kind: e.Kind, Title: title(e), ID: k.ID, Addresses: shownAddresses(ours), Starts: d.Hub.Callback("") + " " + d.Hub.Backchannel(""),
		Guide: guide(e, ours), Form: d.keyForm(k), Invite: form["invite"], Mistakes: wrong,
	}
	if day := form["secret_expires"]; day != "" {
		page.Form.SecretExpires = day
	}
	return d.Responder.Show(c, status, page)
}

// AddLoginKey is POST /admin/providers. Another hub is shown before it is added
// (peers.go); any other key stays disabled until an administrator tests it.
func (d *Handler) AddLoginKey(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	entry, ok := catalog.Get(cmp.Or(form["preset"], form["kind"]))
	if !ok {
		return web.SeeOther(c, "/admin/providers/new")
	}
	k := entry.Start(answers(form))
	k.ID, k.Name, k.Icon = strings.TrimSpace(form["key_id"]), strings.TrimSpace(form["name"]), cmp.Or(k.Icon, entry.Preset)
	wrong := editNew(&k, entry, form)
	if form["look"] != "" {
		return d.showNewKey(c, http.StatusOK, entry, k, form, nil)
	}
	if len(wrong) > 0 {
		return d.showNewKey(c, admin.Unprocessable, entry, k, form, wrong)
	}
	if k.Kind == federation.KindPeer {
		return d.addPeer(c, entry, k, form)
	}
	return d.addKey(c, entry, k, form)
}

// answers are the typed values of an entry's fields.
func answers(form map[string]string) map[string]string {
	out := map[string]string{}
	for name, value := range form {
		if field, ok := strings.CutPrefix(name, "options."); ok {
			out[field] = value
		}
	}
	return out
}

// editNew reads the fields of a new key's form that do not belong to the entry.
func editNew(k *federation.LoginKey, e catalog.Entry, form map[string]string) []templates.Mistake {
	if !e.Placed() {
		k.BaseURL = form["base_url"]
	}
	if e.Described(k.Kind) {
		k.Endpoints = endpoints(form)
	}
	k.ClientID = form["client_id"]
	return editExpiry(k, form)
}

func (d *Handler) addKey(c *gin.Context, e catalog.Entry, k federation.LoginKey, form map[string]string) error {
	added, err := d.Keys.AddLoginKey(c.Request.Context(), d.Actor(c), k, form["client_secret"], form["invite"])
	if errors.Is(err, fs.ErrExist) {
		return d.showNewKey(c, admin.Unprocessable, e, k, form, []templates.Mistake{{Field: "key_id", Text: locales.Say("keynew.another-key-has-this-id")}})
	}
	if wrong, ok := web.Mistakes(err, newKeyFields); ok {
		return d.showNewKey(c, admin.Unprocessable, e, k, form, wrong)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/providers/"+added.ID+"?done=added")
}
