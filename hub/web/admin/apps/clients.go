package apps

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/presets"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// names of the form fields for the fields of a record
var clientFields = map[string]string{
	"name": "app_name", "requests.pushed": "require_pushed", "requests.signed": "require_signed",
}

// clientsPage is the number of applications per page.
const clientsPage = 50

// Applications is GET /admin/clients. Connected hubs have their own page.
func (d *Handler) Applications(c *gin.Context) error {
	text := c.Query("q")
	found, next, err := d.Clients.Search(c.Request.Context(), text, c.Query("after"), clientsPage)
	if err != nil {
		return err
	}
	page := templates.AdminClients{Search: text, Later: c.Query("after") != ""}
	if next != "" {
		page.Next = "/admin/clients?" + url.Values{"q": {text}, "after": {next}}.Encode()
	}
	for _, client := range found {
		page.Clients = append(page.Clients, templates.ClientRow{
			ID: client.ID, Name: client.Name, Type: string(client.Type), State: clientState(client), ItsOwn: !client.Registration.At.IsZero()})
	}
	slices.SortFunc(page.Clients, func(a, b templates.ClientRow) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return d.Responder.Show(c, http.StatusOK, page)
}

func clientState(c clients.Client) templates.Chip {
	if c.Disabled {
		return templates.Chip{Text: locales.Say("clients.off")}
	}
	return templates.Chip{Tone: "ok", Text: locales.Say("clients.active")}
}

// NewApplication is GET /admin/clients/new.
func (d *Handler) NewApplication(c *gin.Context) error {
	if preset, ok := presets.Get(c.Query("preset")); ok {
		return d.newFromPreset(c, preset)
	}
	return d.Responder.Show(c, http.StatusOK, templates.AdminClientNew{Type: cmp.Or(c.Query("type"), string(clients.Web)), Presets: presetCards()})
}

// AddApplication is POST /admin/clients. A confidential client gets its first
// secret.
func (d *Handler) AddApplication(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	if preset, ok := presets.Get(form["preset"]); ok && !preset.Site {
		return d.addFromPreset(c, preset, form)
	}
	client, secret, err := d.Operator.AddClient(c.Request.Context(), d.Actor(c), clients.Client{
		Name:         form["app_name"],
		Type:         clients.Type(form["type"]),
		RedirectURIs: forms.Addresses(form["redirect_uris"]),
		GrantTypes:   []string{clients.GrantRefresh}, // removed for a service
	})
	if wrong, ok := web.Mistakes(err, clientFields); ok {
		return d.Responder.Show(c, admin.Unprocessable, templates.AdminClientNew{Type: form["type"], Name: form["app_name"], RedirectURIs: form["redirect_uris"], Presets: presetCards(), Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	if secret == "" {
		return web.SeeOther(c, admin.ClientPath(client.ID)+"?done=added")
	}
	return d.showSecret(c, client, secret, 0, d.recognised(client, secret))
}

// Application is GET /admin/clients/{id}.
func (d *Handler) Application(c *gin.Context) error {
	client, err := d.application(c)
	if err != nil {
		return err
	}
	return d.showApplication(c, http.StatusOK, client, formOf(client), nil)
}

func (d *Handler) showApplication(c *gin.Context, status int, client clients.Client, form templates.ClientForm, wrong []templates.Mistake) error {
	form, wrong = d.unfolded(form, wrong)
	form.Site = client.Frappe != nil
	page := templates.AdminClient{
		ID: client.ID, Name: client.Name, Type: string(client.Type), State: clientState(client),
		Created: client.Created, Updated: client.Updated, Public: client.Public(),
		Issuer: d.Issuer, Endpoints: d.endpoints(), Form: form, Mistakes: wrong, Lives: secretLives(), Site: client.Frappe != nil,
		Habits: habitsOf(client), There: d.recognised(client, ""),
	}
	var err error
	if page.Logouts, err = d.logouts(c, client); err != nil {
		return err
	}
	if !client.Registration.At.IsZero() {
		page.Registered = registeredBy(client)
	}
	for _, s := range client.Secrets {
		page.Secrets = append(page.Secrets, templates.SecretRow{ID: s.ID, Hint: s.Hint, Created: s.Created,
			Expires: s.Expires, LastUsed: s.LastUsed, Expired: !s.Active(d.Now())})
	}
	return d.Responder.Show(c, status, page)
}

// registeredBy describes how a client registered itself.
func registeredBy(c clients.Client) locales.Text {
	if c.Document != nil {
		return locales.Say("clients.by-nobody-described-by-its", "at", locales.AtMinute(c.Document.Fetched))
	}
	by := locales.Say("clients.itself")
	if name := locales.From(c.By); c.Origin.Code == "client.by.token" {
		by = locales.Say("clients.with-token", "hint", c.Origin.Args["hint"])
	} else if c.Origin.IsZero() && !name.IsZero() {
		by = locales.Say("clients.registered-by", "by", name)
	}
	if c.Registration.Vouched != "" {
		by = locales.Say("clients.vouched-for", "by", by, "issuer", c.Registration.Vouched)
	}
	return by
}

func (d *Handler) endpoints() []templates.Row {
	hub := presets.At(d.Issuer)
	return []templates.Row{
		{Name: locales.Say("clients.discovery"), Value: locales.Stored(hub.Discovery)}, {Name: locales.Say("clients.authorize-url"), Value: locales.Stored(hub.Authorize)}, {Name: locales.Say("clients.access-token-url"), Value: locales.Stored(hub.Token)},
		{Name: locales.Say("clients.user-information"), Value: locales.Stored(hub.Userinfo)}, {Name: locales.Say("clients.keys-jwks"), Value: locales.Stored(hub.Keys)}, {Name: locales.Say("clients.sign-out"), Value: locales.Stored(hub.SignOut)},
	}
}

func formOf(c clients.Client) templates.ClientForm {
	var f templates.ClientForm
	for _, section := range sections(&f, &c) {
		for _, control := range section.controls {
			control.show()
		}
	}
	return f
}

func typedClient(posted map[string]string) templates.ClientForm {
	var f templates.ClientForm
	for _, section := range sections(&f, new(clients.Client)) {
		for _, control := range section.controls {
			control.read(posted)
		}
	}
	return f
}

// unfolded fills in the open sections: those with a value or a mistake. A
// mistake in a field that is not on the form is shown at the top.
func (d *Handler) unfolded(f templates.ClientForm, wrong []templates.Mistake) (templates.ClientForm, []templates.Mistake) {
	shown := map[string]bool{"confirm": true, "life": true}
	for _, section := range sections(&f, new(clients.Client)) {
		open := false
		for _, control := range section.controls {
			shown[control.name] = true
			open = open || control.some() || slices.ContainsFunc(wrong, func(m templates.Mistake) bool { return m.Field == control.name })
		}
		if open {
			f.Open = append(f.Open, section.name)
		}
	}
	wrong = slices.Clone(wrong)
	for i := range wrong {
		if !shown[wrong[i].Field] {
			wrong[i].Field = ""
		}
	}
	f.Names = templates.Names{
		Methods: append(d.ClientAuth.Methods(), clientauth.MethodNone),
		Signing: d.Algs, Proving: clientauth.AssertionAlgs(clientauth.MethodKey, clientauth.MethodSecretJWT),
		Wrapping: clientauth.EncryptionAlgs(), Content: clientauth.EncryptionEncs(),
	}
	return f, wrong
}

// SaveApplication is POST /admin/clients/{id}.
func (d *Handler) SaveApplication(c *gin.Context) error {
	form, client, err := d.formOnApplication(c)
	if err != nil {
		return err
	}
	typed := typedClient(form)
	err = d.Operator.ChangeClient(c.Request.Context(), d.Actor(c), client.ID, texts.Text{}, func(stored *clients.Client) { apply(typed, stored) })
	if wrong, ok := web.Mistakes(err, clientFields); ok {
		return d.showApplication(c, admin.Unprocessable, client, typed, wrong)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, admin.ClientPath(client.ID)+"?done=saved")
}

// apply saves the typed values; fields that are not on the form stay.
func apply(f templates.ClientForm, c *clients.Client) {
	for _, section := range sections(&f, c) {
		for _, control := range section.controls {
			control.apply()
		}
	}
}

// RemoveApplication is POST /admin/clients/{id}/delete. The name must be typed to confirm.
func (d *Handler) RemoveApplication(c *gin.Context) error {
	form, client, err := d.formOnApplication(c)
	if err != nil {
		return err
	}
	if strings.TrimSpace(form["confirm"]) != client.Name {
		wrong := []templates.Mistake{{Field: "confirm", Text: locales.Say("clients.type-the-name-exactly-as")}}
		return d.showApplication(c, admin.Unprocessable, client, formOf(client), wrong)
	}
	if err := d.Operator.RemoveClient(c.Request.Context(), d.Actor(c), client); err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/clients?done=removed")
}
