package frappeimport

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/templates"
)

// tellEvery is the number of users between two reports of the progress.
const tellEvery = 500

// setConsent writes the consent setting.
func (p *planner) setConsent(ctx context.Context, by audit.Actor, consent string) error {
	return p.hub.ChangeSettings(ctx, by, func(s *settings.Settings) { s.Consent = consent })
}

// clientOutcome compares an application with the hub's application of the same ID.
func (p *planner) clientOutcome(ctx context.Context, c ClientHere, r *Record) (again bool, err error) {
	if _, err := p.hub.User(ctx, c.ID); err == nil {
		r.refuse("Its client ID is the ID of a user here.", "Register the application by hand, with another client ID.")
		return false, nil
	}
	standing, differ, err := p.hub.WouldImportClient(ctx, c.Client, c.Secret)
	if problems, ok := errors.AsType[forms.Problems](err); ok {
		r.refuse(problems.Words(templates.Sentence), "Correct it on the site and export it again, or add the application here by hand.")
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for the application %s: %w", c.ID, err)
	}
	what := strings.Join(differ, ", ")
	switch standing {
	case frappe.Fresh:
		r.Outcome = Created
	case frappe.Same:
		r.Outcome, r.Notes, r.Next = Unchanged, nil, nil
	case frappe.Stale:
		r.Outcome = Updated
		r.note("Changed on the site since the last import: " + what + ".")
		if slices.Contains(differ, frappe.SecretField) {
			r.todo("Delete the old secret under Applications as soon as the application uses the new one. Until then both are valid.")
		}
	case frappe.Touched:
		r.Outcome, r.Reason, r.Notes, r.Next = Skipped, "It was changed here since the import, so it is not updated. Differences: "+what+".", nil, nil
	default:
		r.refuse("There is another application with this client ID here. It is not changed. Differences: "+what+".", "Compare the two under Applications.")
	}
	return standing == frappe.Stale, nil
}

// people plans the users. If two users of the export have the same address or
// subject, neither is imported. The subject of a document counts even if the rest
// cannot be used.
func (p *planner) people(ctx context.Context, tell func(done, of int)) error {
	all := make([]Person, len(p.export.Users))
	records := make([]Record, len(p.export.Users))
	byID, byEmail, byName := map[string][]int{}, map[string][]int{}, map[string][]int{}
	for i, d := range p.export.Users {
		hash := p.export.Passwords[strings.ToLower(d.text("name"))]
		all[i], records[i] = person(d, hash, p.wanted, p.options, func(name string) string { return p.hub.ImportedSubject(From, name) })
		if records[i].Outcome == "" {
			key, _ := emailaddr.Canonical(all[i].Email)
			byEmail[key] = append(byEmail[key], i)
			personApp(p.export.Apps[strings.ToLower(d.text("name"))], p.options.SiteKey, &all[i], &records[i])
			p.signInOf(d, &all[i], &records[i])
			if name := all[i].SignInName; name != "" {
				byName[name] = append(byName[name], i)
			}
		}
		for _, id := range claimedBy(d, all[i].ID) {
			byID[id] = append(byID[id], i)
		}
		for _, identity := range all[i].Identities {
			p.claims[identity]++
		}
	}
	for i := range all {
		if records[i].Outcome == "" {
			key, _ := emailaddr.Canonical(all[i].Email)
			p.refuseTwins(&records[i], records, i, byID[strings.ToLower(all[i].ID)], "subject (userid)")
			p.refuseTwins(&records[i], records, i, byEmail[key], "email address")
			if err := p.ownName(ctx, &all[i], &records[i], len(byName[all[i].SignInName])); err != nil {
				return err
			}
		}
		if err := p.onePerson(ctx, p.export.Users[i], all[i], records[i]); err != nil {
			return err
		}
		if (i+1)%tellEvery == 0 && tell != nil {
			tell(i+1, len(all))
		}
	}
	return nil
}

// claimedBy are the subjects that no other user may have: those in the document,
// and the one that the user gets here. They are in lower case, because many
// applications compare subjects without regard to case.
func claimedBy(d Doc, id string) []string {
	var ids []string
	for _, claimed := range append(subjects(d), id) {
		if claimed = strings.ToLower(claimed); claimed != "" && !slices.Contains(ids, claimed) {
			ids = append(ids, claimed)
		}
	}
	return ids
}

func (p *planner) refuseTwins(r *Record, records []Record, me int, twins []int, what string) {
	for _, other := range twins {
		if other != me && r.Outcome == "" {
			r.refuse("It has the same "+what+" as "+records[other].Name+" ("+records[other].Place.String()+").", "Correct it on the site and export it again.")
		}
	}
}

// onePerson compares a user with the hub's.
func (p *planner) onePerson(ctx context.Context, d Doc, one Person, r Record) error {
	if r.Outcome == "" && p.taken[one.ID] {
		r.refuse("The subject (userid) is the client ID of an application.", "Correct it on the site and export it again.")
	}
	if r.Outcome != "" {
		p.add(r, nil)
		return nil
	}
	r.ID = one.ID
	if err := errors.Join(p.keepRoles(ctx, d, &one), p.keepNames(ctx, d, &one)); err != nil {
		return err
	}
	standing, there, err := p.hub.WouldImportUser(ctx, one.Import)
	if problems, ok := errors.AsType[forms.Problems](err); ok {
		r.refuse(problems.Words(templates.Sentence), "Correct it on the site and export it again, or add the user here by hand.")
		p.add(r, nil)
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for %s: %w", r.Name, err)
	}
	personOutcome(&r, standing, there)
	links, err := p.identities(ctx, one, standing, there, &r)
	if err != nil {
		return err
	}
	if err := p.appAgain(ctx, &one, standing, there, &r); err != nil {
		return err
	}
	if r.Outcome == Created || r.Outcome == Updated {
		for _, what := range one.left {
			p.left[what]++
		}
		if one.NewUser.Imported == "" && len(r.Next) == 0 {
			p.bare++
		}
		p.add(r, p.writePerson(one, standing, links))
		return nil
	}
	p.add(r, nil)
	return nil
}

// keepRoles keeps the roles of an existing user if the export has no roles.
func (p *planner) keepRoles(ctx context.Context, d Doc, one *Person) error {
	if d.lists("roles") {
		return nil
	}
	there, err := p.hub.User(ctx, one.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	one.Roles = there.Roles
	return err
}

// personOutcome turns the status of a user into an outcome.
func personOutcome(r *Record, standing users.ImportStatus, there users.User) {
	quiet := func(outcome Outcome, reason string) { r.Outcome, r.Reason, r.Notes, r.Next = outcome, reason, nil, nil }
	switch standing {
	case users.ImportNew:
		r.Outcome = Created
	case users.ImportUpdate:
		r.Outcome = Updated
	case users.ImportUnchanged:
		quiet(Unchanged, "")
	case users.ImportIssuedHere:
		quiet(Unchanged, "This hub signs the user in to the site, which got the subject from this hub.")
	case users.ImportChangedHere:
		reason := "The user was changed here since the import, so nothing is updated."
		if there.Admin() {
			reason = "The user is an administrator here, so nothing is updated."
		}
		quiet(Skipped, reason)
	case users.ImportEmailConflict:
		r.refuse("A user here already has this email address, with the subject "+there.ID+". This account is not changed, nor is its password.",
			"If it is the same person, they sign in with their account here. In applications that use the old subject ("+r.ID+"), enter the new one.")
	case users.ImportEmailChanged:
		r.refuse("The user with this subject here was imported with the address "+there.Email+". On the site, a user can take the subject of a deleted user, and there is no password hash to show that this is the same person. So nothing is imported.",
			"If it is the same person, let them change their address here under Your account, or export the passwords too.")
	case users.ImportRemoved:
		r.refuse("The user with this subject was deleted here. A subject is never used again.", "If the person needs an account here again, invite them. They get a new subject.")
	default:
		r.refuse("Another user here has this subject.", "To find this user, run: fedhub user list --json")
	}
}

// identities are the identities to link to a user: those of a sign-in provider of
// this hub that are not linked yet.
func (p *planner) identities(ctx context.Context, one Person, standing users.ImportStatus, there users.User, r *Record) ([]linking.Claim, error) {
	if standing != users.ImportNew && standing != users.ImportUpdate && (standing != users.ImportUnchanged || !there.AsImported()) {
		return nil, nil
	}
	if slices.Contains(one.Roles, users.AdminRole) || there.Admin() {
		return nil, nil // administrators link their sign-in methods themselves
	}
	var links []linking.Claim
	for _, i := range one.Identities {
		at := slices.IndexFunc(p.keys, func(k federation.LoginKey) bool { return k.Preset == i.Provider })
		if at < 0 {
			p.left["link to "+i.Provider+", which is not a sign-in provider here"]++
			continue
		}
		k := p.keys[at]
		c := linking.Claim{Key: k.ID, Issuer: k.BaseURL, Subject: i.Subject}
		if k.Issuer != "" {
			c.Issuer = k.Issuer
		}
		owner, err := p.hub.IdentityOwner(ctx, c)
		switch {
		case err != nil:
			return nil, fmt.Errorf("look for an identity of %s: %w", r.Name, err)
		case owner == one.ID:
		case owner != "":
			r.note("The account at " + k.Name + " is linked to another user here.")
		case p.claims[i] > 1: // users can edit this list on the site
			r.note("Several users have the same account at " + k.Name + " in this export, so it is linked to none of them.")
		default:
			links = append(links, c)
			r.note("The account at " + k.Name + " is linked here too, if it has the address " + one.Email + ".")
			if standing == users.ImportUnchanged {
				r.Outcome = Updated
			}
		}
	}
	return links, nil
}

func (p *planner) writePerson(one Person, standing users.ImportStatus, links []linking.Claim) func(context.Context, audit.Actor) error {
	return func(ctx context.Context, by audit.Actor) error {
		if standing != users.ImportUnchanged {
			if _, err := p.hub.ImportUser(ctx, by, one.Import, standing == users.ImportUpdate); err != nil {
				return err
			}
		}
		if one.App != "" {
			if err := p.hub.SetUpApp(ctx, by, one.ID, one.App); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
		}
		for _, c := range links {
			if _, err := p.hub.LinkImported(ctx, by, one.ID, c); err != nil {
				return err
			}
		}
		return nil
	}
}
