package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// Approvals lists the requests that wait for the user's decision. Each form posts
// to /account/approvals with request={ID} and decision=allow or decision=deny.
type Approvals struct{ Waiting []Approval }

func (Approvals) look() look { return look{"approvals", desk, locales.Say("approvals.tab"), false} }

// An Approval is one request of a client.
type Approval struct {
	ID      string
	Client  Client
	Scopes  []Scope
	APIs    []string
	Message string // from the client: the user compares it with the message on the other device
	IP      string
	Asked   time.Time
	Ends    time.Time
}
