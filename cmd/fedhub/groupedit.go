package main

import (
	"context"

	"github.com/alecthomas/kong"

	"github.com/fedhub/fedhub/hub/users/groups"
)

// groupFlags are the settings of a group.
type groupFlags struct {
	Description    string   `placeholder:"TEXT" help:"What the group is for."`
	Role           []string `sep:"none" placeholder:"ROLE" help:"Role of all members. Replaces all roles; --role= removes them. May be repeated."`
	Administrators bool     `negatable:"" help:"Make all members administrators of this hub."`
	Parent         string   `placeholder:"GROUP" help:"Group that this group belongs to: its members are members of that group too. --parent= removes it."`
	SecondFactor   bool     `negatable:"" help:"Require a second factor of all members."`
}

// write applies the flags that were typed.
func (f *groupFlags) write(ctx context.Context, o *opened, typed given, e *groups.Edit) error {
	if typed[&f.Description] {
		e.Description = f.Description
	}
	if typed[&f.Role] {
		e.Roles = f.Role
	}
	if typed[&f.Administrators] {
		e.Administrators = f.Administrators
	}
	if typed[&f.SecondFactor] {
		e.SecondFactor = f.SecondFactor
	}
	if typed[&f.Parent] {
		e.Parent = ""
		if f.Parent != "" {
			above, err := findGroup(ctx, o, f.Parent)
			if err != nil {
				return err
			}
			e.Parent = above.ID
		}
	}
	return nil
}

type groupAddCmd struct {
	Name       string `arg:"" help:"Name of the group."`
	groupFlags `embed:""`
	format     `embed:""`
	base       `embed:""`
}

// Run adds a group.
func (a *groupAddCmd) Run(ctx context.Context, k *kong.Context, c *console) error {
	return a.with(ctx, c, func(o *opened) error {
		e := groups.Edit{Name: a.Name}
		if err := a.write(ctx, o, givenIn(k), &e); err != nil {
			return err
		}
		g, err := o.AddGroup(ctx, c.operator(), e)
		if err != nil {
			return err
		}
		return a.printGroup(ctx, c, o, g, "The group %s was added.")
	})
}

type groupUpdateCmd struct {
	inGroup    `embed:""`
	Name       string `placeholder:"NAME" help:"New name of the group."`
	groupFlags `embed:""`
}

// Help explains what the flags do.
func (*groupUpdateCmd) Help() string { return "Flags that you leave out change nothing." }

// Run changes a group.
func (u *groupUpdateCmd) Run(ctx context.Context, k *kong.Context, c *console) error {
	return u.about(ctx, c, func(o *opened, g groups.Group) error {
		typed, e := givenIn(k), groups.EditOf(g)
		if err := u.write(ctx, o, typed, &e); err != nil {
			return err
		}
		if typed[&u.Name] {
			e.Name = u.Name
		}
		g, err := o.ChangeGroup(ctx, c.operator(), g.ID, g.Edited, e)
		if err != nil {
			return err
		}
		return u.printGroup(ctx, c, o, g, "The group %s was changed.")
	})
}
