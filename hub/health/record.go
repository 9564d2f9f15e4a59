package health

import (
	"slices"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/texts"
)

// A Record is how one login key fares, for all processes together.
type Record struct {
	ID      string     `bson:"id"`                // the login key's
	Worked  time.Time  `bson:"worked,omitempty"`  // when the upstream last vouched for somebody
	Failed  time.Time  `bson:"failed,omitempty"`  // when it last could not
	Why     texts.Text `bson:",inline"`           // of that failure, for administrators
	Reason  string     `bson:"reason,omitempty"`  // the sentence that an earlier hub stored in its place
	Resting time.Time  `bson:"resting,omitempty"` // until when some process asks it nothing
	Hours   []Hour     `bson:"hours,omitempty"`   // the last day, oldest first
	// Left is since when people leave for the upstream and nobody comes back;
	// zero, or before Back: somebody did. Back is when somebody last came back,
	// whatever they brought.
	Left time.Time `bson:"left,omitempty"`
	Back time.Time `bson:"back,omitempty"`
	// Bare is when somebody last came without a refresh token though the key
	// keeps them; Scope, when the upstream last refused a scope.
	Bare    time.Time `bson:"bare,omitempty"`
	Scope   time.Time `bson:"scope,omitempty"`
	Expires time.Time `bson:"expires"`
}

// An Hour is what happened in one.
type Hour struct {
	Start    time.Time `bson:"start"`
	SignIns  int       `bson:"signIns"`
	Failures int       `bson:"failures"`
	Turned   int       `bson:"turned"`         // people who were turned away without asking
	Gone     int       `bson:"gone,omitempty"` // who left for the upstream
	Back     int       `bson:"back,omitempty"` // who came back, whatever they brought
}

// Key names the record.
func (r Record) Key() string { return r.ID }

// ExpiresAt is when nobody wants to know any more.
func (r Record) ExpiresAt() time.Time { return r.Expires }

const remember = 90 * 24 * time.Hour

// Words is why it last failed.
func (r Record) Words(words texts.Words) string { return r.Why.In(words, r.Reason) }

// Failing tells whether the last that was heard of the upstream is bad.
func (r Record) Failing() bool { return r.Failed.After(r.Worked) }

// Left for so long, people do not come back any more; so many at once did not
// all change their minds.
const (
	longGone = 10 * time.Minute
	manyGone = 3
)

// NobodyBack tells whether people leave for the upstream and nobody comes back,
// as where it ends at an error page of its own. Who left a moment ago may be
// typing a password there.
func (r Record) NobodyBack(now time.Time) bool {
	day := r.Day(now)
	return r.Left.After(r.Back) && now.Sub(r.Left) > longGone || day.Gone >= manyGone && day.Back == 0
}

// LooksInVain tells whether the last who came brought no refresh token, though
// the key looks again with it.
func (r Record) LooksInVain() bool { return !r.Bare.IsZero() && !r.Bare.Before(r.Worked) }

// ScopeRefused tells whether the last that was heard is that the upstream does
// not give a scope.
func (r Record) ScopeRefused() bool { return r.Scope.After(r.Worked) }

// Day is what happened in the 24 hours before now.
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
	case o.Stray: // says nothing of the upstream but that it sent somebody back
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

// hour returns the bucket that a time falls into.
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

// add joins what was counted since to what is known. Of several processes each
// adds its own, so nothing here may depend on the order.
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
