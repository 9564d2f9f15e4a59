package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminServers lists the connected hubs that sign their users in here. Its
// buttons post server={ID} to /admin/hubs/approve, refuse, suspend or resume;
// the button for a code posts to /admin/hubs/invite.
type AdminServers struct {
	BaseURL   string // of this hub, to paste at the other hub
	Waiting   []Server
	Active    []Server
	Suspended []Server
	Refused   []Server
	Invite    string    // a new code, shown once
	Expires   time.Time // of the code
}

func (AdminServers) look() look { return look{"servers", desk, locales.Say("servers.tab"), false} }

// None reports whether there are no connection requests at all.
func (p AdminServers) None() bool {
	return len(p.Waiting)+len(p.Active)+len(p.Suspended)+len(p.Refused) == 0
}

// Offered is the initial name in the form of an approval.
func (s Server) Offered() string { return either(s.Confirmed, s.Name) }

// Decision describes the last decision, and who made it.
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

// A ServerForm has the values of a form about one hub.
type ServerForm struct {
	CSRF   string
	Server Server
}

// A Server is another hub that is connected, or requests a connection.
type Server struct {
	ID           string // its client id, which is the address of its metadata document
	Host         string
	Name         string   // its own name, which is unverified
	Shown        string   // the name that users see
	Confirmed    string   // the name that an administrator gave it, if any
	State        string   // the stored state, like "active"
	SkipConsent  bool     // users are not asked for consent
	Origin       string   // origin of the redirect URI
	Fingerprints []string // of its keys
	Requested    time.Time
	Decided      time.Time
	DecidedBy    string // an administrator, "invite" or "domain"
	LastSeen     time.Time
	Held         locales.Text // why it waits again, as a sentence
	Gone         time.Time    // since when its metadata document is missing
	Left         time.Time    // when it disconnected
}
