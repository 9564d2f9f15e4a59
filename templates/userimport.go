package templates

import "github.com/fedhub/fedhub/templates/locales"

// AdminUserImport adds and changes users by a file. Its form posts file to
// /admin/import, which shows what would change; the form there posts stop={Stop}
// to /admin/import/confirm.
type AdminUserImport struct {
	Columns []string // that a file may have
	Most    int      // users in a file

	Stop string // name of the file that was tried; empty: none
	Done bool   // it was imported

	Added, Changed, Same, Refused int
	Rows                          []ImportRow // without those that stay the same; not all of them

	Mistakes []Mistake
}

// Tried reports whether there is a result.
func (p AdminUserImport) Tried() bool { return p.Stop != "" || p.Done }

// Some reports whether the file changes anything.
func (p AdminUserImport) Some() bool { return p.Added+p.Changed > 0 }

func (p AdminUserImport) look() look {
	return look{"userimport", desk, locales.Say("userimport.title"), len(p.Mistakes) > 0}
}

// An ImportRow is a user of the file.
type ImportRow struct {
	Line     int
	Email    string
	Does     string // added, changed or refused
	Columns  string // that change
	Problems []locales.Text
}
