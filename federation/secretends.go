package federation

import "time"

// endsSoon is how long before a client secret ends one is warned.
const endsSoon = 30 * 24 * time.Hour

// SecretWarning is a sentence for the administrator if the client secret has
// ended or ends soon; else it is empty.
func (k LoginKey) SecretWarning(now time.Time) string {
	day := k.SecretExpires.UTC().Format("2 January 2006")
	switch {
	case k.SecretExpires.IsZero() || now.Add(endsSoon).Before(k.SecretExpires):
		return ""
	case now.After(k.SecretExpires):
		return "Its client secret ended on " + day + ". Make a new one at the provider and enter it here."
	}
	return "Its client secret ends on " + day + ". Make a new one at the provider before that."
}
