package letters

import "time"

// Linked tells that another way to sign in was added.
type Linked struct {
	Hub      string
	Address  string
	Email    string
	Provider string
	Link     string // where it is undone
	Life     time.Duration
	Emptied  bool // the account was unproven, and emptied first
}

func (Linked) file() string { return "linked" }

// Unlinked tells that a way to sign in was taken away.
type Unlinked struct {
	Hub      string
	Address  string
	Email    string
	Provider string
	Link     string // where it is undone; empty if an administrator did it
	Life     time.Duration
}

func (Unlinked) file() string { return "unlinked" }

// Tried tells that somebody came with one's address and was refused.
type Tried struct {
	Hub      string
	Address  string
	Email    string
	Provider string
	Link     string // where one connects it oneself
}

func (Tried) file() string { return "tried" }

// Prove lets somebody prove that an account is theirs, before it is connected.
type Prove struct {
	Hub      string
	Address  string
	Email    string
	Provider string
	Link     string
	Life     time.Duration
}

func (Prove) file() string { return "prove" }
