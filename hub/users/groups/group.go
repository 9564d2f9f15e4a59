// Package groups keeps groups of users: which roles a group gives its members,
// which group it belongs to, and who its members are.
//
// A user's record lists the ids of the user's groups (users.User.Groups). That
// list decides. A Member record repeats each entry, so that the members of a
// group can be listed; it is written before the entry and deleted after it, and
// counts only while the entry exists.
//
// The package knows no users. Package users asks it what the groups of a user
// give (Service.Rights).
//
// Its records live in two sets, declared in hub/data/sets.go:
//
//	groups       Group   unique nameKey; index parent
//	memberships  Member  index groupId, userId
package groups

import (
	"slices"
	"time"

	"github.com/fedhub/fedhub/internal/secrets"
)

// A Group is a named set of users. Its members have its roles, and those of the
// group that it belongs to.
type Group struct {
	ID string `bson:"id"`
	// NameKey is the name in the form that is unique among groups: applications
	// tell groups apart by their names. It is empty once the group is deleted.
	Name        string   `bson:"name"`
	NameKey     string   `bson:"nameKey,omitempty"`
	Description string   `bson:"description,omitempty"`
	Roles       []string `bson:"roles,omitempty"` // sorted, without duplicates
	// Parent is the group that this one belongs to: its members are members of
	// that group too. A parent has no parent itself.
	Parent string `bson:"parent,omitempty"`
	// SecondFactor requires a second factor of every member.
	SecondFactor bool `bson:"secondFactor,omitempty"`

	// Edited counts the changes, so that a form can tell which one it shows.
	Edited  int64     `bson:"edited"`
	Created time.Time `bson:"created"`
	Updated time.Time `bson:"updated"`
	// Deleted is when the group was deleted. It gives nothing from then on; the
	// record stays until no user lists it.
	Deleted time.Time `bson:"deleted,omitempty"`
}

// Key is the group's id.
func (g Group) Key() string { return g.ID }

// AdminRole is the role that makes a user an administrator of this hub.
const AdminRole = "admin"

// Has reports whether the group itself gives this role.
func (g Group) Has(role string) bool { return slices.Contains(g.Roles, role) }

// Administrators reports whether the group itself makes its members
// administrators.
func (g Group) Administrators() bool { return g.Has(AdminRole) }

// PlainRoles are the roles besides that of administrators.
func (g Group) PlainRoles() []string {
	return slices.DeleteFunc(slices.Clone(g.Roles), func(role string) bool { return role == AdminRole })
}

func (g Group) exists() bool { return g.Deleted.IsZero() }

// A Member is the entry of one user in one group.
type Member struct {
	ID      string `bson:"id"` // a digest of both ids
	GroupID string `bson:"groupId"`
	UserID  string `bson:"userId"`
	// Provider is the login key by which the user became a member; empty if an
	// administrator added them.
	Provider string    `bson:"provider,omitempty"`
	Since    time.Time `bson:"since"`
}

// Key is the record's id.
func (m Member) Key() string { return m.ID }

func memberID(group, user string) string { return group + "/" + secrets.HexHash(user)[:32] }
