package templates

import "github.com/fedhub/fedhub/templates/locales"

// AdminGroups lists groups. Its form posts name and description to
// /admin/groups.
type AdminGroups struct {
	Groups      []GroupRow
	All         int
	Later       bool   // this is not the first page
	Next        string // path of the next page; empty if this is the last
	Name        string // as typed
	Description string
	Mistakes    []Mistake
}

func (p AdminGroups) look() look {
	return look{"groups", desk, locales.Say("groups.tab"), len(p.Mistakes) > 0}
}

// A GroupRow is one group in a list.
type GroupRow struct {
	ID, Name, Description string
	Parent                string // name of the group that it belongs to
	Roles                 []string
	Administrators        bool // its members are administrators
	SecondFactor          bool // its members need a second factor
}

// AdminGroup is the page of one group. Its forms post to paths below
// /admin/groups/{ID}.
type AdminGroup struct {
	ID, Name, Description string
	Form                  GroupForm
	Changed               []Row // what another administrator saved meanwhile
	Parent                GroupRow
	Parents               []Option // groups that it may belong to
	Children              []GroupRow
	Providers             []GroupProvider // with rules for it
	Count                 int             // of members
	More                  bool            // there are at least Count
	Search                string
	Found                 []MemberRow // by the search
	Members               []MemberRow
	Later                 bool
	Next                  string
	Mistakes              []Mistake
}

func (p AdminGroup) look() look {
	return look{"group", desk, locales.Stored(p.Name), len(p.Mistakes)+len(p.Changed) > 0}
}

// A GroupForm has the settings of a group as typed.
type GroupForm struct {
	Name, Description string
	Roles             string // one per line
	Administrators    bool
	Parent            string // id of a group
	SecondFactor      bool
	Edited            string // the version that it is based on
}

// A GroupProvider is a provider with rules for a group.
type GroupProvider struct{ ID, Name string }

// A MemberRow is a user in or beside a group. Its button posts user={ID} to
// /admin/groups/{ID}/members/add or …/remove.
type MemberRow struct {
	ID, Name, Email, Username string
	Disabled                  bool
	Member                    bool
	Provider                  string // name of the provider that made them a member
}

// Shown is the name, or the replacement for a missing one.
func (r MemberRow) Shown() locales.Text {
	return Person{Name: r.Name, Email: r.Email, Username: r.Username}.Shown()
}
