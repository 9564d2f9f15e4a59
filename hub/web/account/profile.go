package account

import (
	"errors"
	"io/fs"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/operator/claims"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/fields"
	"github.com/fedhub/fedhub/hub/users/pictures"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// Profile is GET /account/profile.
func (d *Handler) Profile(c *gin.Context) error {
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	return d.showProfile(c, http.StatusOK, p.User, p.User.Profile, nil)
}

func (d *Handler) showProfile(c *gin.Context, status int, u users.User, f users.Profile, wrong []templates.Mistake) error {
	page := templates.Profile{Username: u.Username, Mistakes: wrong, Picture: pictures.Name(u),
		Locales: options(languages, f.Locale), Zones: options(zones, f.Zoneinfo), Form: templates.ProfileForm{
			Name: f.Name, GivenName: f.GivenName, MiddleName: f.MiddleName, FamilyName: f.FamilyName, Nickname: f.Nickname,
			Gender: f.Gender, Birthdate: f.Birthdate, Picture: f.Picture, Page: f.ProfileURL, Website: f.Website,
			Locale: f.Locale, Zoneinfo: f.Zoneinfo, Phone: f.Phone, PhoneVerified: u.PhoneVerified && f.Phone == u.Phone,
			Street: f.Address.Street, Locality: f.Address.Locality, Region: f.Address.Region,
			PostalCode: f.Address.PostalCode, Country: f.Address.Country,
		}}
	if u.Origin != "" {
		page.From = u.Origin
		if key, err := d.Upstreams.Get(c.Request.Context(), u.Origin); err == nil {
			page.From = key.Name
		}
	}
	if err := d.fillFields(c, u, &page); err != nil {
		return err
	}
	return d.Responder.Show(c, status, page)
}

// fillFields fills in the fields that administrators defined and that users see.
func (d *Handler) fillFields(c *gin.Context, u users.User, page *templates.Profile) error {
	defined, err := d.Settings.UserFields(c.Request.Context())
	if err != nil || page.Fields != nil {
		return err
	}
	visible := slices.DeleteFunc(slices.Clone(defined), func(f fields.Field) bool { return !f.Visible })
	typed := map[string]string(nil)
	if form, err := web.Form(c); c.Request.Method == http.MethodPost && err == nil {
		typed = web.TypedFields(form)
	}
	page.Fields = web.UserFields(visible, u.Fields, typed, page.Mistakes)
	for i, f := range visible {
		page.Fields[i].Fixed = !f.Edited
		page.Editable = page.Editable || f.Edited
	}
	return nil
}

// SaveFields is POST /account/profile/fields.
func (d *Handler) SaveFields(c *gin.Context) error {
	p, form, err := d.asked(c)
	if err != nil {
		return err
	}
	_, err = d.Fields.ChangeOwnFields(c.Request.Context(), by(c, p.User.ID), p.User.ID, web.TypedFields(form))
	if wrong, ok := web.Mistakes(err, nil); ok {
		return d.showProfile(c, http.StatusUnprocessableEntity, p.User, p.User.Profile, wrong)
	}
	if errors.Is(err, claims.ErrNoField) || errors.Is(err, fs.ErrPermission) {
		return web.SeeOther(c, "/account/profile") // the form is older than the definition
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/account?done=saved")
}

// SaveProfile is POST /account/profile. Users cannot choose their user name: apps
// that use it as a login name would let them sign in as another user.
func (d *Handler) SaveProfile(c *gin.Context) error {
	p, form, err := d.asked(c)
	if err != nil {
		return err
	}
	var typed users.Profile
	for name, value := range form {
		typed.SetClaim(name, value)
	}
	typed.Username = p.User.Username
	_, err = d.Users.SetProfile(c.Request.Context(), p.User.ID, typed)
	if wrong, ok := web.Mistakes(err, nil); ok {
		return d.showProfile(c, http.StatusUnprocessableEntity, p.User, typed, wrong)
	}
	if err != nil {
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.UserChanged})
	return web.SeeOther(c, "/account?done=saved")
}
