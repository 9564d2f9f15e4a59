package templates

import (
	"strconv"
	"time"
)

// AdminKeyIdentities asks what becomes of people who are known under an issuer
// that a login key no longer has. It posts to /admin/keys/{ID}/identities:
// identities is "move" or "leave", undo the batch of a move.
type AdminKeyIdentities struct {
	ID       string
	Name     string
	Deciding *Deciding // nil: nothing is to be decided
	Moves    []IssuerMove
	Mistakes []Mistake
}

func (p AdminKeyIdentities) look() look {
	return look{"keyidentities", desk, "People of " + p.Name, len(p.Mistakes) > 0}
}

// An IssuerMove can be undone.
type IssuerMove struct {
	Batch string
	From  string // issuer
	Until time.Time
}

// A Deciding is what to know before people are moved to another issuer or left.
type Deciding struct {
	Former     []string // issuers
	To         string   // issuer; empty: the new address does not say
	Address    string   // new
	Identities int
	Privileged int // of them of administrators
	Same       bool
	Unfinished bool
	Chosen     string // identities: "move" or "leave"
	Typed      string // identities_address
}

// People says how many hang on the former issuers.
func (d Deciding) People() string {
	if d.Identities == 1 {
		return "1 person hangs"
	}
	return strconv.Itoa(d.Identities) + " people hang"
}

// Stay says how many administrators' stay behind.
func (d Deciding) Stay() string {
	if d.Privileged == 1 {
		return "1 of them is an administrator and stays behind."
	}
	return strconv.Itoa(d.Privileged) + " of them are administrators and stay behind."
}

// distrusted is what happens where another provider may be at the address.
const distrusted = " Until you save them again, the settings that trusted the provider before are off: accounts are linked only with proof, no address counts as verified, and no role rule makes an administrator."

// Choices are the values of identities.
func (d Deciding) Choices() []Pick {
	move := "They sign in to their accounts here by the new address. Their sessions and apps that came this way end, and they are told by email. It can be undone for 30 days."
	if !d.Same {
		move += " Administrators stay behind: they connect themselves anew." + distrusted
	}
	return []Pick{
		{"move", "Move them", move},
		{"leave", "Leave them", "Another provider is at the new address. Who comes from there is somebody new, and proves an account here like anybody else." + distrusted},
	}
}
