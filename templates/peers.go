package templates

import "github.com/fedhub/fedhub/templates/locales"

// AdminPeer is the card of another hub that an administrator confirms before
// anything is sent there. It posts to /admin/providers.
type AdminPeer struct {
	Preset  string // preset, the catalogue's entry
	BaseURL string
	Name    string // the button will have
	Typed   string // name, as typed
	Invite  string
	Seen    string // what the card shows, to notice a change
	Changed bool   // it has changed since it was last shown

	Calls        string   // itself, which nobody checked; may be empty
	Issuer       string   // its issuer
	Fingerprints []string // of its signing keys
	ForeignHosts []string // of its endpoints
	Joinable     bool     // it takes introductions
	Registers    bool     // apps can register themselves there
}

func (AdminPeer) look() look { return look{"peer", desk, locales.Say("peer.tab"), false} }
