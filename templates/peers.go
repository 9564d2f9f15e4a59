package templates

import "github.com/fedhub/fedhub/templates/locales"

// AdminPeer shows another hub for the administrator to confirm before anything
// is sent there. It posts to /admin/providers.
type AdminPeer struct {
	Preset  string // preset, the catalogue's entry
	BaseURL string
	Name    string // name on the button
	Typed   string // name, as typed
	Invite  string
	Seen    string // the shown content, to notice a change
	Changed bool   // it changed since it was last shown

	Calls        string   // its own name, which is unverified; may be empty
	Issuer       string   // its issuer
	Fingerprints []string // of its signing keys
	ForeignHosts []string // of its endpoints
	Joinable     bool     // it accepts connection requests
	Registers    bool     // apps can register themselves there
}

func (AdminPeer) look() look { return look{"peer", desk, locales.Say("peer.tab"), false} }
