package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/users"
)

// A personRow is a user with their identities, sessions and applications.
type personRow struct {
	userRow
	Identities []identityRow `json:"identities"`
	Sessions   []sessionRow  `json:"sessions"`
	Apps       []consentRow  `json:"apps"`
}

type identityRow struct {
	Key     string    `json:"login_key"`
	Issuer  string    `json:"issuer"`
	Subject string    `json:"subject"`
	Email   string    `json:"email,omitempty"`
	Linked  time.Time `json:"linked"`
	Used    time.Time `json:"last_used,omitzero"`
}

type sessionRow struct {
	Agent   string    `json:"browser"`
	IP      string    `json:"ip"`
	Key     string    `json:"login_key,omitempty"`
	Started time.Time `json:"started"`
	Seen    time.Time `json:"last_seen"`
}

type consentRow struct {
	ID     string    `json:"client_id"`
	Name   string    `json:"name"`
	Scopes []string  `json:"scopes"`
	Since  time.Time `json:"since"`
}

type userShowCmd struct {
	who `embed:""`
}

// Run prints a user.
func (u *userShowCmd) Run(ctx context.Context, c *console) error {
	return u.about(ctx, c, func(o *opened, person users.User) error {
		row, err := personRowOf(ctx, o, person)
		if err != nil {
			return err
		}
		return u.print(c, row, func(w io.Writer) { printPerson(w, row) })
	})
}

func personRowOf(ctx context.Context, o *opened, u users.User) (personRow, error) {
	row := personRow{userRow: userRowOf(u), Identities: []identityRow{}, Sessions: []sessionRow{}, Apps: []consentRow{}}
	linked, err := o.Identities(ctx, u.ID)
	if err != nil {
		return row, err
	}
	for _, i := range linked {
		row.Identities = append(row.Identities, identityRow{i.LoginKey, i.Issuer, i.Subject, i.Email, i.Linked, i.LastUsed})
	}
	sessions, err := o.Sessions(ctx, u)
	if err != nil {
		return row, err
	}
	for _, s := range sessions {
		row.Sessions = append(row.Sessions, sessionRow{s.Agent, s.IP, s.LoginKey, s.Created, s.Seen})
	}
	consents, err := o.Consents(ctx, u.ID)
	if err != nil {
		return row, err
	}
	for _, g := range consents {
		client, err := o.Client(ctx, g.ClientID)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return row, err
		}
		row.Apps = append(row.Apps, consentRow{client.ID, client.Name, append([]string{}, g.Scopes...), g.Given})
	}
	return row, nil
}

// printPerson prints a user as text.
func printPerson(w io.Writer, p personRow) {
	state := waysIn(p.userRow)
	if state == "off" {
		state = "disabled"
	}
	facts := [][]string{{"ID", p.ID}, {"EMAIL", p.Email + map[bool]string{false: " (not verified)"}[p.Verified || p.Email == ""]}, {"NAME", p.Name},
		{"ROLES", strings.Join(p.Roles, ", ")}, {"SIGN-IN", state}, {"CREATED", day(p.Created)}}
	table(w, facts[0], facts[1:])
	for _, part := range []struct {
		title string
		head  []string
		rows  [][]string
	}{
		{"Linked providers", []string{"PROVIDER", "ISSUER", "SUBJECT", "LAST USED"}, cells(p.Identities, func(i identityRow) []string { return []string{i.Key, i.Issuer, i.Subject, day(i.Used)} })},
		{"Sessions", []string{"BROWSER", "IP", "SINCE", "LAST SEEN"}, cells(p.Sessions, func(s sessionRow) []string { return []string{s.Agent, s.IP, day(s.Started), day(s.Seen)} })},
		{"Connected applications", []string{"APPLICATION", "SCOPES", "SINCE"}, cells(p.Apps, func(a consentRow) []string { return []string{a.Name, strings.Join(a.Scopes, " "), day(a.Since)} })},
	} {
		if len(part.rows) > 0 {
			fmt.Fprintf(w, "\n%s\n", part.title)
			table(w, part.head, part.rows)
		}
	}
}

func cells[T any](rows []T, of func(T) []string) [][]string {
	var all [][]string
	for _, row := range rows {
		all = append(all, of(row))
	}
	return all
}

type userSessionsEndCmd struct {
	who `embed:""`
}

// Run signs a user out everywhere. A hub that runs on the same database notifies
// their applications and hubs.
func (u *userSessionsEndCmd) Run(ctx context.Context, c *console) error {
	return u.about(ctx, c, func(o *opened, person users.User) error {
		if err := o.EndSessions(ctx, c.operator(), person.ID); err != nil {
			return err
		}
		return u.print(c, userRowOf(person), func(w io.Writer) {
			fmt.Fprintf(w, "%s is signed out everywhere, and the tokens of their applications and devices are revoked.\n", oneLine(account(person)))
		})
	})
}
