package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminServers shows the hubs that sign their people in here. Its buttons post
// server={ID} to /admin/hubs/approve, refuse, suspend or resume; the one for
// a code posts to /admin/hubs/invite.
type AdminServers struct {
	BaseURL   string // of this hub, to paste at the other one
	Waiting   []Server
	Active    []Server
	Suspended []Server
	Refused   []Server
	Invite    string    // a code just made, shown this once
	Expires   time.Time // of the code
}

func (AdminServers) look() look { return look{"servers", desk, locales.Say("servers.tab"), false} }

// None tells whether no hub has ever asked.
func (p AdminServers) None() bool {
	return len(p.Waiting)+len(p.Active)+len(p.Suspended)+len(p.Refused) == 0
}

// Offered is the name that the form of an approval begins with.
func (s Server) Offered() string { return either(s.Confirmed, s.Name) }

// Decision is the message for what was decided last, and by whom.
func (s Server) Decision() string {
	switch {
	case s.State == "suspended" && s.DecidedBy == "":
		return "servers.suspended"
	case s.State == "suspended":
		return "servers.suspended-by"
	case s.State == "refused" && s.DecidedBy == "":
		return "servers.refused"
	case s.State == "refused":
		return "servers.refused-by"
	case s.DecidedBy == "":
		return "servers.approved"
	case s.DecidedBy == "invite":
		return "servers.approved-by-invite"
	case s.DecidedBy == "domain":
		return "servers.approved-by-domain"
	}
	return "servers.approved-by"
}

// A ServerForm is what a form about one server needs.
type ServerForm struct {
	CSRF   string
	Server Server
}

// A Server is another hub that asks this one, or wants to.
type Server struct {
	ID           string // its client id, which is the address of its metadata document
	Host         string
	Name         string   // as it calls itself, which nobody checked
	Shown        string   // as people read of it
	Confirmed    string   // the name that an administrator gave it, if one did
	State        string   // as it is kept, like "active"
	SkipConsent  bool     // people are not asked whether it may know them
	Origin       string   // where answers go
	Fingerprints []string // of its keys
	Requested    time.Time
	Decided      time.Time
	DecidedBy    string // an administrator, "invite" or "domain"
	LastSeen     time.Time
	Held         locales.Text // why it was put back to wait, as a sentence
	Gone         time.Time    // since when its metadata document is missing
	Left         time.Time    // when it said that it would not come back
}
