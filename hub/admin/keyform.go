package admin

import (
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// the form's names for the fields of a record
var keyFields = map[string]string{"secret": "client_secret"}

func keyForm(k federation.LoginKey) templates.KeyForm {
	return templates.KeyForm{
		Name: k.Name, BaseURL: k.BaseURL, ClientID: k.ClientID, HasSecret: k.Secret != "",
		Scopes: strings.Join(k.Scopes, " "), SignUps: k.SignUps, Linking: k.Linking,
		TrustEmail: k.TrustEmail, AuthoritativeDomains: strings.Join(k.AuthoritativeDomains, "\n"),
		Direct: k.Direct, Enabled: k.Enabled, Position: k.Position,
	}
}

// SaveLoginKey is POST /admin/keys/{id}.
func (d *Door) SaveLoginKey(c *gin.Context) error {
	form, key, err := d.formOnKey(c)
	if err != nil {
		return err
	}
	position, perr := strconv.Atoi(form["position"])
	typed := templates.KeyForm{
		Name: form["name"], BaseURL: form["base_url"], ClientID: form["client_id"], HasSecret: key.Secret != "",
		Scopes: form["scopes"], SignUps: form["sign_ups"], Linking: form["linking"],
		TrustEmail: form["trust_email"] != "", AuthoritativeDomains: form["authoritative_domains"], Direct: form["direct"] != "", Enabled: form["enabled"] != "", Position: position,
	}
	if perr != nil && form["position"] != "" {
		return d.showKey(c, unprocessable, key, typed, []templates.Mistake{{Field: "position", Text: "Enter a whole number; smaller comes first."}})
	}
	err = d.Upstreams.Update(c.Request.Context(), key.ID, form["client_secret"], func(k *federation.LoginKey) error {
		k.Name, k.BaseURL = typed.Name, typed.BaseURL
		if k.Kind != federation.KindPeer {
			k.ClientID = typed.ClientID
		}
		k.Scopes, k.TrustEmail = words(typed.Scopes), typed.TrustEmail
		k.SignUps, k.Linking, k.AuthoritativeDomains = typed.SignUps, typed.Linking, words(typed.AuthoritativeDomains)
		k.Direct, k.Enabled, k.Position = typed.Direct, typed.Enabled, typed.Position
		return nil
	})
	if wrong, ok := mistakes(err, keyFields); ok {
		return d.showKey(c, unprocessable, key, typed, wrong)
	}
	if err != nil {
		return err
	}
	d.record(c, audit.Event{Kind: audit.KeyChanged, LoginKey: key.ID})
	return web.SeeOther(c, "/admin/keys/"+key.ID+"?done=saved")
}
