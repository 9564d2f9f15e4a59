package templates

import (
	"github.com/fedhub/fedhub/templates/locales"
)

// AdminSimulator shows what a login key would make of somebody, and what a
// change of its policy would do to the people there are. Both forms post to
// /admin/providers/{ID}/simulate.
type AdminSimulator struct {
	ID   string
	Name string
	Off  bool // the key is switched off

	Claim   SimulatorClaim
	Passed  []RuleRow
	Decided RuleRow      // zero: nothing was asked yet
	Action  locales.Text // what happens to the person
	Roles   []string     // that they would get from there
	User    locales.Text // whom it would be
	UserID  string

	Policy   SimulatorPolicy
	Foreseen *Foreseen // nil: nothing was asked yet
	Mistakes []Mistake
}

func (p AdminSimulator) look() look {
	return look{"simulator", desk, locales.Say("simulator.tab", "name", p.Name), len(p.Mistakes) > 0}
}

// SimulatorClaim is what an upstream would say of a person.
type SimulatorClaim struct {
	Issuer   string // issuer
	Subject  string // subject
	Email    string // email
	Verified bool   // verified
	Roles    string // roles, one per line
}

// A RuleRow is a row of the decision table.
type RuleRow struct {
	Row         string       // its name in the documentation
	Title, Fact locales.Text // what it is about, and what was found
}

// SimulatorPolicy is a policy to try, by the names of the login key's form.
type SimulatorPolicy struct {
	Enabled       bool   // enabled
	Linking       string // linking
	SignUps       string // sign_ups
	SignUpDomains string // sign_up_domains, one a line
	TrustEmail    bool   // trust_email
	Domains       string // authoritative_domains, one a line
	MigrateUntil  string // migrate_until, a day
}

// LinkingWays are the values of linking.
func (SimulatorPolicy) LinkingWays() []Option {
	return []Option{{"confirm", locales.Say("simulator.confirm")}, {"auto", locales.Say("simulator.auto")}, {"never", locales.Say("simulator.never")}, {"provisioned", locales.Say("simulator.provisioned")}}
}

// SignUpWays are the values of sign_ups.
func (SimulatorPolicy) SignUpWays() []Option {
	return []Option{{"allow", locales.Say("simulator.allow")}, {"deny", locales.Say("simulator.deny")}, {"invited", locales.Say("simulator.invited")}, {"domains", locales.Say("simulator.domains")}}
}

// Foreseen is what a change would do.
type Foreseen struct {
	Counted int
	Whole   bool // everybody was counted
	Lines   []ForeseenLine
}

// A ForeseenLine is one thing that would happen, and to how many.
type ForeseenLine struct {
	Tone     string
	Count    int
	Text     locales.Text
	Examples []string
}

// More is how many are not named.
func (l ForeseenLine) More() int { return l.Count - len(l.Examples) }

// Users is how many were checked, in words.
func (f Foreseen) Users() locales.Text { return locales.Say("foreseen.users", "count", f.Counted) }
