package apps

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/presets"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// presetControls are the controls of the client's form on the page of a preset.
var presetControls = []string{"app_name", "redirect_uris", "scopes", "auth_method", "pkce", "id_token_claims",
	"post_logout_redirect_uris", "backchannel_logout_uri", "backchannel_logout_session"}

// presetCards are the presets, for the page of a new application.
func presetCards() []templates.Preset {
	var all []templates.Preset
	for _, p := range presets.All() {
		all = append(all, templates.Preset{Key: p.Key, Name: p.Name, Icon: p.Key})
	}
	return all
}

// newFromPreset is GET /admin/clients/new?preset=: the questions of the preset
// and, after they are answered, the form with the values of the preset.
func (d *Handler) newFromPreset(c *gin.Context, p presets.Preset) error {
	if p.Site {
		return web.SeeOther(c, "/admin/clients/frappe")
	}
	if c.Query("url") == "" {
		return d.showPreset(c, http.StatusOK, p, presets.Answers{Name: p.Called.Default}, nil, nil)
	}
	answers, err := p.Ask(c.Query("url"), c.Query("called"))
	if wrong, ok := web.Mistakes(err, nil); ok {
		return d.showPreset(c, admin.Unprocessable, p, answers, nil, wrong)
	}
	if err != nil {
		return err
	}
	form := formOf(p.NewClient(answers))
	return d.showPreset(c, http.StatusOK, p, answers, &form, nil)
}

// showPreset shows the questions, and the form if they are answered.
func (d *Handler) showPreset(c *gin.Context, status int, p presets.Preset, a presets.Answers, form *templates.ClientForm, wrong []templates.Mistake) error {
	page := templates.AdminClientPreset{
		Preset: p.Key, Title: p.Name, URL: a.URL, URLLabel: locales.Of(p.URL.Label), URLHint: locales.Of(p.URL.Help),
		Called: a.Name, CalledLabel: locales.Of(p.Called.Label), CalledHint: locales.Of(p.Called.Help), Filled: form != nil,
	}
	if form != nil {
		page.Form, wrong = d.unfolded(*form, wrong)
		page.Hidden = []templates.Pair{{Name: "preset", Value: p.Key}, {Name: "url", Value: a.URL}, {Name: "called", Value: a.Name}}
		for i := range wrong {
			if !slices.Contains(presetControls, wrong[i].Field) {
				wrong[i].Field = "" // the field is not on this page
			}
		}
	}
	page.Mistakes = wrong
	return d.Responder.Show(c, status, page)
}

// addFromPreset is POST /admin/clients with a preset: it makes the preset's
// client and applies the typed values.
func (d *Handler) addFromPreset(c *gin.Context, p presets.Preset, form map[string]string) error {
	answers, err := p.Ask(form["url"], form["called"])
	if wrong, ok := web.Mistakes(err, nil); ok {
		return d.showPreset(c, admin.Unprocessable, p, answers, nil, wrong)
	}
	if err != nil {
		return err
	}
	client, typed := p.NewClient(answers), typedClient(form)
	for _, section := range sections(&typed, &client) {
		for _, control := range section.controls {
			if slices.Contains(presetControls, control.name) {
				control.apply()
			}
		}
	}
	client, secret, err := d.Operator.AddClient(c.Request.Context(), d.Actor(c), client)
	if wrong, ok := web.Mistakes(err, clientFields); ok {
		return d.showPreset(c, admin.Unprocessable, p, answers, &typed, wrong)
	}
	if err != nil {
		return err
	}
	if secret == "" {
		return web.SeeOther(c, admin.ClientPath(client.ID)+"?done=added")
	}
	return d.showSecret(c, client, secret, 0, d.there(p, client, answers, secret))
}

// there has the values to enter at an application, by the application's own names.
func (d *Handler) there(p presets.Preset, client clients.Client, a presets.Answers, secret string) templates.There {
	out := templates.There{Name: p.Name, Notes: locales.OfAll(p.Notes)}
	for _, v := range p.Values(presets.At(d.Issuer), client, a, secret) {
		value := locales.Stored(v.Text)
		if v.Text == "" {
			value = locales.Say("appguide.secret")
		}
		out.Values = append(out.Values, templates.Row{Name: locales.Stored(v.Field), Value: value})
	}
	return out
}

// recognised has the values to enter if the client matches a preset; otherwise
// it is empty. An unknown secret is empty too.
func (d *Handler) recognised(client clients.Client, secret string) templates.There {
	p, answers, ok := presets.Of(client)
	if !ok {
		return templates.There{}
	}
	return d.there(p, client, answers, secret)
}
