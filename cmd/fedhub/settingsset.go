package main

import (
	"cmp"
	"context"
	"io"

	"github.com/fedhub/fedhub/hub/settings"
)

type settingsSetCmd struct {
	Consent      word      `enum:"force,auto," default:"" placeholder:"WORD" help:"When users are asked for consent: force (every time) or auto (unless they agreed before)."`
	Name         string    `placeholder:"NAME" help:"Name of the hub."`
	ServerDomain *[]string `placeholder:"DOMAIN" help:"Approve hubs on this host automatically. A leading dot means all subdomains. May be repeated; an empty value removes all."`
	Registration word      `enum:"off,token,open," default:"" placeholder:"WORD" help:"Dynamic client registration: off (only administrators register applications), token (applications with an initial access token register themselves) or open (all applications do)."`

	DocumentDomain *[]string `placeholder:"DOMAIN" help:"Accept client metadata documents (a URL as the client ID) from this host. A leading dot means all subdomains. With --registration open all hosts are accepted. May be repeated; an empty value removes all."`

	SoftwareIssuer *[]string `sep:"none" placeholder:"ISSUER JWKS" help:"Trusted issuer of software statements (RFC 7591): the issuer, a space, and the URL of its keys. May be repeated; an empty value removes all."`

	RequirePushed *bool `negatable:"" help:"Require pushed authorization requests (RFC 9126) from all applications; --no-require-pushed allows other requests again."`

	Voucher *[]string `sep:"none" placeholder:"ISSUER JWKS KEY CLIENTS" help:"Trusted issuer of assertions about users (RFC 7523): the issuer, the URL of its keys, the ID of the sign-in provider, and client IDs with commas between. May be repeated; an empty value removes all."`

	KeyDays *int `placeholder:"N" help:"Rotate signing keys after this many days; 0 for no automatic rotation. Default: 90."`

	Passwords word `enum:"all,administrators," default:"" placeholder:"WORD" help:"Users who may sign in with a password: all or administrators. With administrators, other users sign in through a provider."`

	EmailSignIn          *bool   `negatable:"" help:"Let users who may use a password also sign in with a code or link from an email; --no-email-sign-in turns it off. Needs a mail server. Default: off."`
	UserNameSignIn       *bool   `negatable:"" help:"Let users sign in with their user name in place of the email address; --no-user-name-sign-in turns it off. Default: off."`
	PhoneSignIn          *bool   `negatable:"" help:"Let users sign in with their phone number in place of the email address; --no-phone-sign-in turns it off. Default: off."`
	BreachedPasswordsURL *string `name:"breached-passwords-url" placeholder:"URL" help:"Ask this service too whether a new password is known from a data breach, for example https://api.pwnedpasswords.com/range/. It gets the first 5 digits of the SHA-1 hash. An empty value turns it off, which is the default."`

	SignUp         word      `enum:"off,invitation,domain,open," default:"" placeholder:"WORD" help:"Who may create an account with a password: off (nobody, administrators add users), invitation (users whom an administrator invited), domain (also addresses of --sign-up-domain) or open (everyone). domain and open need emails. Default: invitation."`
	SignUpDomain   *[]string `placeholder:"DOMAIN" help:"Email domain that may sign up with --sign-up domain, without its subdomains. May be repeated; an empty value removes all."`
	SignUpApproval *bool     `negatable:"" help:"Users who signed up wait until an administrator approves them; --no-sign-up-approval lets them in at once."`

	SecondFactor     word      `enum:"never,optional,administrators,risk,all," default:"" placeholder:"WORD" help:"Users who need a second factor: never (no one is asked), optional (users who set one up are asked), administrators (and the roles of --second-factor-role), risk (these, and all users in a new browser or network) or all. Default: administrators."`
	SecondFactorRole *[]string `sep:"none" placeholder:"ROLE" help:"Users with this role need a second factor too. May be repeated; an empty value removes all."`
	TrustedDays      *int      `placeholder:"N" help:"Days that users may trust a browser, which is then not asked for a second factor; 0 for never. Default: 30."`
	SecondFactorDays *int      `placeholder:"N" help:"Days that users may put off setting up a second factor; 0 for none. Default: 7."`

	Traces    word `enum:"failures,all,off," default:"" placeholder:"WORD" help:"Sign-ins in the sign-in log: failures (also those in which the hub asked the user something), all or off."`
	TraceDays *int `placeholder:"N" help:"Keep the sign-in log for this many days. Default: 14."`

	DeletionDays *int `placeholder:"N" help:"Days until an account that its user deletes is gone; 0: users cannot delete their account. Default: 14."`

	AuditDays *int `placeholder:"N" help:"Keep the audit log for this many days; 0 to keep it forever. Default: 90."`

	RecentMinutes *int `placeholder:"N" help:"Ask users to sign in again before sensitive changes if their last sign-in is older than this many minutes. Default: 10."`
	AdminHours    *int `placeholder:"N" help:"Sign administrators out after this many hours. Default: 12."`

	StaySignedIn word `enum:"on,off,never," default:"" placeholder:"WORD" help:"Whether users stay signed in after they close the browser: on (the sign-in page asks and the box is ticked), off (the box is not ticked) or never (the page does not ask). Default: on."`

	RefreshSeconds *int `placeholder:"N" help:"If an authenticated application repeats a refresh within this many seconds, send it the same new token, because the first response may be lost. 0 treats every repetition as theft. Default: 10."`

	Registered           *int `placeholder:"N" help:"Maximum number of applications that registered themselves without an initial access token. Above it, a new one replaces one that was never used. Default: 10000."`
	RegisteredPerNetwork *int `placeholder:"N" help:"Maximum number of these applications from one network. Default: 500."`
	UnusedDays           *int `placeholder:"N" help:"Delete applications that registered themselves and were never used, after this many days; 0 to keep them. Default: 90."`

	format `embed:""`
	base   `embed:""`
}

// Run changes the settings that were given, and prints all settings.
func (s *settingsSetCmd) Run(ctx context.Context, c *console) error {
	given := *s
	given.format, given.base = format{}, base{}
	if given == (settingsSetCmd{}) {
		return mistake("nothing to change; add at least one of --consent, --name, --server-domain, --registration, --document-domain, --software-issuer, --require-pushed, --voucher, --key-days, --passwords, --email-sign-in, --user-name-sign-in, --phone-sign-in, --breached-passwords-url, --sign-up, --sign-up-domain, --sign-up-approval, --second-factor, --second-factor-role, --second-factor-days, --trusted-days, --traces, --trace-days, --audit-days, --deletion-days, --recent-minutes, --admin-hours, --stay-signed-in, --refresh-seconds, --registered, --registered-per-network and --unused-days")
	}
	return s.with(ctx, c, func(o *opened) error {
		err := o.ChangeSettings(ctx, c.operator(), func(now *settings.Settings) {
			now.Consent = cmp.Or(string(s.Consent), now.Consent)
			now.HubName = cmp.Or(s.Name, now.HubName)
			change(&now.ServerDomains, s.ServerDomain)
			now.Registration = cmp.Or(string(s.Registration), now.Registration)
			change(&now.DocumentDomains, s.DocumentDomain)
			change(&now.SoftwareIssuers, s.SoftwareIssuer)
			change(&now.EmailSignIn, s.EmailSignIn)
			change(&now.UserNameSignIn, s.UserNameSignIn)
			change(&now.PhoneSignIn, s.PhoneSignIn)
			change(&now.RequirePushed, s.RequirePushed)
			change(&now.Vouchers, s.Voucher)
			now.KeyDays = cmp.Or(s.KeyDays, now.KeyDays)
			now.Passwords = cmp.Or(string(s.Passwords), now.Passwords)
			now.SignUp = cmp.Or(string(s.SignUp), now.SignUp)
			change(&now.SignUpDomains, s.SignUpDomain)
			change(&now.SignUpApproval, s.SignUpApproval)
			change(&now.BreachedURL, s.BreachedPasswordsURL)
			now.SecondFactor = cmp.Or(string(s.SecondFactor), now.SecondFactor)
			change(&now.SecondFactorRoles, s.SecondFactorRole)
			now.SecondFactorDays = cmp.Or(s.SecondFactorDays, now.SecondFactorDays)
			now.TrustedBrowserDays = cmp.Or(s.TrustedDays, now.TrustedBrowserDays)
			now.Traces = cmp.Or(string(s.Traces), now.Traces)
			change(&now.TraceDays, s.TraceDays)
			now.DeletionDays = cmp.Or(s.DeletionDays, now.DeletionDays)
			now.AuditDays = cmp.Or(s.AuditDays, now.AuditDays)
			change(&now.RecentMinutes, s.RecentMinutes)
			change(&now.AdminHours, s.AdminHours)
			now.StaySignedIn = cmp.Or(string(s.StaySignedIn), now.StaySignedIn)
			now.RefreshSeconds = cmp.Or(s.RefreshSeconds, now.RefreshSeconds)
			if s.Registered != nil {
				now.Registered = positive(*s.Registered)
			}
			if s.RegisteredPerNetwork != nil {
				now.RegisteredPerNetwork = positive(*s.RegisteredPerNetwork)
			}
			now.UnusedDays = cmp.Or(s.UnusedDays, now.UnusedDays)
		})
		if err != nil {
			return err
		}
		return showSettings(ctx, c, o, s.print)
	})
}

// change sets what an option was given for.
func change[T any](setting *T, option *T) {
	if option != nil {
		*setting = *option
	}
}

// positive turns zero, which means the default in a stored record, into a number
// that is refused.
func positive(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

// printer is format.print of a command.
type printer func(c *console, value any, text func(w io.Writer)) error
