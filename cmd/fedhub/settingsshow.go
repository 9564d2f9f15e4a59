package main

import (
	"context"
	"io"
	"strconv"
	"strings"
)

type settingsShowCmd struct {
	format `embed:""`
	base   `embed:""`
}

// Run prints the settings.
func (s *settingsShowCmd) Run(ctx context.Context, c *console) error {
	return s.with(ctx, c, func(o *opened) error { return showSettings(ctx, c, o, s.print) })
}

func showSettings(ctx context.Context, c *console, o *opened, print printer) error {
	now, err := o.Settings(ctx)
	if err != nil {
		return err
	}
	value := struct {
		Name            string   `json:"name"`
		Consent         string   `json:"consent"`
		ServerDomains   []string `json:"server_domains"`
		Registration    string   `json:"registration"`
		DocumentDomains []string `json:"document_domains"`
		SoftwareIssuers []string `json:"software_issuers"`
		RequirePushed   bool     `json:"require_pushed"`
		Vouchers        []string `json:"vouchers"`
		KeyDays         int      `json:"key_days"`
		Passwords       string   `json:"passwords"`
		EmailSignIn     bool     `json:"email_sign_in"`
		UserNameSignIn  bool     `json:"user_name_sign_in"`
		PhoneSignIn     bool     `json:"phone_sign_in"`
		BreachedURL     string   `json:"breached_passwords_url"`
		SignUp          string   `json:"sign_up"`
		SignUpDomains   []string `json:"sign_up_domains"`
		SignUpApproval  bool     `json:"sign_up_approval"`
		SecondFactor    string   `json:"second_factor"`
		SecondRoles     []string `json:"second_factor_roles"`
		SecondDays      int      `json:"second_factor_days"`
		TrustedDays     int      `json:"trusted_browser_days"`
		Traces          string   `json:"traces"`
		TraceDays       int      `json:"trace_days"`
		AuditDays       int      `json:"audit_days"`
		DeletionDays    int      `json:"deletion_days"`
		RecentMinutes   int      `json:"recent_minutes"`
		AdminHours      int      `json:"admin_hours"`
		StaySignedIn    string   `json:"stay_signed_in"`
		RefreshSeconds  int      `json:"refresh_seconds"`
		Registered      int      `json:"registered"`
		PerNetwork      int      `json:"registered_per_network"`
		UnusedDays      int      `json:"unused_days"`
	}{now.HubName, now.Consent, append([]string{}, now.ServerDomains...), now.Registration, append([]string{}, now.DocumentDomains...), append([]string{}, now.SoftwareIssuers...), now.RequirePushed, append([]string{}, now.Vouchers...), now.RotateDays(), now.PasswordsOf(), now.EmailSignIn, now.UserNameSignIn, now.PhoneSignIn, now.BreachedURL, now.SignUpOf(), append([]string{}, now.SignUpDomains...), now.SignUpApproval, now.SecondFactorOf(), append([]string{}, now.SecondFactorRoles...), now.SecondFactorFor(), now.TrustedBrowserFor(), now.TraceMode(), now.TraceKept(), now.AuditKept(), now.DeletionFor(), now.RecentFor(), now.AdminFor(), now.StayOf(), now.RefreshAgain(), now.RegisteredAtMost(), now.RegisteredFromOne(), now.UnusedFor()}
	return print(c, value, func(w io.Writer) {
		table(w, []string{"SETTING", "VALUE"}, [][]string{
			{"name", value.Name},
			{"consent", value.Consent},
			{"domains of approved hubs", strings.Join(value.ServerDomains, " ")},
			{"registration", value.Registration},
			{"domains of client metadata documents", strings.Join(value.DocumentDomains, " ")},
			{"issuers of software statements", strings.Join(value.SoftwareIssuers, ", ")},
			{"require pushed requests", strconv.FormatBool(value.RequirePushed)},
			{"issuers of assertions", strings.Join(value.Vouchers, ", ")},
			{"days until signing keys rotate", strconv.Itoa(value.KeyDays)},
			{"passwords allowed for", value.Passwords},
			{"sign-in by email", strconv.FormatBool(value.EmailSignIn)},
			{"sign-in with a user name", strconv.FormatBool(value.UserNameSignIn)},
			{"sign-in with a phone number", strconv.FormatBool(value.PhoneSignIn)},
			{"service for breached passwords", value.BreachedURL},
			{"sign-up", value.SignUp},
			{"email domains that may sign up", strings.Join(value.SignUpDomains, " ")},
			{"new accounts wait for approval", strconv.FormatBool(value.SignUpApproval)},
			{"second factor required of", value.SecondFactor},
			{"roles that need a second factor", strings.Join(value.SecondRoles, ", ")},
			{"days to set up a second factor", strconv.Itoa(value.SecondDays)},
			{"sign-ins in the sign-in log", value.Traces},
			{"days to keep the sign-in log", strconv.Itoa(value.TraceDays)},
			{"days to keep the audit log", strconv.Itoa(value.AuditDays)},
			{"days until an account that its user deletes is gone", strconv.Itoa(value.DeletionDays)},
			{"minutes until users sign in again for changes", strconv.Itoa(value.RecentMinutes)},
			{"hours until administrators are signed out", strconv.Itoa(value.AdminHours)},
			{"users stay signed in", value.StaySignedIn},
			{"seconds to repeat a refresh", strconv.Itoa(value.RefreshSeconds)},
			{"maximum of self-registered applications", strconv.Itoa(value.Registered)},
			{"maximum from one network", strconv.Itoa(value.PerNetwork)},
			{"days until unused ones are deleted", strconv.Itoa(value.UnusedDays)},
		})
	})
}
