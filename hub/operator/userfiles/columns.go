// Package userfiles reads and writes files of users: CSV for spreadsheets, and JSON.
// A file that this hub wrote can be read again.
package userfiles

import (
	"slices"
	"strings"
)

// The columns of a file, which are also the members of its JSON objects. They are
// claims of OpenID Connect where it has one.
const (
	Sub          = "sub" // finds a user; a new user gets a new one
	Email        = "email"
	Verified     = "email_verified" // of a new user
	Name         = "name"
	GivenName    = "given_name"
	FamilyName   = "family_name"
	Username     = "preferred_username"
	Phone        = "phone_number"
	Locale       = "locale"
	Zoneinfo     = "zoneinfo"
	Roles        = "roles"         // without that of administrators
	Groups       = "groups"        // names; an import adds memberships and ends none
	Disabled     = "disabled"      //
	PasswordHash = "password_hash" // of a new user, from another system; never written
)

// written are the columns that Write writes, in this order.
var written = []string{Sub, Email, Verified, Name, GivenName, FamilyName, Username, Phone, Locale, Zoneinfo, Roles, Groups, Disabled}

// Columns are those that a file may have.
func Columns() []string { return append(slices.Clone(written), PasswordHash) }

func isList(column string) bool { return column == Roles || column == Groups }

func isFlag(column string) bool { return column == Verified || column == Disabled }

// A Row is a user in a file.
type Row struct {
	Line   int               // in a CSV file; the number of the object in a JSON file
	Values map[string]string // by column; a column that the file lacks stays as it is here
}

// has returns a value, and whether the file has the column.
func (r Row) has(column string) (string, bool) {
	v, ok := r.Values[column]
	return v, ok
}

// list is the value of a list.
func (r Row) list(column string) []string { return splitList(r.Values[column]) }

const between = ", "

func joinList(list []string) string { return strings.Join(list, between) }

func splitList(text string) []string {
	var list []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, item)
		}
	}
	return list
}
