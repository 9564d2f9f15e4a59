package device

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/pending"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Device is GET /device, on which the user types the code that a device shows
// (RFC 8628 §3.3). A link with the code (§3.3.1) only fills it in.
func (d *Handler) Device(c *gin.Context) error {
	page := templates.Device{Code: c.Query("user_code")}
	if code, ok := pending.ParseCode(page.Code); ok {
		page.Code = pending.ShowCode(code)
	} else {
		page.Code = ""
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

// Enter is POST /device. It looks nothing up: only signed-in users learn whether a
// request with this code exists, because their guesses can be counted (RFC 8628
// §5.1).
func (d *Handler) Enter(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	code, ok := pending.ParseCode(form["user_code"])
	if !ok {
		return d.mistyped(c, form["user_code"], locales.Say("device.a-code-has-eight-letters"))
	}
	return web.SeeOther(c, "/device/confirm?"+url.Values{"user_code": {pending.ShowCode(code)}}.Encode())
}

func (d *Handler) mistyped(c *gin.Context, typed string, text locales.Text) error {
	const most = 20
	if len(typed) > most {
		typed = ""
	}
	return d.Responder.Show(c, http.StatusBadRequest, templates.Device{
		Code: typed, Mistakes: []templates.Mistake{{Field: "user_code", Text: text}},
	})
}

// openRequest is the data that both handlers of the confirmation need.
type openRequest struct {
	request pending.Request
	client  clients.Client
	person  sessions.Person
	code    string
}

// find looks the code up for the signed-in user.
func (d *Handler) find(c *gin.Context, typed string) (openRequest, error) {
	person, err := d.Sessions.Current(c.Request)
	if err != nil {
		return openRequest{}, err
	}
	code, ok := pending.ParseCode(typed)
	if !ok {
		return openRequest{}, pending.ErrGone
	}
	request, err := d.Pending.Find(c.Request.Context(), person.User.ID, code)
	if err != nil {
		return openRequest{}, err
	}
	client, err := d.client(c, request)
	return openRequest{request, client, person, code}, err
}

// Confirm is GET /device/confirm: it shows the client, the access and the origin.
func (d *Handler) Confirm(c *gin.Context) error {
	if c.GetHeader("Sec-Fetch-Site") == "cross-site" {
		// A lookup of a code counts as a guess, and another site must not use up
		// the user's guesses. So a cross-site request looks nothing up.
		return web.SeeOther(c, "/device?"+url.Values{"user_code": {c.Query("user_code")}}.Encode())
	}
	p, err := d.find(c, c.Query("user_code"))
	if err == pending.ErrGone { //nolint:errorlint // Find returns it bare
		return d.mistyped(c, c.Query("user_code"), locales.Say("device.no-device-waits-with-this"))
	}
	if err != nil {
		return err
	}
	shown, err := web.ShownAccess(c.Request.Context(), d.APIs, p.client, "", p.request.Scopes, p.request.Resources)
	if err != nil {
		return err
	}
	custom, err := d.custom(c, p.request, p.client)
	if err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, templates.DeviceConfirm{
		Code: pending.ShowCode(p.code), Client: web.Shown(p.client), Scopes: append(shown.Scopes, custom...),
		Account: templates.Person{Name: p.person.User.Name, Email: p.person.User.Email, Username: p.person.User.Username},
		Switch:  "/signin?" + url.Values{"to": {c.Request.URL.RequestURI()}, "switch": {"1"}}.Encode(),
		APIs:    shown.Names(), Unverified: shown.Unverified,
		IP: p.request.IP, Asked: p.request.Created,
	})
}

// Decide is POST /device/confirm. The requested access comes from the stored
// request, never from the form: the form only says yes or no.
func (d *Handler) Decide(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	p, err := d.find(c, form["user_code"])
	if err != nil {
		return err
	}
	allow := form["decision"] == "allow"
	if allow {
		if sent, err := d.factorFirst(c, p.client, p.person, "/device/confirm?"+url.Values{"user_code": {pending.ShowCode(p.code)}}.Encode()); sent || err != nil {
			return err
		}
	}
	if err := d.decide(c, p.request, p.client, p.person, allow); err != nil {
		return err
	}
	if allow {
		return web.SeeOther(c, "/device/done")
	}
	return web.SeeOther(c, "/device/done?answer=denied")
}

// Done is GET /device/done.
func (d *Handler) Done(c *gin.Context) error {
	return d.Responder.Show(c, http.StatusOK, templates.DeviceDone{Allowed: c.Query("answer") == ""})
}
