package providers

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// AskRemoveLoginKey is GET /admin/providers/{id}/delete.
func (d *Handler) AskRemoveLoginKey(c *gin.Context) error {
	key, err := d.Upstreams.Get(c.Request.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return d.confirmKey(c, http.StatusOK, key, nil)
}

func (d *Handler) confirmKey(c *gin.Context, status int, k federation.LoginKey, wrong []templates.Mistake) error {
	signedIn, err := d.signedIn(c, k.ID)
	if err != nil {
		return err
	}
	return d.Responder.Show(c, status, templates.ConfirmDelete{
		Button: locales.Say("keyremove.delete-button"), Name: k.Name, Typed: true, SignedIn: signedIn, Mistakes: wrong,
		Text:   locales.Say("keyremove.people-will-no-longer-be"),
		Action: "/admin/providers/" + k.ID + "/delete", Cancel: "/admin/providers/" + k.ID,
	})
}

// RemoveLoginKey is POST /admin/providers/{id}/delete.
func (d *Handler) RemoveLoginKey(c *gin.Context) error {
	form, key, err := d.formOnKey(c)
	if err != nil {
		return err
	}
	if strings.TrimSpace(form["confirm"]) != key.Name {
		return d.confirmKey(c, admin.Unprocessable, key, []templates.Mistake{{Field: "confirm", Text: locales.Say("keyremove.type-the-name-exactly-as")}})
	}
	said, ended, err := d.Keys.RemoveLoginKey(c.Request.Context(), d.Actor(c), key, leftover(form))
	if err != nil {
		return err
	}
	done := map[loginkeys.Farewell]string{loginkeys.NoFarewell: "removed", loginkeys.Told: "left", loginkeys.NotTold: "untold"}[said]
	return web.SeeOther(c, "/admin/providers?done="+done+counted(ended))
}
