package templates

import (
	"strings"
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminKeyIdentities asks for the decision about users of a former issuer of a
// login key. It posts to /admin/providers/{ID}/identities: identities is "move"
// or "leave", undo the batch of a move.
type AdminKeyIdentities struct {
	ID       string
	Name     string
	Deciding *Deciding // nil: no decision is open
	Moves    []IssuerMove
	Mistakes []Mistake
}

func (p AdminKeyIdentities) look() look {
	return look{"keyidentities", desk, locales.Say("keyidentities.tab", "name", p.Name), len(p.Mistakes) > 0}
}

// An IssuerMove is a move that can be undone.
type IssuerMove struct {
	Batch string
	From  string // issuer
	Until time.Time
}

// A Deciding has the facts for the decision to move users to another issuer.
type Deciding struct {
	Former     []string // issuers
	To         string   // issuer; empty: the new address does not name one
	Address    string   // new
	Identities int
	Privileged int // of them administrators
	Same       bool
	Unfinished bool
	Chosen     string // identities: "move" or "leave"
	Typed      string // identities_address
}

// Issuers are the former issuers, in a sentence.
func (d Deciding) Issuers() string { return strings.Join(d.Former, ", ") }

// Choices are the values of identities.
func (d Deciding) Choices() []Pick {
	move := locales.Say("keyidentities.move-hint")
	if !d.Same {
		move = locales.Say("keyidentities.move-elsewhere")
	}
	return []Pick{
		{"move", locales.Say("keyidentities.move"), move},
		{"leave", locales.Say("keyidentities.leave"), locales.Say("keyidentities.leave-hint")},
	}
}
