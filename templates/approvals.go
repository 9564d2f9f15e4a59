package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// Approvals is what waits for a person's answer. Each form posts to
// /account/approvals with request={ID} and decision=allow or decision=deny.
type Approvals struct{ Waiting []Approval }

func (Approvals) look() look { return look{"approvals", desk, locales.Say("approvals.tab"), false} }

// An Approval is one request of a client.
type Approval struct {
	ID      string
	Client  Client
	Scopes  []Scope
	APIs    []string
	Message string // from the client: the person compares it with what they see there
	IP      string
	Asked   time.Time
	Ends    time.Time
}
