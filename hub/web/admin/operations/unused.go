package operations

import (
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

const (
	mostUnused    = 1000 // counted at most
	unusedRemoved = 200  // per request, because a request must end in time
	maxUnusedAge  = 3650 // days
)

// unused describes how many apps registered themselves and were never used;
// empty if none.
func (d *Handler) unused(c *gin.Context) (locales.Text, error) {
	n, err := d.Operator.CountUnused(c.Request.Context(), mostUnused)
	switch n {
	case 0:
		return locales.Text{}, err
	case mostUnused:
		return locales.Say("settings.unused-or-more", "count", n), err
	}
	return locales.Say("settings.unused-count", "count", n), err
}

// RemoveUnused is POST /admin/settings/unused.
func (d *Handler) RemoveUnused(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	days, err := strconv.Atoi(form["age"])
	if err != nil || days < 0 || days > maxUnusedAge {
		return d.showSettings(c, admin.Unprocessable, "", []templates.Mistake{{Field: "age", Text: locales.Say("unused.say-how-many-days-ago")}})
	}
	if _, err := d.Operator.RemoveUnused(c.Request.Context(), d.Actor(c), time.Duration(days)*24*time.Hour, unusedRemoved); err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/settings?done=removed")
}
