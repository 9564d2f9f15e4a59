package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminSettings are the OAuth Provider Settings. It posts to /admin/settings;
// the forms about initial access tokens post uses and days to
// /admin/settings/tokens and token={ID} to …/tokens/delete, the one about
// unused apps posts age in days to /admin/settings/unused.
type AdminSettings struct {
	HubName            string            // hub_name
	SkipAuthorization  string            // skip_authorization: "Force" or "Auto"
	RequirePushed      bool              // require_pushed
	EmailSignIn        bool              // email_sign_in
	UserNameSignIn     bool              // user_name_sign_in
	PhoneSignIn        bool              // phone_sign_in
	TrustedDomains     string            // trusted_domains, one per line
	Registration       string            // registration: "off", "token" or "open"
	DocumentDomains    string            // document_domains, one per line
	SoftwareIssuers    string            // software_issuers, one per line
	Vouchers           string            // vouchers, one per line
	Passwords          string            // passwords: "all" or "administrators"
	SignUp             string            // sign_up: "off", "invitation", "domain" or "open"
	SignUpDomains      string            // sign_up_domains, one per line
	SignUpApproval     bool              // sign_up_approval
	Mail               bool              // whether the hub sends emails
	BreachedURL        string            // breached_url
	SecondFactor       string            // second_factor: "never", "optional", "administrators" or "all"
	SecondFactorRoles  string            // second_factor_roles, one per line
	SecondFactorDays   string            // second_factor_days
	TrustedBrowserDays string            // trusted_browser_days
	Traces             string            // traces: "failures", "all" or "off"
	TraceDays          string            // trace_days
	AuditDays          string            // audit_days
	DeletionDays       string            // deletion_days
	RecentMinutes      string            // recent_minutes
	AdminHours         string            // admin_hours
	StaySignedIn       string            // stay_signed_in: "on", "off" or "never"
	RefreshSeconds     string            // refresh_seconds
	Registered         string            // registered
	PerNetwork         string            // registered_per_network
	UnusedDays         string            // unused_days
	Unused             locales.Text      // how many apps registered themselves and were never used; empty if none
	Tokens             []InitialToken    // valid ones
	Token              string            // a new one, shown once
	Locked             map[string]string // name of a field to the variable that sets it
	Issuer             string
	Mistakes           []Mistake
}

func (p AdminSettings) look() look {
	return look{"settings", desk, locales.Say("settings.tab"), len(p.Mistakes) > 0}
}

// Auto reports whether consent is asked only the first time. Otherwise it is
// always asked (Force), which is the safer default.
func (p AdminSettings) Auto() bool { return p.SkipAuthorization == "Auto" }

// Registrations are the choices of who may register apps.
func (AdminSettings) Registrations() []Option {
	return []Option{
		{"off", locales.Say("settings.off")},
		{"token", locales.Say("settings.token")},
		{"open", locales.Say("settings.open")},
	}
}

// SignUps are the choices of who may create an account.
func (AdminSettings) SignUps() []Option {
	return []Option{
		{"off", locales.Say("settings.sign-up-off")},
		{"invitation", locales.Say("settings.sign-up-invitation")},
		{"domain", locales.Say("settings.sign-up-domain")},
		{"open", locales.Say("settings.sign-up-open")},
	}
}

// Seconds are the choices of who needs a second factor.
func (AdminSettings) Seconds() []Option {
	return []Option{
		{"never", locales.Say("settings.second-never")},
		{"optional", locales.Say("settings.second-optional")},
		{"administrators", locales.Say("settings.second-administrators")},
		{"risk", locales.Say("settings.second-risk")},
		{"all", locales.Say("settings.second-all")},
	}
}

// Stays are the choices of whether users stay signed in.
func (AdminSettings) Stays() []Option {
	return []Option{
		{"on", locales.Say("settings.stay-on")},
		{"off", locales.Say("settings.stay-off")},
		{"never", locales.Say("settings.stay-never")},
	}
}

// ByPassword are the choices of who may sign in with a password.
func (AdminSettings) ByPassword() []Option {
	return []Option{
		{"all", locales.Say("settings.all")},
		{"administrators", locales.Say("settings.off")},
	}
}

// Traced are the choices of which sign-ins are traced.
func (AdminSettings) Traced() []Option {
	return []Option{
		{"failures", locales.Say("settings.failures")},
		{"all", locales.Say("settings.all-2")},
		{"off", locales.Say("settings.off-2")},
	}
}

// An InitialToken lets apps register themselves; the hub stores only its hash
// and its last characters.
type InitialToken struct {
	ID      string
	Hint    string // last characters
	Left    int    // remaining registrations
	By      string // who made it
	Expires time.Time
}

// ConfirmDelete asks before a deletion. It posts confirm={typed text} to
// Action.
type ConfirmDelete struct {
	Button   locales.Text // like "Delete sign-in provider"
	Name     string
	Text     locales.Text // the effect of the deletion
	Typed    bool         // the name must be typed
	Action   string       // path to post to
	Cancel   string       // path to go back to
	SignedIn SignedIn     // of a login key: whether its users stay signed in
	Mistakes []Mistake
}

func (p ConfirmDelete) look() look {
	return look{"delete", desk, locales.Say("delete.tab", "name", p.Name), len(p.Mistakes) > 0}
}
