package people

import (
	"errors"
	"io/fs"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Add is POST /admin/users/add.
func (d *Handler) Add(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	u, err := d.Operator.AddUser(c.Request.Context(), d.Actor(c), users.NewUser{Email: form["new_email"], Profile: users.Profile{Name: form["name"]}})
	wrong, ok := web.Mistakes(err, map[string]string{"email": "new_email"})
	if errors.Is(err, fs.ErrExist) {
		wrong, ok = []templates.Mistake{{Field: "new_email", Text: locales.Say("invite.there-is-somebody-with-this")}}, true
	}
	if ok {
		return d.showPeople(c, admin.Unprocessable, templates.AdminUsers{NewEmail: form["new_email"], NewName: form["name"], Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, userPath(u.ID)+"?done=added")
}

// profileOf is what the form shows of a profile, and the version that it shows.
func profileOf(u users.User) templates.UserProfile {
	return templates.UserProfile{Name: u.Name, GivenName: u.GivenName, FamilyName: u.FamilyName, Username: u.Username, Phone: u.Phone,
		Locale: u.Locale, Zoneinfo: u.Zoneinfo, Seen: strconv.FormatInt(u.Updated.UnixMilli(), 10)}
}

// SaveProfile is POST /admin/users/{id}/profile.
func (d *Handler) SaveProfile(c *gin.Context) error {
	u, form, err := d.found(c)
	if err != nil {
		return err
	}
	seen, _ := strconv.ParseInt(form["seen"], 10, 64)
	typed := templates.UserProfile{Name: form["name"], GivenName: form["given_name"], FamilyName: form["family_name"], Username: form["preferred_username"],
		Phone: form["phone_number"], Locale: form["locale"], Zoneinfo: form["zoneinfo"], Seen: form["seen"]}
	_, err = d.Operator.EditProfile(c.Request.Context(), d.Actor(c), u.ID, seen, func(p *users.Profile) {
		p.Name, p.GivenName, p.FamilyName, p.Username = typed.Name, typed.GivenName, typed.FamilyName, typed.Username
		p.Phone, p.Locale, p.Zoneinfo = typed.Phone, typed.Locale, typed.Zoneinfo
	})
	if errors.Is(err, users.ErrEdited) {
		now := profileOf(u)
		page := templates.AdminUser{Profile: typed, Conflict: changed(now, typed)}
		page.Profile.Seen = now.Seen
		return d.showPerson(c, http.StatusConflict, u, page)
	}
	if wrong, ok := web.Mistakes(err, nil); ok {
		return d.showPerson(c, admin.Unprocessable, u, templates.AdminUser{Profile: typed, Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, userPath(u.ID)+"?done=saved")
}

// changed lists what is stored now where it is not what was typed.
func changed(now, typed templates.UserProfile) []templates.Row {
	var rows []templates.Row
	for _, f := range []struct{ label, now, typed string }{
		{"user.name-label", now.Name, typed.Name}, {"user.given-name-label", now.GivenName, typed.GivenName}, {"user.family-name-label", now.FamilyName, typed.FamilyName},
		{"user.username-label", now.Username, typed.Username}, {"user.phone-label", now.Phone, typed.Phone},
		{"user.locale-label", now.Locale, typed.Locale}, {"user.zoneinfo-label", now.Zoneinfo, typed.Zoneinfo},
	} {
		if f.now != f.typed {
			rows = append(rows, templates.Row{Name: locales.Say(f.label), Value: locales.Stored(f.now)})
		}
	}
	return rows
}

// SaveEmail is POST /admin/users/{id}/email.
func (d *Handler) SaveEmail(c *gin.Context) error {
	u, form, err := d.found(c)
	if err != nil {
		return err
	}
	_, err = d.Operator.ChangeEmail(c.Request.Context(), d.Actor(c), u.ID, form["email"], form["verified"] != "")
	text := locales.Text{}
	switch {
	case errors.Is(err, emailaddr.ErrInvalid):
		text = locales.Say("user.email.bad")
	case errors.Is(err, fs.ErrExist):
		text = locales.Say("invite.there-is-somebody-with-this")
	case err != nil:
		return err
	default:
		return web.SeeOther(c, userPath(u.ID)+"?done=saved")
	}
	return d.showPerson(c, admin.Unprocessable, u, templates.AdminUser{NewEmail: form["email"], Mistakes: []templates.Mistake{{Field: "email", Text: text}}})
}

// SwitchAdministrator is POST /admin/users/{id}/administrator.
func (d *Handler) SwitchAdministrator(c *gin.Context) error {
	u, form, err := d.found(c)
	if err != nil {
		return err
	}
	if _, err := d.Operator.SetAdministrator(c.Request.Context(), d.Actor(c), u.ID, form["on"] == "1"); err != nil {
		return told(u, err)
	}
	return web.SeeOther(c, userPath(u.ID)+"?done=saved")
}

// EndSession is POST /admin/users/{id}/sessions/end-one.
func (d *Handler) EndSession(c *gin.Context) error {
	u, form, err := d.found(c)
	if err != nil {
		return err
	}
	if err := d.Operator.EndSession(c.Request.Context(), d.Actor(c), u.ID, form["session"]); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return web.SeeOther(c, userPath(u.ID)+"?done=session-ended")
}
