package account

import (
	"errors"
	"io/fs"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users/pictures"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// UploadPicture is POST /account/picture.
func (d *Handler) UploadPicture(c *gin.Context) error {
	p, _, err := d.asked(c)
	if err != nil {
		return err
	}
	err = d.Pictures.Put(c.Request.Context(), p.User.ID, web.File(c))
	refusal := locales.Text{}
	switch {
	case errors.Is(err, pictures.ErrLarge):
		refusal = locales.Say("profile.picture.large")
	case errors.Is(err, pictures.ErrFormat):
		refusal = locales.Say("profile.picture.format")
	case err != nil:
		return err
	}
	if !refusal.IsZero() {
		return d.showProfile(c, http.StatusUnprocessableEntity, p.User, p.User.Profile, []templates.Mistake{{Field: "file", Text: refusal}})
	}
	d.record(c, p, audit.Event{Kind: audit.UserChanged, Detail: map[string]string{"picture": "uploaded"}})
	return web.SeeOther(c, "/account/profile?done=saved")
}

// RemovePicture is POST /account/picture/remove.
func (d *Handler) RemovePicture(c *gin.Context) error {
	p, _, err := d.asked(c)
	if err != nil {
		return err
	}
	if err := d.Pictures.Remove(c.Request.Context(), p.User.ID); err != nil {
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.UserChanged, Detail: map[string]string{"picture": "removed"}})
	return web.SeeOther(c, "/account/profile?done=saved")
}

// Picture is GET /picture/{id}. It is public, because applications show it to
// their users; its URL cannot be guessed. The picture at a URL never changes.
func (d *Handler) Picture(c *gin.Context) error {
	p, err := d.Pictures.Get(c.Request.Context(), c.Param("id"))
	if errors.Is(err, fs.ErrNotExist) {
		return web.NotFound(err)
	}
	if err != nil {
		return err
	}
	h := c.Writer.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	c.Data(http.StatusOK, "image/jpeg", p.File)
	return nil
}
