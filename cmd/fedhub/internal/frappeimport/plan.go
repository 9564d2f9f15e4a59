package frappeimport

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/templates"
)

// A Plan is what an import does when it is carried out.
type Plan struct {
	Report Report
	hub    *operator.Service
	keysAt *loginkeys.Service
	steps  []step // in the order of their dependencies
}

// A step is one write, for one record of the report.
type step struct {
	record int
	do     func(ctx context.Context, by audit.Actor) error
}

// A planner has the state of the hub and the whole export while the documents are
// planned.
type planner struct {
	*Plan
	export  *Export
	options Options
	keys    []federation.LoginKey // of the hub, with those to be added
	taken   map[string]bool       // IDs of applications, here or to be added
	wanted  []string              // roles that an application requires
	claims  map[Identity]int      // number of users in the export with an identity
	bare    int                   // users without a password
	asks    []string              // applications that ask for consent here, but not on the site
	left    map[string]int        // data that is not imported, with the number of users
}

// Make reads the hub and makes the plan. Nothing is written. tell is called now and
// then with the number of users that were checked.
func Make(ctx context.Context, h *operator.Service, keys *loginkeys.Service, e *Export, o Options, tell func(done, of int)) (*Plan, error) {
	p := &planner{
		Plan:   &Plan{hub: h, keysAt: keys, Report: Report{Hub: h.URL(), Site: o.Site, DryRun: true, Records: []Record{}}},
		export: e, options: o, taken: map[string]bool{}, claims: map[Identity]int{}, left: map[string]int{},
	}
	for _, part := range []func(context.Context) error{p.look, p.settings, p.loginKeys, p.clients} {
		if err := part(ctx); err != nil {
			return nil, err
		}
	}
	if err := p.people(ctx, tell); err != nil {
		return nil, err
	}
	p.tellRest()
	p.Report.count()
	return p.Plan, nil
}

// look reads what the hub has.
func (p *planner) look(ctx context.Context) error {
	have, err := p.hub.Clients(ctx)
	if err != nil {
		return fmt.Errorf("list the applications: %w", err)
	}
	for _, c := range have {
		p.taken[c.ID] = true
		p.wanted = append(p.wanted, c.AllowedRoles...)
	}
	for _, d := range p.export.Clients {
		p.taken[d.text("name")] = true
		p.wanted = append(p.wanted, allowedHere(d)...)
	}
	p.keys, err = p.keysAt.LoginKeys(ctx)
	if err != nil {
		return fmt.Errorf("list the sign-in providers: %w", err)
	}
	return nil
}

// add adds a record, and its step if it has one.
func (p *planner) add(r Record, do func(ctx context.Context, by audit.Actor) error) {
	p.Report.Records = append(p.Report.Records, r)
	if do != nil {
		p.steps = append(p.steps, step{len(p.Report.Records) - 1, do})
	}
}

// loginKeys plans the Social Login Keys. A provider that is here already is not
// changed.
func (p *planner) loginKeys(context.Context) error {
	for _, d := range p.export.Keys {
		k, r := loginKey(d, p.options, p.hub.URL())
		if r.Outcome != "" {
			p.add(r, nil)
			continue
		}
		at := slices.IndexFunc(p.keys, func(have federation.LoginKey) bool { return have.ID == k.ID })
		var problems forms.Problems
		switch err := p.hub.CheckLoginKey(k.LoginKey, k.Secret); {
		case at >= 0 && p.keys[at].Preset == k.Preset && p.keys[at].ClientID == k.ClientID:
			r.Outcome, r.Next = Unchanged, nil
		case at >= 0:
			r.refuse("There is another sign-in provider with the ID "+k.ID+" here. It is not changed.", "Compare the two under Sign-in providers.")
		case errors.As(err, &problems):
			r.refuse(problems.Words(templates.Sentence), "Add it by hand under Sign-in providers.")
		case err != nil:
			return fmt.Errorf("check the sign-in provider %s: %w", k.ID, err)
		default:
			r.Outcome = Created
			r.note("It is switched off until an administrator has tried it.")
			p.keys = append(p.keys, k.LoginKey)
			p.add(r, func(ctx context.Context, by audit.Actor) error {
				_, err := p.keysAt.KeepLoginKey(ctx, by, k.LoginKey, k.Secret)
				return err
			})
			continue
		}
		p.add(r, nil)
	}
	return nil
}

// clients plans the OAuth Clients.
func (p *planner) clients(ctx context.Context) error {
	for _, d := range p.export.Clients {
		c, r := client(d, p.hub.CheckRedirect)
		if r.Outcome != "" {
			p.add(r, nil)
			continue
		}
		have, err := p.hub.Client(ctx, c.ID)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("look for the application %s: %w", c.ID, err)
		}
		if err == nil && !d.lists("allowed_roles") {
			c.AllowedRoles = have.AllowedRoles // a missing table must not admit all users
		}
		p.skipAuthorization(&c, have, &r)
		again, err := p.clientOutcome(ctx, c, &r)
		if err != nil {
			return err
		}
		r.NoSecret = r.Outcome == Created && c.UsesSecret() && c.Secret == ""
		if r.Outcome != Created && r.Outcome != Updated {
			p.add(r, nil)
			continue
		}
		p.add(r, func(ctx context.Context, by audit.Actor) error {
			return p.hub.ImportClient(ctx, by, c.Client, c.Secret, again)
		})
	}
	return nil
}

// skipAuthorization keeps Skip Authorization only with the flag for this import, or
// if it is set here already: here an administrator consents for all users.
func (p *planner) skipAuthorization(c *ClientHere, have clients.Client, r *Record) {
	switch {
	case !c.SkipAuthorization:
	case p.options.SkipAuthorization || have.SkipAuthorization:
		r.note("Users are not asked for consent, as on the site.")
	default:
		c.SkipAuthorization = false
		p.asks = append(p.asks, c.Name+" ("+c.ID+")")
		r.note("Users are asked for consent here, unlike on the site.")
	}
}

// tellRest adds notes about user data that is not imported, and about what else is
// in the files.
func (p *planner) tellRest() {
	note := func(format string, args ...any) {
		p.Report.Notes = append(p.Report.Notes, fmt.Sprintf(format, args...))
	}
	if len(p.export.Users) > 0 && !p.options.TrustEmails {
		note("The email addresses are not marked as verified. Frappe sites still receive them, as addresses that an administrator entered, but the newest sites require verified addresses. If you have checked all of them, add --trust-emails.")
	}
	for _, what := range slices.Sorted(maps.Keys(p.left)) {
		note("Not imported: %s (%s).", what, people(p.left[what]))
	}
	if len(p.asks) > 0 {
		note("Skip Authorization is on at the site for these applications and was not imported: %s. To keep it, so that they do not ask users for consent, add --skip-authorization.", strings.Join(p.asks, ", "))
	}
	if p.bare > 0 {
		note("These files contain no password for %s. They sign in through a provider, or choose a password with \"Forgot password?\".", people(p.bare))
	}
	for _, what := range slices.Sorted(maps.Keys(p.export.Other)) {
		note("Not read: %s (%d).", what, p.export.Other[what])
	}
	for _, file := range slices.Sorted(maps.Keys(p.export.Unread)) {
		if headings := p.export.Unread[file]; len(headings) > 0 {
			note("Columns of %s that were not read: %s.", file, Some(headings))
		}
	}
	orphans := 0
	for name := range p.export.Passwords {
		if _, found := p.export.find(User, name); !found && name != "administrator" && name != "guest" {
			orphans++
		}
	}
	if orphans > 0 {
		note("Passwords of users who are not in these files: %d.", orphans)
	}
}

// Some names the first of many.
func Some(names []string) string {
	const most = 12
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

func people(n int) string {
	if n == 1 {
		return "1 user"
	}
	return fmt.Sprintf("%d users", n)
}

// settings plans how users are asked for consent, unless an administrator has saved
// the settings here already.
func (p *planner) settings(ctx context.Context) error {
	have, err := p.hub.Settings(ctx)
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	consent := consentOf(p.export.Settings)
	slices.SortFunc(p.export.Settings, func(a, b Doc) int { return strings.Compare(a.Type, b.Type) })
	for i, d := range p.export.Settings {
		r := settingsRecord(d)
		if d.Type == SystemSettings {
			p.signInSettings(d, have, r)
			continue
		}
		if i > 0 || consent == "" || consent == have.Consent {
			p.add(r, nil)
			continue
		}
		if !have.Updated.IsZero() {
			r.note("The site's consent setting is " + consent + ", the hub's is " + have.Consent + ". It is not changed, because an administrator has saved the settings here.")
			r.todo("To use the site's setting, run: fedhub settings set --consent " + consent)
			p.add(r, nil)
			continue
		}
		r.Outcome = Updated
		r.note("The consent setting becomes " + consent + ", as on the site.")
		p.add(r, func(ctx context.Context, by audit.Actor) error { return p.setConsent(ctx, by, consent) })
	}
	return nil
}
