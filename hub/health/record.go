package health

import (
	"slices"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/texts"
)

// A Record is how one login key works, for all processes together.
type Record struct {
	ID      string     `bson:"id"`                // the login key's id
	Worked  time.Time  `bson:"worked,omitempty"`  // the last successful sign-in
	Failed  time.Time  `bson:"failed,omitempty"`  // the last failure
	Why     texts.Text `bson:",inline"`           // the reason of that failure, for administrators
	Reason  string     `bson:"reason,omitempty"`  // the sentence that an earlier hub stored in place of Why
	Resting time.Time  `bson:"resting,omitempty"` // until when a process does not ask the provider
	Hours   []Hour     `bson:"hours,omitempty"`   // the last day, oldest first
	// Left is since when users are sent to the provider and none returns; if it
	// is zero, or before Back, some returned. Back is when a user last
	// returned, with whatever result.
	Left time.Time `bson:"left,omitempty"`
	Back time.Time `bson:"back,omitempty"`
	// Bare is when a sign-in last had no refresh token although the key keeps
	// them; Scope, when the provider last refused a scope.
	Bare    time.Time `bson:"bare,omitempty"`
	Scope   time.Time `bson:"scope,omitempty"`
	Expires time.Time `bson:"expires"`
}

// An Hour is the counts of one hour.
type Hour struct {
	Start    time.Time `bson:"start"`
	SignIns  int       `bson:"signIns"`
	Failures int       `bson:"failures"`
	Turned   int       `bson:"turned"`         // users refused without asking the provider
	Gone     int       `bson:"gone,omitempty"` // users sent to the provider
	Back     int       `bson:"back,omitempty"` // users who returned, with whatever result
}

// Key names the record.
func (r Record) Key() string { return r.ID }

// ExpiresAt is when the record is deleted.
func (r Record) ExpiresAt() time.Time { return r.Expires }

const remember = 90 * 24 * time.Hour

// Words is the reason of the last failure as a sentence.
func (r Record) Words(words texts.Words) string { return r.Why.In(words, r.Reason) }

// Failing reports whether the last outcome was a failure.
func (r Record) Failing() bool { return r.Failed.After(r.Worked) }

// After this time users do not return any more, and so many users do not all
// cancel.
const (
	longGone = 10 * time.Minute
	manyGone = 3
)

// NobodyBack reports whether users are sent to the provider and none returns,
// for example because they end on its error page. Users who left just now may
// still be typing a password there.
func (r Record) NobodyBack(now time.Time) bool {
	day := r.Day(now)
	return r.Left.After(r.Back) && now.Sub(r.Left) > longGone || day.Gone >= manyGone && day.Back == 0
}

// LooksInVain reports whether the last sign-in had no refresh token, although
// the key uses it for refreshing profiles.
func (r Record) LooksInVain() bool { return !r.Bare.IsZero() && !r.Bare.Before(r.Worked) }

// ScopeRefused reports whether the provider's last answer refused a scope.
func (r Record) ScopeRefused() bool { return r.Scope.After(r.Worked) }

// Day is the counts of the last 24 hours.
func (r Record) Day(now time.Time) Hour {
	var sum Hour
	for _, h := range r.Hours {
		if h.recent(now) {
			sum.SignIns += h.SignIns
			sum.Failures += h.Failures
			sum.Turned += h.Turned
			sum.Gone += h.Gone
			sum.Back += h.Back
		}
	}
	return sum
}

func (h Hour) recent(now time.Time) bool { return now.Sub(h.Start) < 24*time.Hour }

// note adds one outcome.
func (r *Record) note(o federation.Outcome) {
	h := r.hour(o.At)
	r.Resting = o.State.Until
	if o.ScopeRefused() {
		r.Scope = o.At
	}
	switch finish := o.Step == federation.StepFinish; {
	case finish && !o.TurnedAway:
		h.Back++
		r.Back = o.At
	case o.Err == nil:
		h.Gone++
		if !r.Left.After(r.Back) {
			r.Left = o.At
		}
		return
	}
	switch {
	case o.Stray: // it only shows that the provider sent a user back
	case o.TurnedAway:
		h.Turned++
	case o.Err != nil:
		h.Failures++
		r.Failed, r.Why = o.At, texts.Of(o.Err)
		r.Reason = ""
	default:
		h.SignIns++
		r.Worked = o.At
		if o.NoRefresh {
			r.Bare = o.At
		}
	}
}

// hour returns the bucket of a time.
func (r *Record) hour(at time.Time) *Hour {
	start := at.UTC().Truncate(time.Hour)
	for i := range r.Hours {
		if r.Hours[i].Start.Equal(start) {
			return &r.Hours[i]
		}
	}
	r.Hours = append(r.Hours, Hour{Start: start})
	return &r.Hours[len(r.Hours)-1]
}

// add adds new counts. Several processes add their own, so the result must not
// depend on the order.
func (r *Record) add(news Record, now time.Time) {
	if news.Worked.After(r.Worked) {
		r.Worked = news.Worked
	}
	if news.Failed.After(r.Failed) {
		r.Failed, r.Why = news.Failed, news.Why
		r.Reason = ""
	}
	r.Resting = news.Resting
	for _, t := range []struct{ known, news *time.Time }{{&r.Back, &news.Back}, {&r.Bare, &news.Bare}, {&r.Scope, &news.Scope}} {
		if t.news.After(*t.known) {
			*t.known = *t.news
		}
	}
	if !r.Left.After(r.Back) || news.Left.After(r.Back) && news.Left.Before(r.Left) {
		r.Left = news.Left
	}
	for _, h := range news.Hours {
		sum := r.hour(h.Start)
		sum.SignIns += h.SignIns
		sum.Failures += h.Failures
		sum.Turned += h.Turned
		sum.Gone += h.Gone
		sum.Back += h.Back
	}
	r.Hours = slices.DeleteFunc(r.Hours, func(h Hour) bool { return !h.recent(now) })
	slices.SortFunc(r.Hours, func(a, b Hour) int { return a.Start.Compare(b.Start) })
	r.Expires = now.Add(remember)
}
