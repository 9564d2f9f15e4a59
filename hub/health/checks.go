package health

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/signing"
)

const (
	secretSoon      = 30 * 24 * time.Hour
	secretUrgent    = 7 * 24 * time.Hour
	certificateSoon = 14 * 24 * time.Hour // those that renew themselves have done it by then
	oldKey          = 400 * 24 * time.Hour
)

// checkKey judges what was seen of a login key's upstream.
func checkKey(k federation.LoginKey, seen federation.Sight, err error, now time.Time) []Warning {
	var found []Warning
	warn := func(what string, urgent bool, text, do string) {
		found = append(found, Warning{ID: keyPrefix + k.ID + "/" + what, About: k.Name, Text: text, Do: do, URL: "/admin/keys/" + k.ID, Urgent: urgent})
	}
	checkUpstream(k, seen, err, warn)
	for _, host := range slices.Sorted(maps.Keys(seen.Certificates)) {
		if until := seen.Certificates[host]; until.Sub(now) < certificateSoon {
			warn("certificate/"+host, true, fmt.Sprintf("The TLS certificate of %s (%s) ends on %s.", host, k.Name, day(until)),
				"Tell the people who run it; when it has ended, nobody can sign in there.")
		}
	}
	if k.SecretShort {
		warn("short", false, fmt.Sprintf("The client secret at %s is short: whoever sees one ID token of the site can find it by trying.", k.Name),
			"Update the site, make a new secret there, and enter it in the login key.")
	}
	if until := k.SecretExpires; !until.IsZero() && until.Sub(now) < secretSoon {
		text := fmt.Sprintf("The client secret at %s ends on %s.", k.Name, day(until))
		if !now.Before(until) {
			text = fmt.Sprintf("The client secret at %s ended on %s.", k.Name, day(until))
		}
		warn("secret", until.Sub(now) < secretUrgent, text, "Make a new one there, and enter it in the login key.")
	}
	return found
}

// checkUpstream judges what the upstream says of itself, or its silence.
func checkUpstream(k federation.LoginKey, seen federation.Sight, err error, warn func(what string, urgent bool, text, do string)) {
	var fault *federation.Fault
	switch {
	case k.Kind == federation.KindPeer && k.Join.Status != federation.Active:
		warn("join", true, fmt.Sprintf("%s has not let this hub in (%s).", k.Name, joinWords(k.Join.Status)),
			"Ask its administrator to approve this hub, then ask again on the page of the login key.")
	case err == nil && len(seen.Card.ForeignHosts) > 0:
		warn("moved", true, fmt.Sprintf("Endpoints of %s are on other hosts now: %s.", k.Name, strings.Join(seen.Card.ForeignHosts, ", ")),
			"Find out whether that is meant; if so, add the hosts to the login key. Until then nobody can sign in there.")
	case err == nil:
	case errors.As(err, &fault) && fault.Kind == federation.Unreachable:
		warn("silent", true, fmt.Sprintf("%s doesn't answer (%s).", k.Name, reason(err)), "Try its address in a browser; if it is up, look at the network between it and this hub.")
	case errors.As(err, &fault) && fault.Kind == federation.Misconfigured:
		warn("changed", true, fmt.Sprintf("%s is not what it was (%s).", k.Name, reason(err)), "Compare its Base URL and issuer with the login key. An issuer that changes without notice may be somebody else.")
	default:
		warn("untrusted", true, fmt.Sprintf("What %s says of itself can't be used (%s).", k.Name, reason(err)), "Tell the people who run it.")
	}
}

func joinWords(s federation.JoinStatus) string {
	if s == "" {
		return "it was never asked"
	}
	return string(s)
}

// checkServer judges what a secondary publishes about itself.
func checkServer(c clients.Client, seen clients.Client, err error) []Warning {
	w := Warning{About: c.Server.Host, URL: "/admin/servers", Urgent: true}
	switch {
	case err != nil:
		w.ID = serverPrefix + c.ID + "/document"
		w.Text = fmt.Sprintf("The metadata document or the keys of the server %s can't be read (%s).", c.Server.Host, reason(err))
		w.Do = "Its people can't sign in here until that works again. Tell its administrator."
	case !sameKeys(c.Server.KeyThumbprints, seen.Server.KeyThumbprints):
		w.ID = serverPrefix + c.ID + "/keys"
		w.Text = fmt.Sprintf("None of the keys that you approved for the server %s is published any more.", c.Server.Host)
		w.Do = "Ask its administrator whether that was meant, and approve it again."
	default:
		return nil
	}
	return []Warning{w}
}

// sameKeys tells whether a key that was approved is still there: keys that are
// rotated overlap.
func sameKeys(approved, published []string) bool {
	return len(approved) == 0 || slices.ContainsFunc(approved, func(k string) bool { return slices.Contains(published, k) })
}

// checkSigning looks at how old our own keys are.
func checkSigning(cards []signing.Card, rotate time.Duration, now time.Time) []Warning {
	limit := oldKey
	if rotate > 0 {
		limit = 2 * rotate // the schedule does not do its work
	}
	for _, c := range cards {
		if c.State == signing.Current && now.Sub(c.Starts) > limit {
			return []Warning{{ID: signPrefix + "old", About: "Signing keys", URL: "/admin/signing",
				Text: fmt.Sprintf("The %s key that this hub signs with is in use since %s.", c.Alg, day(c.Starts)),
				Do:   "Rotate the signing keys, and let them be replaced by schedule."}}
		}
	}
	return nil
}

func day(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

func reason(err error) string { return federation.CleanText(err.Error(), 300) }
