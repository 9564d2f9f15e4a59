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
		Traces          string   `json:"traces"`
		TraceDays       int      `json:"trace_days"`
		AuditDays       int      `json:"audit_days"`
		RecentMinutes   int      `json:"recent_minutes"`
		AdminHours      int      `json:"admin_hours"`
		RefreshSeconds  int      `json:"refresh_seconds"`
		Registered      int      `json:"registered"`
		PerNetwork      int      `json:"registered_per_network"`
		UnusedDays      int      `json:"unused_days"`
	}{now.HubName, now.Consent, append([]string{}, now.ServerDomains...), now.Registration, append([]string{}, now.DocumentDomains...), append([]string{}, now.SoftwareIssuers...), now.RequirePushed, append([]string{}, now.Vouchers...), now.RotateDays(), now.PasswordsOf(), now.TraceMode(), now.TraceKept(), now.AuditKept(), now.RecentFor(), now.AdminFor(), now.RefreshAgain(), now.RegisteredAtMost(), now.RegisteredFromOne(), now.UnusedFor()}
	return print(c, value, func(w io.Writer) {
		table(w, []string{"SETTING", "VALUE"}, [][]string{
			{"name", value.Name},
			{"consent", value.Consent},
			{"server domains", strings.Join(value.ServerDomains, " ")},
			{"registration", value.Registration},
			{"document domains", strings.Join(value.DocumentDomains, " ")},
			{"software issuers", strings.Join(value.SoftwareIssuers, ", ")},
			{"pushed requests only", strconv.FormatBool(value.RequirePushed)},
			{"vouchers", strings.Join(value.Vouchers, ", ")},
			{"key days", strconv.Itoa(value.KeyDays)},
			{"passwords for", value.Passwords},
			{"traces", value.Traces},
			{"trace days", strconv.Itoa(value.TraceDays)},
			{"audit days", strconv.Itoa(value.AuditDays)},
			{"minutes until asked again", strconv.Itoa(value.RecentMinutes)},
			{"hours of an administrator", strconv.Itoa(value.AdminHours)},
			{"seconds to repeat a refresh", strconv.Itoa(value.RefreshSeconds)},
			{"apps that register themselves", strconv.Itoa(value.Registered)},
			{"of them from one network", strconv.Itoa(value.PerNetwork)},
			{"days until unused ones go", strconv.Itoa(value.UnusedDays)},
		})
	})
}
