package main

import (
	"context"
	"io"

	"github.com/fedhub/fedhub/hub/settings"
)

type settingsSetCmd struct {
	Consent      word      `enum:"force,auto," default:"" placeholder:"WORD" help:"force (ask people every time) or auto (ask unless they said yes before)."`
	Name         string    `placeholder:"NAME" help:"What the hub calls itself."`
	ServerDomain *[]string `placeholder:"DOMAIN" help:"Host whose hub needs no approval; with a dot in front, every host below. May be repeated; '' for none."`
	Registration word      `enum:"off,token,open," default:"" placeholder:"WORD" help:"Who may register apps: off (administrators only), token (apps with an initial access token) or open (any app)."`

	DocumentDomain *[]string `placeholder:"DOMAIN" help:"Host whose apps may come with the address of their metadata document as client id; with a dot in front, every host below. With open registration all may. May be repeated; '' for none."`

	SoftwareIssuer *[]string `sep:"none" placeholder:"ISSUER JWKS" help:"Whose software statements count: the issuer, a space, and the address of its keys. May be repeated; '' for none."`

	RequirePushed *bool `negatable:"" help:"Let no app ask but by a pushed authorization request (RFC 9126); --no-require-pushed to allow the others again."`

	Voucher *[]string `sep:"none" placeholder:"ISSUER JWKS KEY CLIENTS" help:"Whose assertions about people count (RFC 7523): the issuer, the address of its keys, the login key, and client ids with commas between. May be repeated; '' for none."`

	KeyDays *int `placeholder:"N" help:"Replace signing keys after this many days; 0 to never do it by schedule, 90 if not set."`

	Passwords word `enum:"all,administrators," default:"" placeholder:"WORD" help:"Who may sign in with a password: all or administrators; everybody else then signs in by a login key."`

	Traces    word `enum:"failures,all,off," default:"" placeholder:"WORD" help:"Which sign-ins are traced: failures (and those in which somebody was asked something), all, or off."`
	TraceDays *int `placeholder:"N" help:"Keep login traces for this many days; 14 if not set."`

	AuditDays *int `placeholder:"N" help:"Keep the record of events for this many days; 0 for ever, 90 if not set."`

	RecentMinutes *int `placeholder:"N" help:"Ask for another proof of who somebody is this many minutes after the last, before what matters is changed; 10 if not set."`
	AdminHours    *int `placeholder:"N" help:"Sign administrators out after this many hours; 12 if not set."`

	RefreshSeconds *int `placeholder:"N" help:"Answer an app that proves who it is and repeats a refresh within this many seconds with the same new token, for its answer may have got lost; 0 to take it for theft at once, 10 if not set."`

	Registered           *int `placeholder:"N" help:"Keep so many apps that registered themselves without an initial access token; one that was never used makes room for the next. 10000 if not set."`
	RegisteredPerNetwork *int `placeholder:"N" help:"Keep so many of them from one network; 500 if not set."`
	UnusedDays           *int `placeholder:"N" help:"Remove apps that registered themselves and were never used after this many days; 0 to keep them, 90 if not set."`

	format `embed:""`
	base   `embed:""`
}

// Run changes the settings that were given, and prints all.
func (s *settingsSetCmd) Run(ctx context.Context, c *console) error {
	if s.Consent == "" && s.Name == "" && s.ServerDomain == nil && s.Registration == "" && s.DocumentDomain == nil && s.SoftwareIssuer == nil && s.RequirePushed == nil && s.Voucher == nil && s.KeyDays == nil && s.Passwords == "" && s.Traces == "" && s.TraceDays == nil && s.AuditDays == nil && s.RecentMinutes == nil && s.AdminHours == nil && s.RefreshSeconds == nil && s.Registered == nil && s.RegisteredPerNetwork == nil && s.UnusedDays == nil {
		return mistake("say what to change: --consent, --name, --server-domain, --registration, --document-domain, --software-issuer, --require-pushed, --voucher, --key-days, --passwords, --traces, --trace-days, --audit-days, --recent-minutes, --admin-hours, --refresh-seconds, --registered, --registered-per-network or --unused-days")
	}
	return s.with(ctx, c, func(o *opened) error {
		err := o.ChangeSettings(ctx, c.operator(), func(now *settings.Settings) {
			if s.Consent != "" {
				now.Consent = string(s.Consent)
			}
			if s.Name != "" {
				now.HubName = s.Name
			}
			if s.ServerDomain != nil {
				now.ServerDomains = *s.ServerDomain
			}
			if s.Registration != "" {
				now.Registration = string(s.Registration)
			}
			if s.DocumentDomain != nil {
				now.DocumentDomains = *s.DocumentDomain
			}
			if s.SoftwareIssuer != nil {
				now.SoftwareIssuers = *s.SoftwareIssuer
			}
			if s.RequirePushed != nil {
				now.RequirePushed = *s.RequirePushed
			}
			if s.Voucher != nil {
				now.Vouchers = *s.Voucher
			}
			if s.KeyDays != nil {
				now.KeyDays = s.KeyDays
			}
			if s.Passwords != "" {
				now.Passwords = string(s.Passwords)
			}
			if s.Traces != "" {
				now.Traces = string(s.Traces)
			}
			if s.TraceDays != nil {
				now.TraceDays = *s.TraceDays
			}
			if s.AuditDays != nil {
				now.AuditDays = s.AuditDays
			}
			if s.RecentMinutes != nil {
				now.RecentMinutes = *s.RecentMinutes
			}
			if s.AdminHours != nil {
				now.AdminHours = *s.AdminHours
			}
			if s.RefreshSeconds != nil {
				now.RefreshSeconds = s.RefreshSeconds
			}
			if s.Registered != nil {
				now.Registered = positive(*s.Registered)
			}
			if s.RegisteredPerNetwork != nil {
				now.RegisteredPerNetwork = positive(*s.RegisteredPerNetwork)
			}
			if s.UnusedDays != nil {
				now.UnusedDays = s.UnusedDays
			}
		})
		if err != nil {
			return err
		}
		return showSettings(ctx, c, o, s.print)
	})
}

// positive makes of zero, which stands for the default where it is kept, a
// number that is refused.
func positive(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

// printer is format.print of a command.
type printer func(c *console, value any, text func(w io.Writer)) error
