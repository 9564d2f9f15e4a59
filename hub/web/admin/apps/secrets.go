package apps

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

const day = 24 * time.Hour

// lives are the lifetimes of a new secret, by the value of the choice.
var lives = []struct {
	value string
	label locales.Text
	life  time.Duration
}{
	{"never", locales.Say("secrets.never"), 0},
	{"90d", locales.Say("secrets.90d"), 90 * day},
	{"180d", locales.Say("secrets.180d"), 180 * day},
	{"365d", locales.Say("secrets.365d"), 365 * day},
}

func secretLives() []templates.Option {
	var out []templates.Option
	for _, l := range lives {
		out = append(out, templates.Option{Name: l.value, Value: l.label})
	}
	return out
}

// AddSecret is POST /admin/clients/{id}/secrets. Existing secrets stay valid,
// so the client can change without an interruption.
func (d *Handler) AddSecret(c *gin.Context) error {
	form, client, err := d.formOnApplication(c)
	if err != nil {
		return err
	}
	var life time.Duration
	for _, l := range lives {
		if l.value == form["life"] {
			life = l.life
		}
	}
	if client.AuthMethod == clientauth.MethodKey || client.Public() {
		return web.SeeOther(c, admin.ClientPath(client.ID)+"?done=added") // it does not authenticate with a secret
	}
	secret, err := d.Operator.AddSecret(c.Request.Context(), d.Actor(c), client.ID, life)
	if wrong, ok := web.Mistakes(err, nil); ok {
		return d.showApplication(c, admin.Unprocessable, client, formOf(client), wrong)
	}
	if err != nil {
		return err
	}
	return d.showSecret(c, client, secret, life, d.recognised(client, secret))
}

// showSecret shows a new secret once. The response to the POST is the page
// itself, because a secret must not be in a URL.
func (d *Handler) showSecret(c *gin.Context, client clients.Client, secret string, life time.Duration, there templates.There) error {
	page := templates.SecretOnce{Client: client.Name, ClientID: client.ID, Secret: secret, Back: admin.ClientPath(client.ID), There: there}
	if life > 0 {
		page.Expires = d.Now().Add(life)
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

// RemoveSecret is POST /admin/clients/{id}/secrets/delete.
func (d *Handler) RemoveSecret(c *gin.Context) error {
	form, client, err := d.formOnApplication(c)
	if err != nil {
		return err
	}
	if err := d.Operator.RemoveSecret(c.Request.Context(), d.Actor(c), client.ID, form["secret"]); err != nil {
		return err
	}
	return web.SeeOther(c, admin.ClientPath(client.ID)+"?done=removed")
}
