package userfiles

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/spreadsheet"
)

// Formats of Write.
const (
	CSV  = "csv"
	JSON = "json"
)

const atOnce = 500 // users in memory

// Write writes all users, some at a time, and calls part after each of these parts.
// Secrets are not written.
func Write(ctx context.Context, hub Directory, to io.Writer, format string, part func() error) error {
	all, err := hub.Groups(ctx)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, g := range all {
		names[g.ID] = g.Name
	}
	put, end := writerOf(to, format)
	for after := ""; ; {
		some, err := hub.Users(ctx, after, atOnce)
		if err != nil {
			return err
		}
		for _, u := range some {
			if err := put(rowOf(u, names)); err != nil {
				return err
			}
			after = u.ID
		}
		if len(some) < atOnce {
			return end()
		}
		if err := part(); err != nil {
			return err
		}
	}
}

func rowOf(u users.User, names map[string]string) map[string]any {
	groups := []string{}
	for _, id := range u.Groups {
		if name, ok := names[id]; ok {
			groups = append(groups, name)
		}
	}
	row := map[string]any{Sub: u.ID, Email: u.Email, Verified: u.EmailVerified, Disabled: u.Disabled, Groups: groups,
		Roles: append([]string{}, users.Without(u.Roles, []string{users.AdminRole})...)}
	for column, of := range profileColumns {
		row[column] = *of(&u.Profile)
	}
	return row
}

// writerOf returns what writes a row, and what ends the file.
func writerOf(to io.Writer, format string) (put func(map[string]any) error, end func() error) {
	if format == CSV {
		out := csv.NewWriter(to)
		out.Write(written) //nolint:errcheck // Error reports it
		return func(row map[string]any) error {
				record := make([]string, len(written))
				for i, column := range written {
					record[i] = cell(row[column])
				}
				return out.Write(record)
			}, func() error {
				out.Flush()
				return out.Error()
			}
	}
	before := "[\n"
	return func(row map[string]any) error {
			object, err := json.Marshal(row)
			if err == nil {
				_, err = to.Write(append([]byte(before), object...))
			}
			before = ",\n"
			return err
		}, func() error {
			if before == "[\n" {
				before += "]\n"
			} else {
				before = "\n]\n"
			}
			_, err := io.WriteString(to, before)
			return err
		}
}

// cell is a value in a spreadsheet.
func cell(value any) string {
	switch v := value.(type) {
	case bool:
		return strconv.FormatBool(v)
	case []string:
		value = joinList(v)
	}
	text, _ := value.(string)
	return spreadsheet.Cell(text)
}
