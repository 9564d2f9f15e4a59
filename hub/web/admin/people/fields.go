package people

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/operator/claims"
	"github.com/fedhub/fedhub/hub/users/fields"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// SaveFields is POST /admin/users/{id}/fields.
func (d *Handler) SaveFields(c *gin.Context) error {
	u, form, err := d.found(c)
	if err != nil {
		return err
	}
	typed := web.TypedFields(form)
	_, err = d.Operator.ChangeUserFields(c.Request.Context(), d.Actor(c), u.ID, typed)
	if wrong, ok := web.Mistakes(err, nil); ok {
		defined, err := d.Operator.UserFields(c.Request.Context())
		if err != nil {
			return err
		}
		return d.showPerson(c, admin.Unprocessable, u, templates.AdminUser{Fields: web.UserFields(defined, u.Fields, typed, wrong), Mistakes: wrong})
	}
	if errors.Is(err, claims.ErrNoField) {
		return web.SeeOther(c, userPath(u.ID)) // the form is older than the definitions
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, userPath(u.ID)+"?done=saved")
}

// Fields is GET /admin/fields.
func (d *Handler) Fields(c *gin.Context) error {
	return d.showFields(c, http.StatusOK, templates.AdminFields{Form: templates.FieldForm{Type: fields.Text}})
}

func (d *Handler) showFields(c *gin.Context, status int, page templates.AdminFields) error {
	defined, err := d.Operator.UserFields(c.Request.Context())
	if err != nil {
		return err
	}
	page.Most = fields.Most
	for _, t := range fields.Types() {
		page.Types = append(page.Types, templates.Option{Name: t, Value: fieldType(t)})
	}
	for _, f := range defined {
		row := templates.FieldRow{Name: f.Name, Label: f.Label, Type: fieldType(f.Type)}
		switch {
		case f.Edited:
			row.Chips = []templates.Chip{{Tone: "warn", Text: locales.Say("userfields.said-by-user")}}
		case f.Visible:
			row.Chips = []templates.Chip{{Text: locales.Say("userfields.visible")}}
		}
		page.Fields = append(page.Fields, row)
	}
	return d.Responder.Show(c, status, page)
}

// fieldType is a type in words.
func fieldType(name string) locales.Text {
	switch name {
	case fields.Text:
		return locales.Say("userfields.type-text")
	case fields.Number:
		return locales.Say("userfields.type-number")
	case fields.Boolean:
		return locales.Say("userfields.type-boolean")
	case fields.Date:
		return locales.Say("userfields.type-date")
	case fields.Choice:
		return locales.Say("userfields.type-choice")
	}
	return locales.Stored(name)
}

// AddField is POST /admin/fields.
func (d *Handler) AddField(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	typed := templates.FieldForm{Name: form["field_name"], Label: form["label"], Type: form["type"], Max: form["max"], Choices: form["choices"],
		Visible: form["visible"] != "", Edited: form["edited"] != ""}
	length := 0
	if text := strings.TrimSpace(typed.Max); text != "" {
		if length, err = strconv.Atoi(text); err != nil || length == 0 {
			length = -1 // it is refused
		}
	}
	choices := admin.Names(typed.Choices)
	if typed.Type != fields.Choice {
		choices = nil
	}
	f := fields.Field{Name: strings.TrimSpace(typed.Name), Label: strings.TrimSpace(typed.Label), Type: typed.Type, Max: length,
		Choices: slices.Clip(choices), Visible: typed.Visible || typed.Edited, Edited: typed.Edited}
	err = d.Operator.AddField(c.Request.Context(), d.Actor(c), f)
	if wrong, ok := web.Mistakes(err, map[string]string{"fields": ""}); ok {
		return d.showFields(c, admin.Unprocessable, templates.AdminFields{Form: typed, Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/fields?done=added")
}

// field returns the field that the path names.
func (d *Handler) field(c *gin.Context) (fields.Field, error) {
	all, err := d.Operator.UserFields(c.Request.Context())
	if err != nil {
		return fields.Field{}, err
	}
	f, known := fields.Named(all, c.Param("name"))
	if !known {
		return fields.Field{}, web.NotFound(claims.ErrNoField)
	}
	return f, nil
}

// AskRemoveField is GET /admin/fields/{name}/delete.
func (d *Handler) AskRemoveField(c *gin.Context) error {
	f, err := d.field(c)
	if err != nil {
		return err
	}
	return d.confirmField(c, http.StatusOK, f, nil)
}

func (d *Handler) confirmField(c *gin.Context, status int, f fields.Field, wrong []templates.Mistake) error {
	return d.Responder.Show(c, status, templates.ConfirmDelete{
		Button: locales.Say("userfields.delete-field-button"), Name: f.Name, Typed: true, Text: locales.Say("userfields.delete-text"),
		Action: "/admin/fields/" + templates.Segment(f.Name) + "/delete", Cancel: "/admin/fields", Mistakes: wrong,
	})
}

// RemoveField is POST /admin/fields/{name}/delete.
func (d *Handler) RemoveField(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	f, err := d.field(c)
	if err != nil {
		return err
	}
	if strings.TrimSpace(form["confirm"]) != f.Name {
		return d.confirmField(c, admin.Unprocessable, f, []templates.Mistake{{Field: "confirm", Text: locales.Say("clients.type-the-name-exactly-as")}})
	}
	if err := d.Operator.RemoveField(c.Request.Context(), d.Actor(c), f.Name); err != nil && !errors.Is(err, claims.ErrNoField) {
		return err
	}
	return web.SeeOther(c, "/admin/fields?done=removed")
}
