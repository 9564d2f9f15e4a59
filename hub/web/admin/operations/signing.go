package operations

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// SigningKeys is GET /admin/signing.
func (d *Handler) SigningKeys(c *gin.Context) error {
	s, err := d.Settings.Current(c.Request.Context())
	if err != nil {
		return err
	}
	return d.showSigning(c, http.StatusOK, templates.AdminSigning{Days: strconv.Itoa(s.RotateDays())})
}

func (d *Handler) showSigning(c *gin.Context, status int, page templates.AdminSigning) error {
	seen, err := d.Signing.Newest(c.Request.Context())
	if err != nil {
		return err
	}
	cards, err := d.Signing.List(c.Request.Context())
	if err != nil {
		return err
	}
	page.Seen = seen
	for _, card := range cards {
		page.Keys = append(page.Keys, signingKey(card))
	}
	return d.Responder.Show(c, status, page)
}

// keyStates are the page's texts for the states.
var keyStates = map[signing.State]templates.Chip{
	signing.Waiting: {Tone: "info", Text: locales.Say("signing.waiting")},
	signing.Current: {Tone: "ok", Text: locales.Say("signing.current")},
	signing.Retired: {Text: locales.Say("signing.retired")},
}

func signingKey(card signing.Card) templates.SigningKey {
	k := templates.SigningKey{KID: card.KID, Alg: card.Alg, Use: locales.Say("signing.use-signs"), State: keyStates[card.State], Created: card.Created}
	if card.Use == "enc" {
		k.Use = locales.Say("signing.use-decrypts")
	}
	switch card.State {
	case signing.Waiting:
		k.Starts = card.Starts
	case signing.Current:
		k.Retires = card.Retires
	case signing.Retired:
		k.Leaves = card.Leaves
	}
	return k
}

// RotateKeys is POST /admin/signing/rotate. A form that was already sent, or
// that is older than another administrator's rotation, changes nothing.
func (d *Handler) RotateKeys(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	seen, err := form.Require("seen")
	if err != nil {
		return err
	}
	err = d.Operator.RotateSigningKeys(c.Request.Context(), d.Actor(c), seen, form["distrust"] == "yes")
	if errors.Is(err, signing.ErrWaiting) {
		return &web.ErrorPage{Status: http.StatusConflict, Heading: locales.Say("signing.nothing-was-changed"), Text: locales.Say("signing.new-keys-are-waiting-already"),
			Action: templates.Action{Label: locales.Say("signing.back-to-the-signing-keys"), URL: "/admin/signing"}}
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/signing?done=rotated")
}

// ScheduleKeys is POST /admin/signing/schedule.
func (d *Handler) ScheduleKeys(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	days, err := strconv.Atoi(strings.TrimSpace(form["key_days"]))
	if err != nil {
		days = -1 // out of bounds too
	}
	err = d.Operator.ChangeSettings(c.Request.Context(), d.Actor(c), func(s *settings.Settings) { s.KeyDays = &days })
	if wrong, ok := web.Mistakes(err, nil); ok {
		return d.showSigning(c, admin.Unprocessable, templates.AdminSigning{Days: form["key_days"], Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/signing?done=saved")
}
