package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminUsers lists users. The search is a GET of /admin/users with q.
type AdminUsers struct {
	Search                            string
	Count                             locales.Text // of the users that are selected; zero if unknown
	Only, Newest, Provider, Group     string       // as selected
	Filters, Sorts, Providers, Groups []Option
	Users                             []UserRow
	Later                             bool   // this is not the first page
	Next                              string // path of the next page; empty if this is the last

	Waiting     []WaitingUser // for approval
	Invitations []UserInvitation
	Mail        bool   // whether the hub sends emails
	Link        string // of an invitation, shown once
	Email       string // as typed, in the form to invite
	Roles       string
	NewEmail    string // as typed, in the form to add
	NewName     string
	Mistakes    []Mistake
}

func (p AdminUsers) look() look {
	return look{"users", desk, locales.Say("users.tab"), len(p.Mistakes) > 0}
}

// A WaitingUser signed up and waits for approval. The buttons post user={ID} to
// /admin/users/approve and /admin/users/refuse.
type WaitingUser struct {
	ID    string
	Name  string
	Email string
	Since time.Time
}

// A UserInvitation is an open invitation. Its button posts to
// /admin/users/withdraw with invitation={ID}.
type UserInvitation struct {
	ID      string
	Email   string
	Roles   []string
	By      string
	Expires time.Time
}

// A UserRow is one user in the list.
type UserRow struct {
	ID       string
	Name     string
	Email    string
	Username string // the provider's name for them
	Chips    []Chip
}

// Shown is the name, or the replacement for a missing one.
func (r UserRow) Shown() locales.Text {
	return Person{Name: r.Name, Email: r.Email, Username: r.Username}.Shown()
}

// AdminUser is the page of one user. Its forms post to paths below /admin/users/{ID}.
type AdminUser struct {
	ID            string
	Name          string
	Email         string
	Username      string // the provider's name for them
	Chips         []Chip
	Origin        string // provider that created them; empty if they were added here
	Disabled      bool
	Myself        bool // it is the administrator's own page
	Created       time.Time
	Asked         time.Time // when the user requested the deletion of the account; zero if not
	Due           time.Time // of the deletion
	Password      bool
	Changed       time.Time // the password
	CanReset      bool
	Second        bool   // there is a second factor
	Mail          bool   // whether the hub sends emails
	Link          string // to choose a password, shown once
	Roles         string // one per line, as typed
	Profile       UserProfile
	Conflict      []Row       // what another administrator saved meanwhile
	NewEmail      string      // as typed
	Verified      bool        // the email address
	Administrator bool        // without a group
	GroupRoles    []string    // that the groups give
	Groups        []GroupRow  // Parent is the provider that made the user a member
	Fields        []UserField // that administrators defined
	LastSignIn    time.Time   // the newest session; zero if there is none
	Logins        []UserLogin
	Sessions      []UserSession
	Apps          []UserApp
	Events        []UserEvent
	Mistakes      []Mistake
}

func (p AdminUser) look() look {
	return look{"user", desk, p.Shown(), len(p.Mistakes)+len(p.Conflict) > 0}
}

// Shown is the name, or the replacement for a missing one.
func (p AdminUser) Shown() locales.Text {
	return Person{Name: p.Name, Email: p.Email, Username: p.Username}.Shown()
}

// A UserProfile is the form with a user's profile; Seen is the version.
type UserProfile struct {
	Name, GivenName, FamilyName, Username, Phone, Locale, Zoneinfo, Seen string
}

// UserReceipt lists who was notified of a deletion.
type UserReceipt struct {
	ID         string // of the user
	Recipients []RecipientRow
	Open       bool // notices are still being delivered
}

func (UserReceipt) look() look {
	return look{"userreceipt", desk, locales.Say("userreceipt.title"), false}
}

// A UserLogin is an identity at a provider.
type UserLogin struct {
	ID       string
	Provider string
	Issuer   string
	Subject  string
	Who      string
	Since    time.Time
	Used     time.Time
	Last     bool // the only sign-in method
}

// A UserSession is one browser.
type UserSession struct {
	ID       string
	Device   locales.Text // like "Firefox on Linux"
	Provider string       // that they signed in with
	Agent    string
	IP       string
	Started  time.Time
	Seen     time.Time
}

// A UserApp is a client that the user allowed.
type UserApp struct {
	Name   string
	Scopes []string
	Since  time.Time
}

// A UserEvent is a fact from the audit log.
type UserEvent struct {
	Time   time.Time
	Kind   string
	Reason locales.Text
	By     string // id of the actor, if not the user
	IP     string
	Ref    string
}
