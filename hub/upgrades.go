package hub

import "github.com/fedhub/fedhub/hub/store"

// major is the version of how records lie in the database. It is raised when
// earlier programs would misread or spoil what is written now. Those before
// version 1 erased every field that they did not know.
const major = 1

// schema is that version, and the upgrades that bring records of earlier
// programs into today's form. To change a stored form, add an upgrade at the
// end; those that are here have run somewhere and stay as they are.
func schema() store.Schema {
	return store.Schema{Major: major, Upgrades: []store.Upgrade{}}
}
