package frappeimport

import (
	"regexp"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
)

// Options are what the administrator said about an import.
type Options struct {
	Site        string // address of the site that is replaced, without a slash at its end
	TrustEmails bool   // somebody answers for every address in the export
	Admins      bool   // a System Manager there is an administrator here
	NewSubjects bool   // people of whom the export does not tell the subject get a new one

	SkipAuthorization bool // apps that ask nobody for consent there ask nobody here
}

// From is what the hub notes about whom it has from a Frappe site.
const From = "frappe"

// A Person is what a User becomes here.
type Person struct {
	users.Import
	Identities []Identity
	left       []string // what the export says and the hub does not take, in words
}

// An Identity is how another provider knows a person.
type Identity struct{ Provider, Subject string }

// person is the rule for a User. Where it is not taken over, the record says
// why. subject makes a subject for people who have none.
func person(d Doc, hash string, wanted []string, o Options, subject func(name string) string) (Person, Record) {
	r := Record{Kind: User, Name: d.text("name"), Place: d.At}
	email := personEmail(d)
	_, unusable := emailaddr.Canonical(email)
	switch {
	case slices.Contains([]string{"administrator", "guest"}, strings.ToLower(r.Name)):
		r.skip("Administrator and Guest belong to the site itself and are never imported.")
	case !d.says("enabled"):
		r.refuse("The export does not say whether this user is enabled.", "Export the field Enabled too.")
	case !d.lists("social_logins") && !o.NewSubjects:
		r.refuse("The export does not say what the site called this user to its apps (userid in Social Logins).",
			"Export the child table Social Logins too; or, if no app goes by it, add --new-subjects.")
	case unusable != nil:
		r.refuse("There is no e-mail address that can be used.", "Give the user one at the site, or add the person by hand.")
	}
	if r.Outcome != "" {
		return Person{}, r
	}
	p := Person{Import: users.Import{From: From, Disabled: !d.on("enabled")}}
	p.Email, p.EmailVerified = email, o.TrustEmails && emailaddr.SameMailbox(email)
	p.ID = personSubject(d, &r, subject)
	personFace(d, &p, &r)
	personRoles(d, &p, &r, wanted, o)
	personPassword(hash, &p, &r)
	personRest(d, &p, &r)
	return p, r
}

func personEmail(d Doc) string {
	email := d.text("email")
	if email == "" {
		email = d.text("name")
	}
	return strings.ToLower(email)
}

// personSubject is what the site called the person to its apps: the userid of
// the social login that is named after itself.
func personSubject(d Doc, r *Record, subject func(string) string) string {
	found := subjects(d)
	switch {
	case len(found) == 1 && users.ValidSubject(found[0]):
		return found[0]
	case len(found) > 1:
		r.note("The site has several subjects (userid) for this user, so a new one is used.")
	case len(found) == 1:
		r.note("The subject (userid) of this user cannot be kept, so a new one is used.")
	}
	return subject(r.Name)
}

// subjects are all that a document claims.
func subjects(d Doc) []string {
	var found []string
	for _, row := range d.tables["social_logins"] {
		if id := strings.TrimSpace(row["userid"]); strings.EqualFold(strings.TrimSpace(row["provider"]), "frappe") && id != "" {
			found = append(found, id)
		}
	}
	return found
}

func personFace(d Doc, p *Person, r *Record) {
	face, problems := users.Profile{
		Name: d.text("full_name"), GivenName: d.text("first_name"), MiddleName: d.text("middle_name"), FamilyName: d.text("last_name"),
		Username: d.text("username"), Zoneinfo: d.text("time_zone"), Locale: d.text("language"), Picture: picture(d.text("user_image")),
	}.Tidied()
	if face.Name == "" {
		face.Name = strings.Join(strings.Fields(face.GivenName+" "+face.MiddleName+" "+face.FamilyName), " ")
	}
	for _, problem := range problems {
		r.note("Left out: " + problem.Field + ", which cannot be used as it is.")
	}
	p.Profile = face
	if d.text("user_image") != "" && face.Picture == "" {
		p.left = append(p.left, "a picture that is not at an https address of its own")
	}
}

// picture is kept if others can see it: one that lies in the site's own files
// goes away with the site.
func picture(address string) string {
	if strings.HasPrefix(address, "https://") {
		return address
	}
	return ""
}

func personRoles(d Doc, p *Person, r *Record, wanted []string, o Options) {
	if !d.lists("roles") {
		p.left = append(p.left, "roles, which are not in these files")
	}
	roles, dropped := rolesHere(d, wanted, o.Admins && !p.Disabled)
	p.Roles = roles
	if len(dropped) > 0 {
		r.note("Left out, because a person has at most 100 roles here, of at most 64 characters: " + strings.Join(dropped, ", ") + ".")
	}
	if slices.Contains(roles, renamedAdmin) {
		r.note("The role " + users.AdminRole + " is called " + renamedAdmin + " here, for that name makes an administrator of this hub.")
	}
	if slices.Contains(roles, users.AdminRole) {
		r.note("Becomes an administrator of this hub, being a System Manager there.")
	}
}

// personPassword refuses somebody whose hash cannot be checked: without it they
// would be somebody who has no password.
func personPassword(hash string, p *Person, r *Record) {
	if _, err := passwords.Imported(hash); hash != "" && err != nil {
		r.refuse(texts.New("user.hash.bad", "cause", err).In(templates.Sentence, ""),
			"Let them choose a new password at the site, or add the person by hand and send them: fedhub user reset-link "+p.Email)
		return
	}
	p.NewUser.Imported = passwords.Hash(hash)
}

// personRest names what is not taken over.
func personRest(d Doc, p *Person, r *Record) {
	for field, words := range map[string]string{
		"gender": "a gender", "birth_date": "a date of birth", "phone": "a telephone number", "mobile_no": "a telephone number",
	} {
		if d.text(field) != "" && !slices.Contains(p.left, words) {
			p.left = append(p.left, words)
		}
	}
	zero := func(s string) bool { return s == "" || s == "0" }
	if !zero(d.text("restrict_ip")) || !zero(d.text("login_after")) || !zero(d.text("login_before")) {
		r.note("The site lets them in only from certain addresses or at certain hours; the hub does not.")
	}
	for _, row := range d.tables["social_logins"] {
		i := Identity{strings.ToLower(strings.TrimSpace(row["provider"])), strings.TrimSpace(row["userid"])}
		if i.Provider == "" || i.Provider == "frappe" || i.Subject == "" || slices.Contains(p.Identities, i) {
			continue
		}
		if !i.safe() {
			p.left = append(p.left, "a connection to "+i.Provider)
			continue
		}
		p.Identities = append(p.Identities, i)
	}
}

var userNumber = regexp.MustCompile(`^[1-9][0-9]{0,30}$`)

// safe reports whether the id that a site keeps of somebody is the subject by
// which the hub's connector knows them, whatever app they came through. At
// others it is cut, or differs from app to app.
func (i Identity) safe() bool {
	return (i.Provider == "google" || i.Provider == "github") && userNumber.MatchString(i.Subject)
}
