package templates

import "github.com/fedhub/fedhub/templates/locales"

// AdminKey is everything about one login key. Its forms post to
// /admin/providers/{ID}, …/try, …/switch and …/join; deleting starts at …/delete.
type AdminKey struct {
	ID           string
	Kind         string       // "peer", "openid", "social", "oauth2" or "frappe"
	Provider     locales.Text // what the catalogue calls it
	Name         string       // as saved
	State        Chip
	Enabled      bool
	Testable     bool // there is enough to try it with
	SignedIn     SignedIn
	Addresses    []Address // to register upstream
	Guide        Guide
	Form         KeyForm
	Mistakes     []Mistake
	Issuer       string   // pinned; empty before the first discovery
	ClientID     string   // of a peer: the address of this hub's metadata document
	Fingerprints []string // of a peer: of the keys this hub publishes, to compare by eye
	Join         Join     // of a peer
	Health       Health
	Unsettled    bool           // something is to be decided, or can be undone, about people of a former issuer
	Doubts       []locales.Text // what to know of it before anybody signs in with it
}

func (p AdminKey) look() look { return look{"key", desk, locales.Stored(p.Name), len(p.Mistakes) > 0} }

// EnabledHint says what the tick means, and what taking it away does.
func (p AdminKey) EnabledHint() locales.Text {
	if !p.Enabled || !p.SignedIn.Some() {
		return locales.Say("keyform.enabled-hint")
	}
	return locales.Say("keyform.enabled-hint-signed-in", "signedin", p.SignedIn.Text())
}

// Deciding is what has to be chosen before the settings are saved.
func (p AdminKey) Deciding() *Deciding { return p.Form.Deciding }

// Peer tells whether it is another hub.
func (p AdminKey) Peer() bool { return p.Kind == "peer" }

// A Control is one input that only some providers have.
type Control struct {
	Name     string
	Label    locales.Text
	Help     locales.Text
	Value    string
	Optional bool
	Choices  []Option // if only these will do
}

// Field is the control as the part "field" shows it.
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
	Placed        bool         // the catalogue knows the Base URL, so nobody types it
	BaseURL       string       // base_url
	BaseURLHint   locales.Text // what that is
	Options       []Control    // options.{name}
	Endpoints     []Control    // endpoints.authorize, .token, .userinfo
	ClientID      string       // client_id
	HasSecret     bool         // client_secret is write-only: left empty it stays as it is
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
	RolesCut             string // how a text with roles is cut, as among Claims: "", "blanks" or "commas"
	TrustAssurance       bool   // trust_assurance
	CountsAsNew          bool   // counts_as_new

	Deciding *Deciding      // what another address does to people, where identities must be chosen
	Foreseen *Foreseen      // what saving would do to people, where that must be confirmed with sure
	Sure     bool           // sure
	Again    []locales.Text // secrets to type again: a page that asks holds none

	Hidden       bool         // hidden
	Direct       bool         // direct
	HomeDomains  string       // home_domains, one per line
	KeepTokens   bool         // keep_tokens
	AskOffline   bool         // ask_offline, of an OpenID provider
	OfflineWhy   locales.Text // why the catalogue asks this provider
	HasSiteKey   bool         // site_key is write-only: left empty it stays as it is; site_key_remove
	SignOutThere bool         // sign_out_there
}

// OfflineHint says what the scope brings and what it costs.
func (f KeyForm) OfflineHint() locales.Text {
	if !f.OfflineWhy.IsZero() {
		return f.OfflineWhy
	}
	return locales.Say("keyform.offline-hint")
}

// SiteKeyHint says what an API key is for, and whether there is one.
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

// SecretHint says whether a secret is there, without showing it.
func (f KeyForm) SecretHint() locales.Text {
	if f.HasSecret {
		return locales.Say("keyform.a-secret-is-saved-leave")
	}
	return locales.Say("keyform.from-the-provider-it-is")
}
