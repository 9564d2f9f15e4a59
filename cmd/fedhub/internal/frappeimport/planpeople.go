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

// tellEvery is after how many people a long run says how far it is.
const tellEvery = 500

// setConsent writes how people are asked.
func (p *planner) setConsent(ctx context.Context, by audit.Actor, consent string) error {
	return p.hub.ChangeSettings(ctx, by, func(s *settings.Settings) { s.Consent = consent })
}

// clientOutcome compares a client with what the hub has under its id.
func (p *planner) clientOutcome(ctx context.Context, c ClientHere, r *Record) (again bool, err error) {
	if _, err := p.hub.User(ctx, c.ID); err == nil {
		r.refuse("Its id is that of a person here.", "Register the app anew, with another id.")
		return false, nil
	}
	standing, differ, err := p.hub.WouldImportClient(ctx, c.Client, c.Secret)
	if problems, ok := errors.AsType[forms.Problems](err); ok {
		r.refuse(problems.Words(templates.Sentence), "Put it right at the site and export it again, or add the app here by hand.")
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
		r.note("Changed at the site since it was imported: " + what + ".")
		if slices.Contains(differ, frappe.SecretField) {
			r.todo("Drop the secret of before under Applications as soon as the app has the new one: until then both are good.")
		}
	case frappe.Touched:
		r.Outcome, r.Reason, r.Notes, r.Next = Skipped, "It was changed here since it was imported, so it stays as it is. It differs in: "+what+".", nil, nil
	default:
		r.refuse("There is another application with this id here, which stays as it is. It differs in: "+what+".", "Compare the two under Applications.")
	}
	return standing == frappe.Stale, nil
}

// people plans the users. Whom the export has twice, by address or by subject,
// it has wrong: neither is taken over. A subject counts also where the rest of
// its document cannot be used.
func (p *planner) people(ctx context.Context, tell func(done, of int)) error {
	all := make([]Person, len(p.export.Users))
	records := make([]Record, len(p.export.Users))
	byID, byEmail := map[string][]int{}, map[string][]int{}
	for i, d := range p.export.Users {
		hash := p.export.Passwords[strings.ToLower(d.text("name"))]
		all[i], records[i] = person(d, hash, p.wanted, p.options, func(name string) string { return p.hub.ImportedSubject(From, name) })
		if records[i].Outcome == "" {
			key, _ := emailaddr.Canonical(all[i].Email)
			byEmail[key] = append(byEmail[key], i)
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
			p.refuseTwins(&records[i], records, i, byEmail[key], "e-mail address")
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

// claimedBy are the subjects that are not to be anybody else's: those that a
// document claims, taken over or not, and the one that it gets here. Many
// databases of apps know no difference between capitals and small letters.
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
			r.refuse("It has the same "+what+" as "+records[other].Name+" ("+records[other].Place.String()+").", "Put it right at the site and export it again.")
		}
	}
}

// onePerson compares somebody with what the hub has.
func (p *planner) onePerson(ctx context.Context, d Doc, one Person, r Record) error {
	if r.Outcome == "" && p.taken[one.ID] {
		r.refuse("The subject (userid) is the id of an application.", "Put it right at the site and export it again.")
	}
	if r.Outcome != "" {
		p.add(r, nil)
		return nil
	}
	r.ID = one.ID
	if err := p.keepRoles(ctx, d, &one); err != nil {
		return err
	}
	standing, there, err := p.hub.WouldImportUser(ctx, one.Import)
	if problems, ok := errors.AsType[forms.Problems](err); ok {
		r.refuse(problems.Words(templates.Sentence), "Put it right at the site and export it again, or add the person here by hand.")
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

// keepRoles lets somebody who is here already have their roles where the
// export does not say which they have.
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

// personOutcome says what follows from what an import found.
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
		quiet(Unchanged, "This hub signed the person in at the site, which has the subject from here.")
	case users.ImportChangedHere:
		reason := "The person was changed here since the import, so nothing is taken over."
		if there.Admin() {
			reason = "The person is an administrator here, so nothing is taken over."
		}
		quiet(Skipped, reason)
	case users.ImportEmailConflict:
		r.refuse("Somebody here has this e-mail address already, with the subject "+there.ID+". That account stays as it is, password included.",
			"If it is the same person, they sign in with their account here; apps that know them by the old subject ("+r.ID+") must be told the new one.")
	case users.ImportEmailChanged:
		r.refuse("Whoever has this subject here came with the address "+there.Email+". At the site people can claim the subject of somebody who is gone, and no password hash shows that this is the same person, so nothing is taken over.",
			"If it is the same person, let them change the address here under Your account, or export the passwords too.")
	default:
		r.refuse("Somebody else here has this subject.", "Find out who it is: fedhub user list --json")
	}
}

// identities are the claims to link to a person: those of a provider that has a
// login key here, and that are nobody's yet.
func (p *planner) identities(ctx context.Context, one Person, standing users.ImportStatus, there users.User, r *Record) ([]linking.Claim, error) {
	if standing != users.ImportNew && standing != users.ImportUpdate && (standing != users.ImportUnchanged || !there.AsImported()) {
		return nil, nil
	}
	if slices.Contains(one.Roles, users.AdminRole) || there.Admin() {
		return nil, nil // an administrator connects what signs them in themself
	}
	var links []linking.Claim
	for _, i := range one.Identities {
		at := slices.IndexFunc(p.keys, func(k federation.LoginKey) bool { return k.Preset == i.Provider })
		if at < 0 {
			p.left["a connection to "+i.Provider+", which has no login key here"]++
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
			r.note("Their account at " + k.Name + " is connected to somebody else here.")
		case p.claims[i] > 1: // people can edit this list at the site
			r.note("Several people have the same account at " + k.Name + " in this export, so it is connected to none of them.")
		default:
			links = append(links, c)
			r.note("Their account at " + k.Name + " signs them in here too, if it has the address " + one.Email + ".")
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
		for _, c := range links {
			if _, err := p.hub.LinkImported(ctx, by, one.ID, c); err != nil {
				return err
			}
		}
		return nil
	}
}
