package federation

import "time"

// endsSoon is how long before its expiry a client secret causes a warning.
const endsSoon = 30 * 24 * time.Hour

// SecretWarning is a sentence for the administrator if the client secret has
// expired, expires soon, or is too short for its use; else it is empty.
func (k LoginKey) SecretWarning(now time.Time) string {
	day := k.SecretExpires.UTC().Format("2 January 2006")
	switch {
	case k.SecretShort && (k.SecretExpires.IsZero() || now.Add(endsSoon).Before(k.SecretExpires)):
		return "Its client secret is short: anyone with an ID token of the site can find it by brute force. Update the site, create a new secret there and enter it here."
	case k.SecretExpires.IsZero() || now.Add(endsSoon).Before(k.SecretExpires):
		return ""
	case now.After(k.SecretExpires):
		return "Its client secret expired on " + day + ". Create a new one at the provider and enter it here."
	}
	return "Its client secret expires on " + day + ". Create a new one at the provider before that."
}
