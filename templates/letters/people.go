package letters

import "time"

// Verify asks whether an address is theirs who gave it.
type Verify struct {
	Hub     string // the hub's name
	Address string // the hub's own, for people to compare
	Email   string
	Link    string
	Life    time.Duration
}

func (Verify) file() string { return "verify" }

// Reset lets somebody choose a new password.
type Reset struct {
	Hub     string
	Address string
	Email   string
	Link    string
	Life    time.Duration
}

func (Reset) file() string { return "reset" }

// PasswordChanged tells of a new password.
type PasswordChanged struct {
	Hub     string
	Address string
	Email   string
	Forgot  string // where to choose another
}

func (PasswordChanged) file() string { return "passwordchanged" }

// EmailChanged tells the address that was left.
type EmailChanged struct {
	Hub     string
	Address string
	Email   string // the old one
}

func (EmailChanged) file() string { return "emailchanged" }

// Invitation asks somebody to make an account.
type Invitation struct {
	Hub     string
	Address string
	Email   string
	Link    string
	Life    time.Duration
}

func (Invitation) file() string { return "invitation" }
