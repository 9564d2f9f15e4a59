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
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/templates"
)

// A Plan is what an import would do, and does when it is carried out.
type Plan struct {
	Report Report
	hub    *operator.Service
	steps  []step // in the order of what needs what
}

// A step is one write. It belongs to a record, whose outcome it makes true.
type step struct {
	record int
	do     func(ctx context.Context, by audit.Actor) error
}

// A planner holds what is known of the hub and of the whole export while the
// documents are gone through.
type planner struct {
	*Plan
	export  *Export
	options Options
	keys    []federation.LoginKey // of the hub, and those that are to be added
	taken   map[string]bool       // ids of clients, here or to be
	wanted  []string              // roles that some client asks for
	claims  map[Identity]int      // how many people in the export have an identity
	bare    int                   // people without a password
	asks    []string              // clients that ask for consent here, and not at the site
	left    map[string]int        // what is not taken over, and of how many people
}

// Make reads the hub and makes the plan. Nothing is written. tell is called
// now and then with how many documents were looked at.
func Make(ctx context.Context, h *operator.Service, e *Export, o Options, tell func(done, of int)) (*Plan, error) {
	p := &planner{
		Plan:   &Plan{hub: h, Report: Report{Hub: h.URL(), Site: o.Site, DryRun: true, Records: []Record{}}},
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
	p.keys, err = p.hub.LoginKeys(ctx)
	if err != nil {
		return fmt.Errorf("list the login keys: %w", err)
	}
	return nil
}

// add keeps a record, and the step that makes it true.
func (p *planner) add(r Record, do func(ctx context.Context, by audit.Actor) error) {
	p.Report.Records = append(p.Report.Records, r)
	if do != nil {
		p.steps = append(p.steps, step{len(p.Report.Records) - 1, do})
	}
}

// loginKeys plans the Social Login Keys. One that is here already stays as it
// is.
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
			r.refuse("There is another login key called "+k.ID+" here, which stays as it is.", "Compare the two under Login keys.")
		case errors.As(err, &problems):
			r.refuse(problems.Words(templates.Sentence), "Add it by hand under Login keys.")
		case err != nil:
			return fmt.Errorf("check login key %s: %w", k.ID, err)
		default:
			r.Outcome = Created
			r.note("It is switched off until somebody has tried it.")
			p.keys = append(p.keys, k.LoginKey)
			p.add(r, func(ctx context.Context, by audit.Actor) error {
				_, err := p.hub.KeepLoginKey(ctx, by, k.LoginKey, k.Secret)
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
			c.AllowedRoles = have.AllowedRoles // what the export does not say opens nothing
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

// skipAuthorization lets an app ask nobody for consent only where somebody said
// so for this import, or did before; here an administrator agrees for everybody.
func (p *planner) skipAuthorization(c *ClientHere, have clients.Client, r *Record) {
	switch {
	case !c.SkipAuthorization:
	case p.options.SkipAuthorization || have.SkipAuthorization:
		r.note("People are not asked for consent, as at the site.")
	default:
		c.SkipAuthorization = false
		p.asks = append(p.asks, c.Name+" ("+c.ID+")")
		r.note("People are asked for consent here, though not at the site.")
	}
}

// tellRest says what was not taken over of the people, and what else the files
// hold.
func (p *planner) tellRest() {
	note := func(format string, args ...any) {
		p.Report.Notes = append(p.Report.Notes, fmt.Sprintf(format, args...))
	}
	if len(p.export.Users) > 0 && !p.options.TrustEmails {
		note("The e-mail addresses count as entered by an administrator, so Frappe sites are told them, but not as verified, which the newest sites ask for. If somebody answers for all of them, add --trust-emails.")
	}
	for _, what := range slices.Sorted(maps.Keys(p.left)) {
		note("Not taken over: %s (%s).", what, people(p.left[what]))
	}
	if len(p.asks) > 0 {
		note("Skip Authorization is on at the site and was not taken over: %s. If people are not to be asked for consent by them here either, add --skip-authorization.", strings.Join(p.asks, ", "))
	}
	if p.bare > 0 {
		note("No password in these files: %s. They sign in through a provider, or choose a password by \"Forgot password?\".", people(p.bare))
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
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

// settings plans how people are asked for consent, unless somebody here has
// decided about the settings already.
func (p *planner) settings(ctx context.Context) error {
	have, err := p.hub.Settings(ctx)
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	consent := consentOf(p.export.Settings)
	slices.SortFunc(p.export.Settings, func(a, b Doc) int { return strings.Compare(a.Type, b.Type) })
	for i, d := range p.export.Settings {
		r := settingsRecord(d)
		if i > 0 || consent == "" || consent == have.Consent {
			p.add(r, nil)
			continue
		}
		if !have.Updated.IsZero() {
			r.note("The site asks for consent by " + consent + ", the hub by " + have.Consent + "; that stays, for somebody here has saved the settings.")
			r.todo("If it should be as at the site: fedhub settings set --consent " + consent)
			p.add(r, nil)
			continue
		}
		r.Outcome = Updated
		r.note("People are asked for consent by " + consent + ", as at the site.")
		p.add(r, func(ctx context.Context, by audit.Actor) error { return p.setConsent(ctx, by, consent) })
	}
	return nil
}
