package health

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/internal/texts"
)

const (
	secretSoon      = 30 * 24 * time.Hour
	secretUrgent    = 7 * 24 * time.Hour
	certificateSoon = 14 * 24 * time.Hour // automatic renewals have happened by then
	oldKey          = 400 * 24 * time.Hour
)

// checkKey checks the state of a login key's provider.
func checkKey(k federation.LoginKey, seen federation.Sight, err error, now time.Time) []Warning {
	var found []Warning
	warn := func(what string, urgent bool, why, advice texts.Text) {
		found = append(found, Warning{ID: keyPrefix + k.ID + "/" + what, About: k.Name, Why: why, Advice: advice, URL: "/admin/providers/" + k.ID, Urgent: urgent})
	}
	checkUpstream(k, seen, err, warn)
	for _, host := range slices.Sorted(maps.Keys(seen.Certificates)) {
		if until := seen.Certificates[host]; until.Sub(now) < certificateSoon {
			warn("certificate/"+host, true, texts.New("warning.certificate", "host", host, "name", k.Name, "day", until),
				texts.New("warning.certificate.do"))
		}
	}
	if k.SecretShort {
		warn("short", false, texts.New("warning.secret.short", "name", k.Name), texts.New("warning.secret.short.do"))
	}
	if until := k.SecretExpires; !until.IsZero() && until.Sub(now) < secretSoon {
		why := texts.New("warning.secret.ends", "name", k.Name, "day", until)
		if !now.Before(until) {
			why = texts.New("warning.secret.ended", "name", k.Name, "day", until)
		}
		warn("secret", until.Sub(now) < secretUrgent, why, texts.New("warning.secret.do"))
	}
	return found
}

// checkUpstream checks a provider's description, or reports that it did not
// answer.
func checkUpstream(k federation.LoginKey, seen federation.Sight, err error, warn func(what string, urgent bool, why, advice texts.Text)) {
	var fault *federation.Fault
	switch {
	case k.Kind == federation.KindPeer && k.Join.Status == "":
		warn("join", true, texts.New("warning.join.unasked", "name", k.Name), texts.New("warning.join.do"))
	case k.Kind == federation.KindPeer && k.Join.Status != federation.Active:
		warn("join", true, texts.New("warning.join", "name", k.Name, "status", statusWords(k.Join.Status)), texts.New("warning.join.do"))
	case err == nil && len(seen.Card.ForeignHosts) > 0:
		warn("moved", true, texts.New("warning.moved", "name", k.Name, "hosts", seen.Card.ForeignHosts), texts.New("warning.moved.do"))
	case err == nil:
	case errors.As(err, &fault) && fault.Kind == federation.Unreachable:
		warn("silent", true, texts.New("warning.silent", "name", k.Name, "cause", reason(err)), texts.New("warning.silent.do"))
	case errors.As(err, &fault) && fault.Kind == federation.Misconfigured:
		warn("changed", true, texts.New("warning.changed", "name", k.Name, "cause", reason(err)), texts.New("warning.changed.do"))
	default:
		warn("untrusted", true, texts.New("warning.untrusted", "name", k.Name, "cause", reason(err)), texts.New("warning.untrusted.do"))
	}
}

// statusWords is the status of a connection request inside a sentence.
func statusWords(s federation.JoinStatus) texts.Text {
	code, known := map[federation.JoinStatus]string{
		federation.Requested: "join.status.requested", federation.Refused: "join.status.refused", federation.Suspended: "join.status.suspended",
		federation.Removed: "join.status.removed", federation.NoAnswer: "join.status.unreachable", federation.Unsupported: "join.status.unsupported",
	}[s]
	if !known {
		return texts.New(texts.Unexplained, "cause", s)
	}
	return texts.New(code)
}

// checkServer checks a connected hub's metadata.
func checkServer(c clients.Client, seen clients.Client, err error) []Warning {
	w := Warning{About: c.Server.Host, URL: "/admin/hubs", Urgent: true}
	switch {
	case err != nil:
		w.ID = serverPrefix + c.ID + "/document"
		w.Why = texts.New("warning.server.unread", "host", c.Server.Host, "cause", reason(err))
		w.Advice = texts.New("warning.server.unread.do")
	case !sameKeys(c.Server.KeyThumbprints, seen.Server.KeyThumbprints):
		w.ID = serverPrefix + c.ID + "/keys"
		w.Why = texts.New("warning.server.keys", "host", c.Server.Host)
		w.Advice = texts.New("warning.server.keys.do")
	default:
		return nil
	}
	return []Warning{w}
}

// sameKeys reports whether an approved key is still published: rotated keys
// overlap.
func sameKeys(approved, published []string) bool {
	return len(approved) == 0 || slices.ContainsFunc(approved, func(k string) bool { return slices.Contains(published, k) })
}

// checkSigning checks the age of the hub's own keys.
func checkSigning(cards []signing.Card, rotate time.Duration, now time.Time) []Warning {
	limit := oldKey
	if rotate > 0 {
		limit = 2 * rotate // the scheduled rotation does not work
	}
	for _, c := range cards {
		if c.State == signing.Current && now.Sub(c.Starts) > limit {
			return []Warning{{ID: signPrefix + "old", Topic: texts.New("warning.signing"), URL: "/admin/signing",
				Why: texts.New("warning.signing.old", "alg", c.Alg, "day", c.Starts), Advice: texts.New("warning.signing.old.do")}}
		}
	}
	return nil
}

func reason(err error) string { return federation.CleanText(err.Error(), 300) }
