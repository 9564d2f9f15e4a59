package templates

import "github.com/fedhub/fedhub/templates/locales"

// AdminKey is the page of one login key. Its forms post to /admin/providers/{ID},
// …/try, …/switch and …/join; deletion starts at …/delete.
type AdminKey struct {
	ID           string
	Kind         string       // "peer", "openid", "social", "oauth2" or "frappe"
	Provider     locales.Text // the catalogue's name for it
	Name         string       // as saved
	State        Chip
	Enabled      bool
	Testable     bool // it has enough settings for a test
	SignedIn     SignedIn
	Addresses    []Address // to register at the provider
	Guide        Guide
	Form         KeyForm
	Mistakes     []Mistake
	Issuer       string   // pinned; empty before the first discovery
	ClientID     string   // of a peer: the address of this hub's metadata document
	Fingerprints []string // of a peer: of this hub's keys, for comparison by a human
	Join         Join     // of a peer
	Health       Health
	Unsettled    bool           // users of a former issuer need a decision, or have one that can be undone
	Doubts       []locales.Text // warnings before the first sign-in with it
}

func (p AdminKey) look() look { return look{"key", desk, locales.Stored(p.Name), len(p.Mistakes) > 0} }

// EnabledHint explains the check box, and the effect of clearing it.
func (p AdminKey) EnabledHint() locales.Text {
	if !p.Enabled || !p.SignedIn.Some() {
		return locales.Say("keyform.enabled-hint")
	}
	return locales.Say("keyform.enabled-hint-signed-in", "signedin", p.SignedIn.Text())
}

// Deciding is the decision that is required before saving.
func (p AdminKey) Deciding() *Deciding { return p.Form.Deciding }

// Peer reports whether it is another hub.
func (p AdminKey) Peer() bool { return p.Kind == "peer" }

// A Control is an input that only some providers have.
type Control struct {
	Name     string
	Label    locales.Text
	Help     locales.Text
	Value    string
	Optional bool
	Choices  []Option // if there are only these values
}

// Field is the control for the part "field".
func (c Control) Field() Field {
	f := Field{Name: c.Name, Label: c.Label, Hint: c.Help, Value: c.Value, Kind: "text", Mono: true, Optional: c.Optional, Auto: "off"}
	if len(c.Choices) > 0 {
		f.Kind, f.Options = "select", c.Choices
	}
	return f
}

// A KeyForm is the settings of a login key, as typed.
type KeyForm struct {
	Enabled       bool         // enabled
	Name          string       // name
	Placed        bool         // the catalogue has the Base URL, so there is no input
	BaseURL       string       // base_url
	BaseURLHint   locales.Text // the hint about it
	Options       []Control    // options.{name}
	Endpoints     []Control    // endpoints.authorize, .token, .userinfo
	ClientID      string       // client_id
	HasSecret     bool         // client_secret is write-only: an empty one keeps the stored one
	SecretExpires string       // secret_expires, like 2026-12-31
	Scopes        string       // scopes, separated by spaces
	Params        string       // params, name=value, one per line
	Hosts         string       // hosts, one per line
	Claims        []Control    // claims.{name}

	SignUps              string // sign_ups: "deny", "invited", "domains" or "allow"
	SignUpDomains        string // sign_up_domains, one per line
	Linking              string // linking: "confirm", "auto", "never" or "provisioned"
	MigrateUntil         string // migrate_until, like 2026-12-31
	TrustEmail           bool   // trust_email
	AuthoritativeDomains string // authoritative_domains, one per line
	Roles                string // role_map, there = here, one per line
	Groups               string // group_map, claim = value = group, one per line
	RolesCut             string // how a text with roles is split, as among Claims: "", "blanks" or "commas"
	TrustAssurance       bool   // trust_assurance
	CountsAsNew          bool   // counts_as_new

	Deciding *Deciding      // effects of another address on users, if identities need a decision
	Foreseen *Foreseen      // effects of saving on users, if they must be confirmed with sure
	Sure     bool           // sure
	Again    []locales.Text // secrets to type again, because the page does not contain them

	Hidden       bool         // hidden
	Direct       bool         // direct
	HomeDomains  string       // home_domains, one per line
	KeepTokens   bool         // keep_tokens
	AskOffline   bool         // ask_offline, of an OpenID provider
	OfflineWhy   locales.Text // the catalogue's reason to request it of this provider
	HasSiteKey   bool         // site_key is write-only: an empty one keeps the stored one; site_key_remove
	SignOutThere bool         // sign_out_there
}

// OfflineHint explains the benefit and the cost of the scope.
func (f KeyForm) OfflineHint() locales.Text {
	if !f.OfflineWhy.IsZero() {
		return f.OfflineWhy
	}
	return locales.Say("keyform.offline-hint")
}

// SiteKeyHint explains the API key, and whether there is one.
func (f KeyForm) SiteKeyHint() locales.Text {
	hint := locales.Say("keyform.of-a-user-of-the")
	if f.HasSiteKey {
		return locales.Say("keyform.there-is-one-leave-this", "hint", hint)
	}
	return hint
}

// SignUpChoices are the values of sign_ups.
func (KeyForm) SignUpChoices() []Pick {
	return []Pick{
		{"deny", locales.Say("keyform.deny"), locales.Say("keyform.deny-hint")},
		{"invited", locales.Say("keyform.invited"), locales.Say("keyform.invited-hint")},
		{"domains", locales.Say("keyform.domains"), locales.Say("keyform.domains-hint")},
		{"allow", locales.Say("keyform.allow"), locales.Say("keyform.allow-hint")},
	}
}

// LinkingChoices are the values of linking.
func (KeyForm) LinkingChoices() []Pick {
	return []Pick{
		{"confirm", locales.Say("keyform.confirm"), locales.Say("keyform.confirm-hint")},
		{"auto", locales.Say("keyform.auto"), locales.Say("keyform.auto-hint")},
		{"never", locales.Say("keyform.never"), locales.Say("keyform.never-hint")},
		{"provisioned", locales.Say("keyform.provisioned"), locales.Say("keyform.provisioned-hint")},
	}
}

// SecretHint says whether there is a secret, without showing it.
func (f KeyForm) SecretHint() locales.Text {
	if f.HasSecret {
		return locales.Say("keyform.a-secret-is-saved-leave")
	}
	return locales.Say("keyform.from-the-provider-it-is")
}
