package templates

import "time"

// AdminKeys lists the Social Login Keys in the order of the sign-in page.
type AdminKeys struct {
	Keys []KeyRow
}

func (AdminKeys) look() look { return look{"keys", desk, "Login keys", false} }

// A KeyRow is one login key in the list.
type KeyRow struct {
	ID      string
	Kind    string // "openid" or "peer"
	Name    string
	BaseURL string
	State   Chip // Draft, Ready, Enabled, Waiting or Failing
	Direct  bool // people go straight there
}

// AdminKeyNew chooses what to sign in with, then asks where it is. It posts to
// /admin/keys.
type AdminKeyNew struct {
	Kind     string // "peer" or "openid"; empty shows the catalogue
	Name     string
	BaseURL  string
	Invite   string // code that the primary's administrator gave, for a peer
	Mistakes []Mistake
}

func (p AdminKeyNew) look() look {
	return look{"keynew", desk, "New login key", len(p.Mistakes) > 0}
}

// Peer tells whether it is another hub.
func (p AdminKeyNew) Peer() bool { return p.Kind == "peer" }

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

// A Join is how far this hub has come in joining a primary.
type Join struct {
	Status  string // "" before the first try, "requested", "active", "refused", "suspended" or "unreachable"
	Message string // what the primary answered
	Checked time.Time
}

// A Step is one line of a progress list.
type Step struct {
	Mark  string // "done", "now", "failed" or "later"
	Title string
	Text  string
}

// Steps tell the same as the status, in the order things happen.
func (j Join) Steps() []Step {
	reached := Step{"done", "The primary answers", "Its settings were read from its Base URL."}
	asked := Step{"done", "This hub introduced itself", "The primary has seen the metadata document and the key."}
	approved := Step{"done", "The primary approved it", "People can sign in."}
	switch j.Status {
	case "active":
	case "requested":
		approved = Step{"now", "Waiting for approval", "The primary's administrator finds the request under Servers."}
	case "refused":
		approved = Step{"failed", "The primary refused", "Talk to its administrator, then ask again."}
	case "suspended":
		approved = Step{"failed", "The primary suspended this hub", "Talk to its administrator."}
	default:
		asked = Step{"later", "This hub introduces itself", ""}
		approved = Step{"later", "The primary approves it", ""}
		reached = Step{"now", "Reaching the primary", "It has not answered yet."}
		if j.Status == "unreachable" {
			reached = Step{"failed", "The primary does not answer", "Check the Base URL, and that this machine can reach it."}
		}
	}
	return []Step{reached, asked, approved}
}

// Tone colours a step.
func (s Step) Tone() string {
	return map[string]string{"done": "ok", "now": "info", "failed": "danger"}[s.Mark]
}

// Icon is drawn in its mark.
func (s Step) Icon() string {
	return map[string]string{"done": "ok", "now": "clock", "failed": "danger"}[s.Mark]
}

// Said is the mark for people who do not see it.
func (s Step) Said() string {
	return map[string]string{"done": "Done: ", "now": "Now: ", "failed": "Failed: "}[s.Mark]
}

// Open tells whether asking again makes sense.
func (j Join) Open() bool { return j.Status != "active" }
