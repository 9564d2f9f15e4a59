package frappeimport

import (
	"regexp"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/sitekey"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
)

// Options are the choices of the administrator for an import.
type Options struct {
	Site        string // URL of the site that is replaced, without a slash at its end
	TrustEmails bool   // all addresses in the export count as verified
	Admins      bool   // a System Manager of the site becomes an administrator here
	NewSubjects bool   // users without a subject in the export get a new one

	SiteKey           sitekey.Key // to decrypt secrets of authenticator apps; nil: unknown
	SkipAuthorization bool        // applications keep the site's Skip Authorization
}

// From marks records that come from a Frappe site.
const From = "frappe"

// A Person is the user that a User document becomes.
type Person struct {
	users.Import
	Identities []Identity
	App        string   // secret of the user's authenticator app; empty: none
	left       []string // data that the hub does not import, in words
}

// An Identity is a user's account at another provider.
type Identity struct{ Provider, Subject string }

// person is the rule for a User. If it is not imported, the record says why.
// subject creates a subject for users without one.
func person(d Doc, hash string, wanted []string, o Options, subject func(name string) string) (Person, Record) {
	r := Record{Kind: User, Name: d.text("name"), Place: d.At}
	email := personEmail(d)
	_, unusable := emailaddr.Canonical(email)
	switch {
	case slices.Contains([]string{"administrator", "guest"}, strings.ToLower(r.Name)):
		r.skip("Administrator and Guest are built-in users of the site and are never imported.")
	case !d.says("enabled"):
		r.refuse("The export does not say whether this user is enabled.", "Export the field Enabled too.")
	case !d.lists("social_logins") && !o.NewSubjects:
		r.refuse("The export does not contain this user's subject (userid in Social Logins).",
			"Export the child table Social Logins too. If no application uses the subject, you can add --new-subjects instead.")
	case unusable != nil:
		r.refuse("The user has no valid email address.", "Enter one on the site and export the user again, or add the user here by hand.")
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

// personSubject is the user's subject in the site's tokens: the userid of the social
// login with the provider frappe.
func personSubject(d Doc, r *Record, subject func(string) string) string {
	found := subjects(d)
	switch {
	case len(found) == 1 && users.ValidSubject(found[0]):
		return found[0]
	case len(found) > 1:
		r.note("The site has several subjects (userid) for this user, so the user gets a new one.")
	case len(found) == 1:
		r.note("The subject (userid) of this user cannot be kept, so the user gets a new one.")
	}
	return subject(r.Name)
}

// subjects are all subjects in a document.
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
		r.note("Left out: " + problem.Field + ", because its value is not valid here.")
	}
	p.Profile = face
	if d.text("user_image") != "" && face.Picture == "" {
		p.left = append(p.left, "pictures without a public https URL")
	}
}

// picture is the URL of a picture, empty if it is one of the site's own files, which
// are not available without the site.
func picture(address string) string {
	if strings.HasPrefix(address, "https://") {
		return address
	}
	return ""
}

func personRoles(d Doc, p *Person, r *Record, wanted []string, o Options) {
	if !d.lists("roles") {
		p.left = append(p.left, "roles, because they are not in these files")
	}
	roles, dropped := rolesHere(d, wanted, o.Admins && !p.Disabled)
	p.Roles = roles
	if len(dropped) > 0 {
		r.note("Left out, because a user can have at most 100 roles here, each with at most 64 characters: " + strings.Join(dropped, ", ") + ".")
	}
	if slices.Contains(roles, renamedAdmin) {
		r.note("The role " + users.AdminRole + " is called " + renamedAdmin + " here, because the original name makes a user an administrator of this hub.")
	}
	if slices.Contains(roles, users.AdminRole) {
		r.note("Becomes an administrator of this hub, because the user is a System Manager of the site.")
	}
}

// personPassword refuses a user with a hash that cannot be checked, who would
// otherwise be imported without a password.
func personPassword(hash string, p *Person, r *Record) {
	if _, err := passwords.Imported(hash); hash != "" && err != nil {
		r.refuse(texts.New("user.hash.bad", "cause", err).In(templates.Sentence, ""),
			"Let the user choose a new password on the site, or add the user here by hand and send them the link of: fedhub user reset-link "+p.Email)
		return
	}
	p.NewUser.Imported = passwords.Hash(hash)
}

// personRest names the data that is not imported, and finds identities.
func personRest(d Doc, p *Person, r *Record) {
	for field, words := range map[string]string{
		"gender": "gender", "birth_date": "date of birth", "phone": "telephone number", "mobile_no": "telephone number",
	} {
		if field == "mobile_no" && p.SignInPhone != "" {
			continue
		}
		if d.text(field) != "" && !slices.Contains(p.left, words) {
			p.left = append(p.left, words)
		}
	}
	zero := func(s string) bool { return s == "" || s == "0" }
	if !zero(d.text("restrict_ip")) || !zero(d.text("login_after")) || !zero(d.text("login_before")) {
		r.note("The site restricts this user to certain IP addresses or hours. The hub has no such restriction.")
	}
	for _, row := range d.tables["social_logins"] {
		i := Identity{strings.ToLower(strings.TrimSpace(row["provider"])), strings.TrimSpace(row["userid"])}
		if i.Provider == "" || i.Provider == "frappe" || i.Subject == "" || slices.Contains(p.Identities, i) {
			continue
		}
		if !i.safe() {
			p.left = append(p.left, "link to "+i.Provider)
			continue
		}
		p.Identities = append(p.Identities, i)
	}
}

var userNumber = regexp.MustCompile(`^[1-9][0-9]{0,30}$`)

// safe reports whether the site's ID of a user is the subject that the hub's
// connector uses, the same for every application. IDs of other providers are cut
// off or differ between applications.
func (i Identity) safe() bool {
	return (i.Provider == "google" || i.Provider == "github") && userNumber.MatchString(i.Subject)
}
