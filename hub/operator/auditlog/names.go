package auditlog

import (
	"cmp"
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// A Kind says what a Party is.
type Kind int

// The kinds of parties.
const (
	Nobody Kind = iota // the event names nobody
	User
	Group
	Application
	Provider
	Hub      // this hub itself, by its schedule
	Upstream // a provider, without saying which
	Email    // a link in an email
	Literal  // anything else, such as the name of who ran a command
)

// A Party is whom or what an event names.
type Party struct {
	Kind Kind
	ID   string
	Name string // empty: the record is deleted, and the event does not have it
	Gone bool   // the record is deleted
}

// Parties are all that an event names.
type Parties struct{ Who, Whom, App, Provider, Group Party }

// AuditParties looks up the names in some events, each record once.
func (s *Log) AuditParties(ctx context.Context, events []audit.Event) ([]Parties, error) {
	l := lookup{s, map[Party]Party{}}
	all := make([]Parties, len(events))
	for i, e := range events {
		var err error
		if all[i], err = l.parties(ctx, e); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// A lookup finds names and remembers them. Its keys are parties without a name.
type lookup struct {
	*Log
	known map[Party]Party
}

func (l lookup) parties(ctx context.Context, e audit.Event) (p Parties, err error) {
	topic, _, _ := strings.Cut(e.Kind, ".")
	named := Party{Kind: User, ID: e.Target}
	group := Party{Kind: Group, ID: e.Target}
	if topic != "group" || e.Kind == audit.MemberAdded || e.Kind == audit.MemberRemoved {
		group = Party{Kind: Nobody}
	} else {
		named = Party{Kind: Nobody}
	}
	if textTargets[e.Kind] {
		named.Kind = Literal
	}
	for _, of := range []struct {
		to  *Party
		key Party
	}{
		{&p.Who, actor(e)}, {&p.Whom, named}, {&p.Group, group},
		{&p.App, Party{Kind: Application, ID: e.Client}}, {&p.Provider, Party{Kind: Provider, ID: e.LoginKey}},
	} {
		if *of.to, err = l.name(ctx, of.key); err != nil {
			return p, err
		}
	}
	if p.App.Name == "" && p.Whom.Kind == Literal {
		p.App.Name = e.Target // the name that the application had
	}
	if name := e.Detail["group"]; name != "" && p.Group.Name == "" {
		p.Group.Kind, p.Group.Name = Group, name
	}
	return p, nil
}

// textTargets are the kinds of events whose target is no user and no group but a
// text.
var textTargets = map[string]bool{
	audit.ClientAdded: true, audit.ClientChanged: true, audit.ClientRemoved: true, audit.ClientRegistered: true, audit.ClientRedeclared: true,
	audit.ClientUnregistered: true, audit.LogoutsTried: true, audit.ServerRemoved: true, audit.ServerAsked: true,
	audit.APIAdded: true, audit.APIChanged: true, audit.APIRemoved: true,
	audit.SiteEntered: true, audit.KeyAdded: true, audit.SigningRotated: true, audit.SigningDropped: true,
	audit.InitialTokenMade: true, audit.RecordDeleted: true, audit.UserInvited: true, audit.UserUninvited: true, audit.EmailGivenUp: true,
}

func actor(e audit.Event) Party {
	switch {
	case e.Actor == "":
		return Party{}
	case e.Actor == "schedule":
		return Party{Kind: Hub}
	case e.Actor == "provider":
		return Party{Kind: Upstream}
	case e.Actor == linking.ByEmail:
		return Party{Kind: Email}
	case e.Kind == audit.Exchanged, e.Actor == e.Client:
		return Party{Kind: Application, ID: e.Actor}
	}
	return Party{Kind: User, ID: e.Actor}
}

// name looks up one party.
func (l lookup) name(ctx context.Context, key Party) (Party, error) {
	if key.Kind == Literal || key.Kind == Hub || key.Kind == Upstream || key.Kind == Email {
		return Party{Kind: key.Kind, ID: key.ID, Name: key.ID}, nil
	}
	if key.ID == "" || key.Kind == Nobody || !store.IsText(key.ID) {
		return Party{}, nil
	}
	if p, ok := l.known[key]; ok {
		return p, nil
	}
	p := key
	name, err := l.read(ctx, key)
	switch {
	case err == nil:
		p.Name = name
	case !store.Absent(err):
		return p, err
	case key.Kind == User && uuid.Validate(key.ID) != nil:
		p.Kind, p.Name = Literal, key.ID // such as cli:root
	default:
		p.Gone = true
	}
	l.known[key] = p
	return p, nil
}

func (l lookup) read(ctx context.Context, p Party) (name string, err error) {
	switch p.Kind {
	case User:
		u, err := l.parts.Users.Get(ctx, p.ID)
		return cmp.Or(u.Name, u.Email, u.Username, p.ID), err
	case Group:
		g, err := l.parts.Groups.Get(ctx, p.ID)
		return g.Name, err
	case Application:
		c, err := l.parts.Clients.Lookup(ctx, p.ID)
		return cmp.Or(c.Name, p.ID), err
	default:
		k, err := l.parts.Upstreams.Get(ctx, p.ID)
		return cmp.Or(k.Name, p.ID), err
	}
}
