package templates

import (
	"github.com/fedhub/fedhub/templates/locales"
)

// AdminSimulator shows the result of a simulated sign-in by a login key, and
// the effects of a change of its policy on existing users. Both forms post to
// /admin/providers/{ID}/simulate.
type AdminSimulator struct {
	ID   string
	Name string
	Off  bool // the key is disabled

	Claim   SimulatorClaim
	Passed  []RuleRow
	Decided RuleRow      // zero: nothing was simulated yet
	Action  locales.Text // the effect on the user
	Roles   []string     // the roles from the provider
	User    locales.Text // the user that the sign-in finds
	UserID  string

	Policy   SimulatorPolicy
	Foreseen *Foreseen // nil: nothing was simulated yet
	Mistakes []Mistake
}

func (p AdminSimulator) look() look {
	return look{"simulator", desk, locales.Say("simulator.tab", "name", p.Name), len(p.Mistakes) > 0}
}

// SimulatorClaim is a provider's simulated answer.
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
	Title, Fact locales.Text // its subject, and the fact that decided
}

// SimulatorPolicy is a policy to simulate, by the names of the login key's form.
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

// Foreseen are the effects of a change.
type Foreseen struct {
	Counted int
	Whole   bool // all users were counted
	Lines   []ForeseenLine
}

// A ForeseenLine is one effect, and the number of users.
type ForeseenLine struct {
	Tone     string
	Count    int
	Text     locales.Text
	Examples []string
}

// More is the number of users without an example.
func (l ForeseenLine) More() int { return l.Count - len(l.Examples) }

// Users is the number of checked users, in words.
func (f Foreseen) Users() locales.Text { return locales.Say("foreseen.users", "count", f.Counted) }
