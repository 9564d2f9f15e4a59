package templates

// AdminKey is everything about one login key. Its forms post to
// /admin/keys/{ID} and …/join; deleting starts at …/delete.
type AdminKey struct {
	ID           string
	Kind         string // "openid" or "peer"
	Name         string // as saved
	State        Chip
	Callback     string // redirect URI to register upstream
	Form         KeyForm
	Mistakes     []Mistake
	Issuer       string   // pinned; empty before the first discovery
	ClientID     string   // of a peer: the address of this hub's metadata document
	Fingerprints []string // of a peer: of the keys this hub publishes, to compare by eye
	Join         Join     // of a peer
}

func (p AdminKey) look() look { return look{"key", desk, p.Name, len(p.Mistakes) > 0} }

// Peer tells whether it is another hub.
func (p AdminKey) Peer() bool { return p.Kind == "peer" }

// A KeyForm is the settings of a login key, as typed.
type KeyForm struct {
	Name                 string // name
	BaseURL              string // base_url
	ClientID             string // client_id
	HasSecret            bool   // client_secret is write-only: left empty it stays as it is
	Scopes               string // scopes, separated by spaces
	SignUps              string // sign_ups: "allow" or "deny"
	Linking              string // linking: "confirm", "auto" or "never"
	TrustEmail           bool   // trust_email
	AuthoritativeDomains string // authoritative_domains, one per line
	Direct               bool   // direct
	Enabled              bool   // enabled
	Position             int    // position
}

// SignUpChoices are the values of sign_ups.
func (KeyForm) SignUpChoices() []Pair {
	return []Pair{
		{"allow", "Allow anyone who signs in there"},
		{"deny", "Deny: only people known here"},
	}
}

// LinkingChoices are the values of linking.
func (KeyForm) LinkingChoices() []Pair {
	return []Pair{
		{"confirm", "Confirm: sign in here once"},
		{"auto", "Auto: connect (domains below)"},
		{"never", "Never connect"},
	}
}

// SecretHint says whether a secret is there, without showing it.
func (f KeyForm) SecretHint() string {
	if f.HasSecret {
		return "A secret is saved. Leave this empty to keep it."
	}
	return "From the provider. It is stored encrypted and never shown again."
}
