package frappeimport

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/signinname"
)

// allows reports whether the site lets users sign in with this.
func (p *planner) allows(setting string) bool {
	return slices.ContainsFunc(p.export.Settings, func(d Doc) bool { return d.Type == SystemSettings && d.on(setting) })
}

const (
	byUserName = "allow_login_using_user_name"
	byMobile   = "allow_login_using_mobile_number"
)

// signInSettings plans the settings for user names and phone numbers as the site
// has them, unless an administrator has saved the settings here already.
func (p *planner) signInSettings(d Doc, have settings.Settings, r Record) {
	var flags, what []string
	names, phones := d.on(byUserName) && !have.UserNameSignIn, d.on(byMobile) && !have.PhoneSignIn
	if names {
		flags, what = append(flags, "--user-name-sign-in"), append(what, "with a user name")
	}
	if phones {
		flags, what = append(flags, "--phone-sign-in"), append(what, "with a phone number")
	}
	switch {
	case len(flags) == 0:
		p.add(r, nil)
	case !have.Updated.IsZero():
		r.note("On the site, users can also sign in " + strings.Join(what, " and ") + ". The settings of this hub are not changed, because an administrator has saved them here.")
		r.todo("To allow it here too, run: fedhub settings set " + strings.Join(flags, " "))
		p.add(r, nil)
	default:
		r.Outcome = Updated
		r.note("Users can also sign in " + strings.Join(what, " and ") + ", as on the site.")
		p.add(r, func(ctx context.Context, by audit.Actor) error {
			return p.hub.ChangeSettings(ctx, by, func(s *settings.Settings) {
				s.UserNameSignIn, s.PhoneSignIn = s.UserNameSignIn || names, s.PhoneSignIn || phones
			})
		})
	}
}

// signInOf takes over the user name and the phone number that a user signs in with
// at the site.
func (p *planner) signInOf(d Doc, one *Person, r *Record) {
	var err error
	if name := d.text("username"); name != "" && p.allows(byUserName) {
		if one.SignInName, err = signinname.UserName(name); err != nil {
			r.note("The user cannot sign in with the user name " + name + ": here it consists of a to z, digits and . _ -, and begins with a letter.")
		}
	}
	if number := d.text("mobile_no"); number != "" && p.allows(byMobile) {
		if one.SignInPhone, err = signinname.Phone(number); err != nil {
			r.note("The user cannot sign in with the phone number, because it is not valid here.")
		}
	}
}

// keepNames keeps what an existing user signs in with if the export does not say
// it.
func (p *planner) keepNames(ctx context.Context, d Doc, one *Person) error {
	known := slices.ContainsFunc(p.export.Settings, func(d Doc) bool { return d.Type == SystemSettings })
	if known && d.says("username") && d.says("mobile_no") {
		return nil
	}
	there, err := p.hub.User(ctx, one.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if !known || !d.says("username") {
		one.SignInName = there.SignInName
	}
	if !known || !d.says("mobile_no") {
		one.SignInPhone = there.SignInPhone
	}
	return err
}

// ownName leaves a user name out that somebody else has, in the export or here.
func (p *planner) ownName(ctx context.Context, one *Person, r *Record, inExport int) error {
	if one.SignInName == "" {
		return nil
	}
	owner, err := p.hub.SignInNameOwner(ctx, one.SignInName)
	if err != nil {
		return err
	}
	if inExport > 1 || owner != "" && owner != one.ID {
		r.note("The user cannot sign in with the user name " + one.SignInName + ", because another user has it too.")
		one.SignInName = ""
	}
	return nil
}

// appAgain decides whether the authenticator app of a user who is here is set up:
// only if the user was not changed here and has no second factor.
func (p *planner) appAgain(ctx context.Context, one *Person, standing users.ImportStatus, there users.User, r *Record) error {
	if one.App == "" || standing == users.ImportNew {
		return nil
	}
	has, err := p.hub.HasSecondFactor(ctx, one.ID)
	if err != nil {
		return err
	}
	same := standing == users.ImportUnchanged && there.AsImported()
	if has || there.Admin() || standing != users.ImportUpdate && !same {
		one.App = ""
		return nil
	}
	if same {
		r.Outcome = Updated
		r.note("The user's authenticator app works here too.")
	}
	return nil
}
