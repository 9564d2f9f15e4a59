package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
)

type userListCmd struct {
	format `embed:""`
	base   `embed:""`
}

// Run lists the users.
func (u *userListCmd) Run(ctx context.Context, c *console) error {
	return u.with(ctx, c, func(o *opened) error {
		rows, err := everyone(ctx, o)
		if err != nil {
			return err
		}
		return u.print(c, rows, func(w io.Writer) {
			cells := make([][]string, len(rows))
			for i, r := range rows {
				cells[i] = []string{r.Email, cmp.Or(r.Name, r.Claims["preferred_username"]), strings.Join(r.Roles, " "), waysIn(r)}
			}
			table(w, []string{"EMAIL", "NAME", "ROLES", "SIGN-IN"}, cells)
		})
	})
}

func everyone(ctx context.Context, o *opened) ([]userRow, error) {
	const page = 500
	rows := []userRow{}
	for after := ""; ; {
		some, err := o.Users(ctx, after, page)
		if err != nil {
			return nil, fmt.Errorf("list the users: %w", err)
		}
		for _, u := range some {
			rows = append(rows, userRowOf(u))
			after = u.ID
		}
		if len(some) < page {
			return rows, nil
		}
	}
}

func waysIn(r userRow) string {
	switch {
	case r.Disabled:
		return "off"
	case r.Password:
		return "password"
	}
	return "provider"
}
