package templates

// AdminSettings are the OAuth Provider Settings. It posts to /admin/settings.
type AdminSettings struct {
	HubName           string            // hub_name
	SkipAuthorization string            // skip_authorization: "Force" or "Auto"
	TrustedDomains    string            // trusted_domains, one per line
	Locked            map[string]string // name of a field to the variable that sets it
	Issuer            string
	Mistakes          []Mistake
}

func (p AdminSettings) look() look {
	return look{"settings", desk, "Settings", len(p.Mistakes) > 0}
}

// Auto tells which of the two choices is taken; the careful one unless said
// otherwise.
func (p AdminSettings) Auto() bool { return p.SkipAuthorization == "Auto" }

// ConfirmDelete asks before something is gone. It posts confirm={what was
// typed} to Action.
type ConfirmDelete struct {
	Kind     string // like "application" or "login key"
	Name     string
	Text     string // what will stop working, for whom
	Typed    bool   // the name must be typed
	Action   string // path to post to
	Cancel   string // path to go back to
	Mistakes []Mistake
}

func (p ConfirmDelete) look() look {
	return look{"delete", desk, "Delete " + p.Name, len(p.Mistakes) > 0}
}
