package templates

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
