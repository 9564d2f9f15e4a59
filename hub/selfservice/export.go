package selfservice

import (
	"context"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// An Export is what the hub knows about a user, for the user. It holds no
// secret and no hash of one.
type Export struct {
	Hub     string    `json:"hub"`
	Created time.Time `json:"created"` // the export

	Account    exportedAccount    `json:"account"`
	Profile    map[string]string  `json:"profile"`
	Fields     map[string]string  `json:"fields,omitempty"` // that administrators defined and users see
	Password   exportedPassword   `json:"password"`
	Second     exportedSecond     `json:"second_factor"`
	Passkeys   []exportedPasskey  `json:"passkeys"`
	Identities []exportedIdentity `json:"sign_in_methods"`
	Sessions   []exportedSession  `json:"sessions"`
	// Networks are those from which the user signed in with a known browser.
	Networks []string        `json:"known_networks"`
	Apps     []exportedApp   `json:"connected_apps"`
	Activity []exportedEvent `json:"activity"`
	// More says that there are older events than Activity has.
	More bool `json:"activity_truncated"`
}

type exportedAccount struct {
	ID            string     `json:"id"`
	Username      string     `json:"username,omitempty"`
	Email         string     `json:"email,omitempty"`
	EmailVerified bool       `json:"email_verified"`
	Roles         []string   `json:"roles,omitempty"`
	Groups        []string   `json:"groups,omitempty"`
	Origin        string     `json:"created_by_provider,omitempty"`
	Created       time.Time  `json:"created"`
	Updated       time.Time  `json:"updated"`
	DeletionDue   *time.Time `json:"deletion_due,omitempty"`
}

type exportedPassword struct {
	Set     bool       `json:"set"`
	Changed *time.Time `json:"changed,omitempty"`
}

type exportedSecond struct {
	App           bool       `json:"authenticator_app"`
	Added         *time.Time `json:"added,omitempty"`
	RecoveryCodes int        `json:"recovery_codes_left"`

	Trusted []exportedTrusted `json:"trusted_browsers"`
}

type exportedTrusted struct {
	Agent    string    `json:"browser,omitempty"`
	Network  string    `json:"network,omitempty"`
	Since    time.Time `json:"trusted_since"`
	LastUsed time.Time `json:"last_used"`
	Expires  time.Time `json:"expires"`
}

type exportedPasskey struct {
	Name     string     `json:"name"`
	Created  time.Time  `json:"created"`
	LastUsed *time.Time `json:"last_used,omitempty"`
}

type exportedIdentity struct {
	Provider string     `json:"provider"`
	Issuer   string     `json:"issuer"`
	Subject  string     `json:"subject"`
	Email    string     `json:"email,omitempty"`
	Linked   time.Time  `json:"linked"`
	LastUsed *time.Time `json:"last_used,omitempty"`
}

type exportedSession struct {
	Agent    string    `json:"browser,omitempty"`
	IP       string    `json:"ip,omitempty"`
	Provider string    `json:"provider,omitempty"`
	Started  time.Time `json:"started"`
	Seen     time.Time `json:"last_seen"`
	Apps     []string  `json:"apps,omitempty"`
}

type exportedApp struct {
	ID      string    `json:"client_id"`
	Name    string    `json:"name"`
	Scopes  []string  `json:"scopes"`
	Allowed time.Time `json:"allowed"`
	Updated time.Time `json:"updated"`
}

type exportedEvent struct {
	Time     time.Time `json:"time"`
	Kind     string    `json:"event"`
	By       string    `json:"by"` // "you" or "other"
	IP       string    `json:"ip,omitempty"`
	Agent    string    `json:"browser,omitempty"`
	App      string    `json:"client_id,omitempty"`
	Provider string    `json:"provider,omitempty"`
}

// mostExported is how many events an export has, and exportPage how many are
// read at once.
const (
	mostExported = 5000
	exportPage   = 500
)

// Export collects what the hub knows about a user. app is the name of a client.
func (s *Service) Export(ctx context.Context, hub string, u users.User, app func(id string) string, now time.Time) (Export, error) {
	e := Export{
		Hub: hub, Created: now.UTC(), Profile: u.Said(),
		Account: exportedAccount{ID: u.ID, Username: u.Username, Email: u.Email, EmailVerified: u.EmailVerified, Roles: u.AllRoles(), Groups: u.GroupNames(), Origin: u.Origin,
			Created: u.Created, Updated: u.Updated, DeletionDue: known(u.DeletionDue)},
		Password: exportedPassword{Set: u.Password != "", Changed: known(u.PasswordChanged)},
		Passkeys: []exportedPasskey{}, Identities: []exportedIdentity{}, Sessions: []exportedSession{}, Apps: []exportedApp{}, Activity: []exportedEvent{},
	}
	rules, err := s.Settings.Current(ctx)
	if err != nil {
		return Export{}, err
	}
	for _, f := range rules.Fields {
		if text := f.Of(u.Fields); f.Visible && text != "" {
			if e.Fields == nil {
				e.Fields = map[string]string{}
			}
			e.Fields[f.Name] = text
		}
	}
	for _, collect := range []func(context.Context, users.User, *Export) error{s.exportFactors, s.exportIdentities, s.exportSessions, s.exportActivity} {
		if err := collect(ctx, u, &e); err != nil {
			return Export{}, err
		}
	}
	allowed, err := s.Grants.ByUser(ctx, u.ID)
	for _, g := range allowed {
		e.Apps = append(e.Apps, exportedApp{ID: g.ClientID, Name: app(g.ClientID), Scopes: g.Scopes, Allowed: g.Given, Updated: g.Updated})
	}
	return e, err
}

func (s *Service) exportFactors(ctx context.Context, u users.User, e *Export) error {
	f, err := s.Codes.Of(ctx, u.ID)
	if err != nil {
		return err
	}
	e.Second = exportedSecond{App: f.HasApp(), Added: known(f.App.Added), RecoveryCodes: len(f.Recovery.Codes), Trusted: []exportedTrusted{}}
	trusted, err := s.Trusted.Of(ctx, u)
	if err != nil {
		return err
	}
	for _, b := range trusted {
		e.Second.Trusted = append(e.Second.Trusted, exportedTrusted{Agent: b.Agent, Network: b.Network, Since: b.Created, LastUsed: b.Used, Expires: b.Expires})
	}
	all, err := s.Passkeys.Of(ctx, u.ID)
	for _, p := range all {
		e.Passkeys = append(e.Passkeys, exportedPasskey{Name: p.Name, Created: p.Created, LastUsed: known(p.Used)})
	}
	return err
}

func (s *Service) exportIdentities(ctx context.Context, u users.User, e *Export) error {
	all, err := s.Linking.ByUser(ctx, u.ID)
	for _, i := range all {
		e.Identities = append(e.Identities, exported(i))
	}
	return err
}

func exported(i linking.Identity) exportedIdentity {
	return exportedIdentity{Provider: i.LoginKey, Issuer: i.Issuer, Subject: i.Subject, Email: i.Email, Linked: i.Linked, LastUsed: known(i.LastUsed)}
}

func (s *Service) exportSessions(ctx context.Context, u users.User, e *Export) error {
	all, err := s.Sessions.Of(ctx, u)
	if err != nil {
		return err
	}
	if e.Networks, err = s.Users.KnownNetworks(ctx, u); err != nil {
		return err
	}
	for _, one := range all {
		e.Sessions = append(e.Sessions, exportedSession{Agent: one.Agent, IP: one.IP, Provider: one.LoginKey, Started: one.Created, Seen: one.Seen, Apps: one.Clients})
	}
	return err
}

func (s *Service) exportActivity(ctx context.Context, u users.User, e *Export) error {
	before := ""
	for n := 0; ; n += exportPage {
		events, err := s.Audit.About(ctx, u.ID, before, exportPage)
		if err != nil {
			return err
		}
		for _, one := range events {
			if one.Target == "" || one.Target == u.ID {
				e.Activity = append(e.Activity, exportedEvent{Time: one.Time, Kind: one.Kind, By: who(one, u.ID), IP: one.IP, Agent: one.Agent, App: one.Client, Provider: one.LoginKey})
			}
		}
		if len(events) < exportPage {
			return nil
		}
		if n+exportPage >= mostExported {
			e.More = true
			return nil
		}
		before = events[len(events)-1].ID
	}
}

// who names nobody but the user: an administrator's id is not theirs to have.
func who(e audit.Event, userID string) string {
	if e.Actor == userID {
		return "you"
	}
	return "other"
}

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
