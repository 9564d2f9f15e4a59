package account

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
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
	return d.Responder.Show(c, status, page)
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
