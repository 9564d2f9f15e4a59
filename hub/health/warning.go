package health

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/texts"
)

// A Warning is one thing that an administrator should fix.
type Warning struct {
	ID     string     `bson:"id"`              // subject and problem, so that each is stored once
	About  string     `bson:"about"`           // the name of the subject,
	Topic  texts.Text `bson:"topic,omitempty"` // or a sentence if it has no name
	Why    texts.Text `bson:",inline"`         // the problem
	Advice texts.Text `bson:"advice"`          // what to do about it
	Text   string     `bson:"text,omitempty"`  // the sentence that an earlier hub stored in place of Why
	Do     string     `bson:"do,omitempty"`    // and in place of Advice
	URL    string     `bson:"url"`             // the page to fix it
	Urgent bool       `bson:"urgent,omitempty"`
	Since  time.Time  `bson:"since"`
	Mailed bool       `bson:"mailed,omitempty"`
	// Raised: found outside the rounds, so rounds do not remove it.
	Raised bool `bson:"raised,omitempty"`
	// Expires is when the warning is removed if it is not confirmed.
	Expires time.Time `bson:"expires"`
}

// Key names the record.
func (w Warning) Key() string { return w.ID }

// ExpiresAt is when the warning is removed.
func (w Warning) ExpiresAt() time.Time { return w.Expires }

// Subject is the subject of the warning.
func (w Warning) Subject(words texts.Words) string { return w.Topic.In(words, w.About) }

// Words is the problem as a sentence.
func (w Warning) Words(words texts.Words) string { return w.Why.In(words, w.Text) }

// ToDo is the advice as a sentence.
func (w Warning) ToDo(words texts.Words) string { return w.Advice.In(words, w.Do) }

// lapse is how long an unconfirmed warning stays.
const lapse = 7 * 24 * time.Hour

// keyPrefix and serverPrefix are prefixes of the ids of warnings.
const (
	keyPrefix    = "key/"
	serverPrefix = "server/"
	signPrefix   = "signing/"
)

// ProxyPrefix is the prefix of ids of warnings about a proxy. Requests raise
// them, and they expire; rounds do not touch them.
const ProxyPrefix = "proxy/"

// ProxyJudges is the warning that only the proxy checks which addresses are
// fetched, because of a setting.
func ProxyJudges(proxy, setting string) Warning {
	return Warning{
		ID: "outgoing/proxy", About: proxy, URL: "/admin",
		Why: texts.New("warning.outgoing", "address", proxy, "setting", setting), Advice: texts.New("warning.outgoing.do", "setting", setting),
	}
}

// ProxyMisconfigured is the warning that a proxy is not listed as trusted, or,
// with an entry, that it names a browser by something that is no address.
func ProxyMisconfigured(proxy, header, entry string) Warning {
	w := Warning{
		ID: ProxyPrefix + proxy, About: proxy, URL: "/admin",
		Why: texts.New("warning.proxy.unlisted", "address", proxy), Advice: texts.New("warning.proxy.unlisted.do"),
	}
	if entry != "" {
		w.Why = texts.New("warning.proxy.unnamed", "address", proxy, "header", header, "entry", entry)
		w.Advice = texts.New("warning.proxy.unnamed.do", "header", header)
	}
	return w
}

// EmailsNotSent is the warning that the hub has given up emails.
func EmailsNotSent() Warning {
	return Warning{
		ID: "emails/givenup", Topic: texts.New("warning.emails"), URL: "/admin", Raised: true,
		Why: texts.New("warning.emails.givenup"), Advice: texts.New("warning.emails.givenup.do"),
	}
}

// FactorsReset is the warning that the second factors of an administrator were
// removed. by is who did that: whoever runs commands on the machine could take the
// account over, also where the hub sends no emails about it.
func FactorsReset(userID, name, by string) Warning {
	return Warning{
		ID: "factors/" + userID, About: name, URL: "/admin/users/" + userID, Urgent: true, Raised: true,
		Why: texts.New("warning.factors-reset", "name", name, "by", by), Advice: texts.New("warning.factors-reset.do"),
	}
}

// Raise stores a warning found outside the rounds. It expires at its own time
// or after lapse.
func (d *Monitor) Raise(ctx context.Context, w Warning) error { return d.put(ctx, w) }

// RolesWarning is the id of a warning about roles of users of a login key.
func RolesWarning(keyID, what string) string { return keyPrefix + keyID + "/roles/" + what }

// IssuerWarning is the id of the warning that a user came who was known under a
// former issuer of the login key.
func IssuerWarning(keyID string) string { return keyPrefix + keyID + "/issuer" }

// Settled removes a warning that was dealt with.
func (d *Monitor) Settled(ctx context.Context, id string) error {
	_, err := d.Set.Get(ctx, id)
	if err == nil {
		err = d.Set.Delete(ctx, id)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// mostWarnings bounds the warnings that are listed.
const mostWarnings = 1000

// Warnings returns the open warnings, at most mostWarnings, urgent ones first:
// a few for each login key, hub and signing key.
func (d *Monitor) Warnings(ctx context.Context) ([]Warning, error) {
	all, err := store.Collect(d.Set.Each(ctx, store.Query{}), mostWarnings)
	slices.SortStableFunc(all, func(a, b Warning) int {
		if a.Urgent != b.Urgent {
			return cmp.Compare(b2i(b.Urgent), b2i(a.Urgent))
		}
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID))
	})
	return all, err
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// OfKey returns the warnings about one login key.
func OfKey(all []Warning, id string) []Warning { return about(all, keyPrefix+id+"/") }

// OfServer returns the warnings about one connected hub.
func OfServer(all []Warning, id string) []Warning { return about(all, serverPrefix+id+"/") }

func about(all []Warning, prefix string) []Warning {
	var found []Warning
	for _, w := range all {
		if strings.HasPrefix(w.ID, prefix) {
			found = append(found, w)
		}
	}
	return found
}

// keep updates the stored warnings to those found: it adds new ones, confirms
// known ones, and removes the others.
func (d *Monitor) keep(ctx context.Context, found []Warning) error {
	for old, err := range d.Set.Each(ctx, store.Query{}) {
		if err != nil {
			return err
		}
		if old.Raised || strings.HasPrefix(old.ID, ProxyPrefix) || slices.ContainsFunc(found, func(w Warning) bool { return w.ID == old.ID }) {
			continue
		}
		if err := d.Set.Delete(ctx, old.ID); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, w := range found {
		if err := d.put(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

// put adds a warning, or confirms it.
func (d *Monitor) put(ctx context.Context, w Warning) error {
	w.Since = d.Now()
	if least := d.Now().Add(lapse); w.Expires.Before(least) {
		w.Expires = least
	}
	return d.Set.Put(ctx, w.ID, func(old *Warning) error {
		next := w
		if old.ID != "" {
			next.Since, next.Mailed = old.Since, old.Mailed
		}
		*old = next
		return nil
	})
}

// write sends administrators one email about all warnings that were not emailed
// yet. The process that marks a warning as emailed sends the email.
func (d *Monitor) write(ctx context.Context, found []Warning) error {
	var news []texts.Text
	for _, w := range found {
		ours := false
		err := d.Set.Update(ctx, w.ID, func(stored *Warning) error {
			if ours = !stored.Mailed; !ours {
				return store.ErrUnchanged
			}
			stored.Mailed = true
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if ours {
			news = append(news, texts.New("warning.line", "what", w.Why, "do", w.Advice))
		}
	}
	if len(news) == 0 || d.Mailer == nil {
		return nil
	}
	to, err := d.Users.Admins(ctx)
	if err != nil {
		return err
	}
	for _, u := range to {
		if u.Email == "" || !u.EmailVerified {
			continue
		}
		if err := d.Mailer.Mail(ctx, mail.NewEmail(u.Email, "attention", "found", news)); err != nil {
			d.Log.ErrorContext(ctx, "could not email warnings to an administrator", "error", err)
		}
	}
	return nil
}

// IssuerChanged is the warning that a user came who was known under a former
// issuer of the key.
func IssuerChanged(key federation.LoginKey) Warning {
	return Warning{ID: IssuerWarning(key.ID), About: key.Name, URL: "/admin/providers/" + key.ID + "/identities", Urgent: true, Raised: true,
		Why: texts.New("warning.issuer", "name", key.Name), Advice: texts.New("warning.issuer.do")}
}
