package admin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// LoginKeys is GET /admin/keys.
func (d *Door) LoginKeys(c *gin.Context) error {
	all, err := d.Upstreams.All(c.Request.Context())
	if err != nil {
		return err
	}
	var page templates.AdminKeys
	for _, k := range all {
		page.Keys = append(page.Keys, templates.KeyRow{ID: k.ID, Kind: k.Kind, Name: k.Name, BaseURL: k.BaseURL, State: keyState(k), Direct: k.Direct})
	}
	return d.Edge.Show(c, http.StatusOK, page)
}

func keyState(k federation.LoginKey) templates.Chip {
	if k.Kind == federation.KindPeer {
		switch k.Join.Status {
		case federation.Active:
		case federation.Refused, federation.Suspended:
			return templates.Chip{Tone: "danger", Text: "Refused"}
		case federation.NoAnswer, federation.Unsupported:
			return templates.Chip{Tone: "danger", Text: "Failing"}
		default:
			return templates.Chip{Tone: "warn", Text: "Waiting"}
		}
	}
	if k.Enabled {
		return templates.Chip{Tone: "ok", Text: "Enabled"}
	}
	return templates.Chip{Text: "Off"}
}

// LoginKey is GET /admin/keys/{id}. Looking at a peer that has not let us in
// yet asks it again.
func (d *Door) LoginKey(c *gin.Context) error {
	key, err := d.Upstreams.Get(c.Request.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	if key.Kind == federation.KindPeer && key.Join.Status == federation.Requested {
		if key, err = d.join(c.Request.Context(), key.ID, ""); err != nil {
			return err
		}
	}
	return d.showKey(c, http.StatusOK, key, keyForm(key), nil)
}

// formOnKey is a form about the login key that the address names.
func (d *Door) formOnKey(c *gin.Context) (map[string]string, federation.LoginKey, error) {
	form, err := web.Form(c)
	if err != nil {
		return nil, federation.LoginKey{}, err
	}
	key, err := d.Upstreams.Get(c.Request.Context(), c.Param("id"))
	return form, key, err
}

func (d *Door) showKey(c *gin.Context, status int, k federation.LoginKey, form templates.KeyForm, wrong []templates.Mistake) error {
	page := templates.AdminKey{
		ID: k.ID, Kind: k.Kind, Name: k.Name, State: keyState(k), Callback: d.Callback(k.ID),
		Form: form, Mistakes: wrong, Issuer: k.Issuer,
		Join: templates.Join{Status: string(k.Join.Status), Message: k.Join.Message, Checked: k.Join.Checked},
	}
	if k.Kind == federation.KindPeer {
		page.ClientID = d.ClientMetadata(k.ID)
		var err error
		if page.Fingerprints, err = d.Signing.Fingerprints(c.Request.Context()); err != nil {
			return err
		}
	}
	return d.Edge.Show(c, status, page)
}
