package people

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// usersPage is the number of users per page.
const usersPage = 25

// People is GET /admin/users.
func (d *Handler) People(c *gin.Context) error {
	return d.showPeople(c, http.StatusOK, templates.AdminUsers{})
}

// showPeople fills in the common parts of the page.
func (d *Handler) showPeople(c *gin.Context, status int, page templates.AdminUsers) error {
	page.Mail = d.MailLinks.Delivers()
	if err := d.fillList(c, &page); err != nil {
		return err
	}
	invited, err := d.Users.Invitations(c.Request.Context(), mostInvited)
	if err != nil {
		return err
	}
	for _, i := range invited {
		page.Invitations = append(page.Invitations, templates.UserInvitation{ID: i.ID, Email: i.Email, Roles: i.Roles, By: i.By, Expires: i.Expires})
	}
	if err := d.fillWaiting(c, &page); err != nil {
		return err
	}
	return d.Responder.Show(c, status, page)
}

// userChips are the unusual states of a user.
func userChips(u users.User) []templates.Chip {
	var out []templates.Chip
	if u.Admin() {
		out = append(out, templates.Chip{Tone: "info", Text: locales.Say("users.administrator")})
	}
	if u.Waiting != "" {
		out = append(out, templates.Chip{Tone: "warn", Text: locales.Say("users.waiting")})
	} else if u.Disabled {
		out = append(out, templates.Chip{Tone: "danger", Text: locales.Say("users.disabled")})
	}
	if u.Leaving() {
		out = append(out, templates.Chip{Tone: "warn", Text: locales.Say("users.deletion-requested")})
	}
	if !u.EmailVerified {
		out = append(out, templates.Chip{Tone: "warn", Text: locales.Say("users.unverified")})
	}
	return out
}

func userPath(id string) string { return "/admin/users/" + templates.Segment(id) }

// Person is GET /admin/users/{id}.
func (d *Handler) Person(c *gin.Context) error {
	u, err := d.Users.Get(c.Request.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return d.showPerson(c, http.StatusOK, u, templates.AdminUser{})
}

// showPerson fills in the common parts of the page.
func (d *Handler) showPerson(c *gin.Context, status int, u users.User, page templates.AdminUser) error {
	me, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	page.ID, page.Name, page.Email, page.Username, page.Chips = u.ID, u.Name, u.Email, u.Username, userChips(u)
	page.Disabled, page.Myself, page.Created, page.Due, page.Asked = u.Disabled, me.User.ID == u.ID, u.Created, u.DeletionDue, u.DeletionAsked
	page.Password, page.Changed, page.Mail = u.Password != "", u.PasswordChanged, d.MailLinks.Delivers()
	page.CanReset = u.EmailKey != "" && !u.Disabled
	if page.Second, err = d.Operator.HasSecondFactor(c.Request.Context(), u.ID); err != nil {
		return err
	}
	if page.Mistakes == nil {
		page.Roles = join(users.Without(u.Roles, []string{users.AdminRole}))
	}
	if page.Profile.Seen == "" {
		page.Profile = profileOf(u)
	}
	if page.Fields == nil {
		defined, err := d.Operator.UserFields(c.Request.Context())
		if err != nil {
			return err
		}
		page.Fields = web.UserFields(defined, u.Fields, nil, nil)
	}
	page.Administrator, page.GroupRoles, page.Verified = u.OwnAdmin(), u.GroupRoles(), u.EmailVerified
	if page.NewEmail == "" {
		page.NewEmail = u.Email
	}
	memberships, err := d.Operator.Memberships(c.Request.Context(), u)
	if err != nil {
		return err
	}
	for _, m := range memberships {
		row := templates.GroupRow{ID: m.Group.ID, Name: m.Group.Name}
		if m.Provider != "" {
			row.Parent = d.providerName(c, m.Provider)
		}
		page.Groups = append(page.Groups, row)
	}
	if u.Origin != "" {
		page.Origin = d.providerName(c, u.Origin)
	}
	for _, fill := range []func(*gin.Context, users.User, *templates.AdminUser) error{d.fillLogins, d.fillSessions, d.fillApps, d.fillEvents} {
		if err := fill(c, u, &page); err != nil {
			return err
		}
	}
	return d.Responder.Show(c, status, page)
}

func (d *Handler) providerName(c *gin.Context, id string) string {
	if key, err := d.Upstreams.Get(c.Request.Context(), id); err == nil {
		return key.Name
	}
	return id
}

func (d *Handler) fillLogins(c *gin.Context, u users.User, page *templates.AdminUser) error {
	linked, err := d.Linking.ByUser(c.Request.Context(), u.ID)
	for _, i := range linked {
		page.Logins = append(page.Logins, templates.UserLogin{ID: i.ID, Provider: d.providerName(c, i.LoginKey), Issuer: i.Issuer,
			Subject: i.Subject, Who: i.Email, Since: i.Linked, Used: i.LastUsed})
	}
	if err != nil || u.Password != "" || len(linked) != 1 {
		return err
	}
	err = d.Linking.WayInBeside(c.Request.Context(), u.ID, linked[0].ID)
	if page.Logins[0].Last = errors.Is(err, linking.ErrLastWayIn); page.Logins[0].Last {
		return nil
	}
	return err
}

func (d *Handler) fillSessions(c *gin.Context, u users.User, page *templates.AdminUser) error {
	if u.Disabled {
		return nil // no session
	}
	all, err := d.Sessions.Of(c.Request.Context(), u)
	for _, s := range all {
		page.Sessions = append(page.Sessions, templates.UserSession{ID: s.SID, Device: web.Device(s.Agent), Agent: s.Agent, IP: s.IP, Provider: d.sessionProvider(c, s.LoginKey), Started: s.Created, Seen: s.Seen})
		if s.Created.After(page.LastSignIn) {
			page.LastSignIn = s.Created
		}
	}
	return err
}

func (d *Handler) sessionProvider(c *gin.Context, key string) string {
	if key == "" {
		return ""
	}
	return d.providerName(c, key)
}

func (d *Handler) fillApps(c *gin.Context, u users.User, page *templates.AdminUser) error {
	granted, err := d.Grants.ByUser(c.Request.Context(), u.ID)
	if err != nil {
		return err
	}
	for _, g := range granted {
		client, err := d.Clients.Lookup(c.Request.Context(), g.ClientID)
		if store.Absent(err) {
			continue
		}
		if err != nil {
			return err
		}
		page.Apps = append(page.Apps, templates.UserApp{Name: cmp.Or(web.Shown(client).Shown(), client.ID), Scopes: g.Scopes, Since: g.Given})
	}
	return nil
}

// latest is the number of events on a user's page.
const latest = 20

func (d *Handler) fillEvents(c *gin.Context, u users.User, page *templates.AdminUser) error {
	events, err := d.Audit.About(c.Request.Context(), u.ID, "", latest)
	for _, e := range events {
		page.Events = append(page.Events, templates.UserEvent{Time: e.Time, Kind: e.Kind, Reason: locales.From(e.Words), IP: e.IP, Ref: e.Ref,
			By: by(e, u)})
	}
	return err
}

// by is the actor of an event, if it is not the user.
func by(e audit.Event, u users.User) string {
	if e.Actor == u.ID {
		return ""
	}
	return e.Actor
}

// found is the user with the id in the path, and the form about them.
func (d *Handler) found(c *gin.Context) (users.User, map[string]string, error) {
	form, err := web.Form(c)
	if err != nil {
		return users.User{}, nil, err
	}
	u, err := d.Users.Get(c.Request.Context(), c.Param("id"))
	return u, form, err
}
