package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/groups"
)

// A groupRow is a group as the commands print it.
type groupRow struct {
	ID             string    `json:"id"`
	Name           string    `json:"name"`
	Description    string    `json:"description,omitempty"`
	Roles          []string  `json:"roles"`
	Administrators bool      `json:"administrators"`
	Parent         string    `json:"parent,omitempty"` // its name
	SecondFactor   bool      `json:"second_factor"`
	Members        int       `json:"members"`
	Created        time.Time `json:"created"`
}

func groupRowOf(ctx context.Context, o *opened, g groups.Group) (groupRow, error) {
	row := groupRow{ID: g.ID, Name: g.Name, Description: g.Description, Roles: append([]string{}, g.PlainRoles()...),
		Administrators: g.Administrators(), SecondFactor: g.SecondFactor, Created: g.Created}
	if g.Parent != "" {
		parent, err := o.Group(ctx, g.Parent)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return row, err
		}
		row.Parent = parent.Name
	}
	var err error
	row.Members, err = o.CountMembers(ctx, g.ID)
	return row, err
}

// An inGroup names the group that a command is about.
type inGroup struct {
	Group string `arg:"" name:"group" help:"Name or ID of the group."`

	format `embed:""`
	base   `embed:""`
}

// about finds the group and works on it.
func (w *inGroup) about(ctx context.Context, c *console, work func(*opened, groups.Group) error) error {
	return w.with(ctx, c, func(o *opened) error {
		g, err := findGroup(ctx, o, w.Group)
		if err != nil {
			return err
		}
		return work(o, g)
	})
}

func findGroup(ctx context.Context, o *opened, name string) (groups.Group, error) {
	g, err := o.FindGroup(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return g, fmt.Errorf("there is no group with the name or ID %s; see fedhub group list", oneLine(name))
	}
	return g, err
}

// printGroup prints one group after a change.
func (f format) printGroup(ctx context.Context, c *console, o *opened, g groups.Group, done string) error {
	row, err := groupRowOf(ctx, o, g)
	if err != nil {
		return err
	}
	return f.print(c, row, func(w io.Writer) { fmt.Fprintf(w, done+"\n", oneLine(g.Name)) })
}

type groupListCmd struct {
	format `embed:""`
	base   `embed:""`
}

// Run lists the groups.
func (l *groupListCmd) Run(ctx context.Context, c *console) error {
	return l.with(ctx, c, func(o *opened) error {
		all, err := o.Groups(ctx)
		if err != nil {
			return err
		}
		rows, cells := []groupRow{}, [][]string{}
		for _, g := range all {
			row, err := groupRowOf(ctx, o, g)
			if err != nil {
				return err
			}
			rows = append(rows, row)
			cells = append(cells, []string{row.Name, strings.Join(g.Roles, ", "), row.Parent, atMost(row.Members)})
		}
		return l.print(c, rows, func(w io.Writer) { table(w, []string{"NAME", "ROLES", "PART OF", "MEMBERS"}, cells) })
	})
}

// atMost is a count that has an upper bound.
func atMost(n int) string {
	if n >= operator.MostRecords {
		return fmt.Sprintf("%d or more", n)
	}
	return fmt.Sprint(n)
}

// A memberRow is a member as the commands print it.
type memberRow struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	Name  string `json:"name"`
	Key   string `json:"login_key,omitempty"` // of the provider that made them a member
}

type groupShowCmd struct {
	inGroup `embed:""`
}

// Run shows a group with its members.
func (s *groupShowCmd) Run(ctx context.Context, c *console) error {
	return s.about(ctx, c, func(o *opened, g groups.Group) error {
		row, err := groupRowOf(ctx, o, g)
		if err != nil {
			return err
		}
		members := []memberRow{}
		for after := ""; ; {
			some, next, err := o.Members(ctx, g.ID, after, 500)
			if err != nil {
				return err
			}
			for _, m := range some {
				members = append(members, memberRow{m.User.ID, m.User.Email, m.User.Name, m.Provider})
			}
			if after = next; after == "" {
				break
			}
		}
		value := struct {
			groupRow
			Members []memberRow `json:"members"`
		}{row, members}
		return s.print(c, value, func(w io.Writer) {
			facts := [][]string{{"ID", row.ID}, {"NAME", row.Name}, {"DESCRIPTION", row.Description}, {"ROLES", strings.Join(row.Roles, ", ")},
				{"ADMINISTRATORS", yesNo(row.Administrators)}, {"PART OF", row.Parent}, {"SECOND FACTOR", yesNo(row.SecondFactor)}}
			table(w, facts[0], facts[1:])
			if len(members) > 0 {
				fmt.Fprintf(w, "\nMembers\n")
				table(w, []string{"EMAIL", "NAME", "FROM PROVIDER"}, cells(members, func(m memberRow) []string { return []string{m.Email, m.Name, m.Key} }))
			}
		})
	})
}

func yesNo(on bool) string {
	if on {
		return "yes"
	}
	return "no"
}

type groupDeleteCmd struct {
	inGroup `embed:""`
	sure    `embed:""`
}

// Run deletes a group.
func (d *groupDeleteCmd) Run(ctx context.Context, c *console) error {
	return d.about(ctx, c, func(o *opened, g groups.Group) error {
		use, err := o.GroupUse(ctx, g.ID)
		if err != nil {
			return err
		}
		err = d.ask(c, "Delete the group %s permanently? %s lose its roles, %s no longer belong to it, and %s no longer map to it. The users stay.",
			g.Name, count(use.Members, "member", "members"), count(len(use.Children), "group", "groups"), count(len(use.Providers), "provider", "providers"))
		if err != nil {
			return err
		}
		row, err := groupRowOf(ctx, o, g)
		if err != nil {
			return err
		}
		if err := o.RemoveGroup(ctx, c.operator(), g.ID); err != nil {
			return err
		}
		return d.print(c, row, func(w io.Writer) { fmt.Fprintf(w, "The group %s was deleted.\n", oneLine(g.Name)) })
	})
}

// A membership names the user that a command adds to a group or removes from it.
type membership struct {
	Group  string `arg:"" name:"group" help:"Name or ID of the group."`
	Person string `arg:"" name:"user" help:"Email address or ID of the user."`

	format `embed:""`
	base   `embed:""`
}

func (m *membership) change(ctx context.Context, c *console, work func(*opened, groups.Group, users.User) error, done string) error {
	who := who{Person: m.Person, format: m.format, base: m.base}
	return who.about(ctx, c, func(o *opened, u users.User) error {
		g, err := findGroup(ctx, o, m.Group)
		if err != nil {
			return err
		}
		if err := work(o, g, u); err != nil {
			return err
		}
		return m.print(c, memberRow{ID: u.ID, Email: u.Email, Name: u.Name}, func(w io.Writer) { fmt.Fprintf(w, done+"\n", oneLine(account(u)), oneLine(g.Name)) })
	})
}

type groupMemberAddCmd struct {
	membership `embed:""`
}

// Run adds a user to a group.
func (a *groupMemberAddCmd) Run(ctx context.Context, c *console) error {
	return a.change(ctx, c, func(o *opened, g groups.Group, u users.User) error {
		_, err := o.AddMember(ctx, c.operator(), g.ID, u.ID)
		return err
	}, "%s is a member of %s.")
}

type groupMemberRemoveCmd struct {
	membership `embed:""`
}

// Run removes a user from a group.
func (r *groupMemberRemoveCmd) Run(ctx context.Context, c *console) error {
	return r.change(ctx, c, func(o *opened, g groups.Group, u users.User) error {
		_, err := o.RemoveMember(ctx, c.operator(), g.ID, u.ID)
		if errors.Is(err, users.ErrNoMember) {
			return fmt.Errorf("%s is not a member of %s", oneLine(account(u)), oneLine(g.Name))
		}
		return err
	}, "%s is no longer a member of %s.")
}
