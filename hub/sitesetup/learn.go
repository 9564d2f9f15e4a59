package sitesetup

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/traces"
)

// The kinds of mistakes.
const (
	Redirect = "redirect" // a redirect URI that is not registered
	Stranger = "stranger" // an unknown client id
	Path     = "path"     // the site's Base URL has a path
	Off      = "off"      // the client is disabled
	Request  = "request"  // the request is wrong in another way
	Declined = "declined" // the user refused
	NoRole   = "role"     // the user has none of the required roles
	Unproved = "unproved" // the user's email address is not verified
	Disabled = "disabled" // the user's account is disabled
	Secret   = "secret"   // the site failed to authenticate
	Token    = "token"    // the code could not be exchanged for another reason
)

// A stage is how far a sign-in got. A mistake at a stage is cleared when
// another sign-in gets past it.
type stage int

const (
	asked stage = iota + 1
	answered
	exchanged
)

var stages = map[string]stage{
	Redirect: asked, Stranger: asked, Path: asked, Off: asked, Request: asked,
	Declined: answered, NoRole: answered, Unproved: answered, Disabled: answered,
	Secret: exchanged, Token: exchanged,
}

// Asking reports whether the mistake was made before the user was asked
// anything, and Exchanging whether the site's server made it.
func (m Mistake) Asking() bool { return stages[m.Kind] == asked }

// Exchanging reports whether the site's server made the mistake.
func (m Mistake) Exchanging() bool { return stages[m.Kind] == exchanged }

// A lesson interprets one kind of trace step.
type lesson func(d *Setup, s traces.Step, now time.Time)

var lessons = map[string]lesson{
	traces.Request:     func(d *Setup, _ traces.Step, now time.Time) { d.reach(asked, &d.Authorize, now) },
	audit.CodeIssued:   func(d *Setup, _ traces.Step, now time.Time) { d.reach(answered, &d.Answered, now) },
	audit.TokensIssued: func(d *Setup, _ traces.Step, now time.Time) { d.reach(exchanged, &d.Token, now) },
	traces.Redirect: func(d *Setup, s traces.Step, now time.Time) {
		d.wrong(Redirect, s, now).Sent = s.Fact("redirect_uri received")
	},
	traces.Stranger:      func(d *Setup, s traces.Step, now time.Time) { d.wrong(Stranger, s, now) },
	traces.Misplaced:     func(d *Setup, s traces.Step, now time.Time) { d.wrong(Path, s, now).Sent = s.Why.Args["path"] },
	traces.NoRole:        func(d *Setup, s traces.Step, now time.Time) { d.wrong(NoRole, s, now) },
	traces.Unproved:      func(d *Setup, s traces.Step, now time.Time) { d.wrong(Unproved, s, now) },
	audit.ConsentDenied:  func(d *Setup, s traces.Step, now time.Time) { d.wrong(Declined, s, now) },
	audit.ClientRefused:  func(d *Setup, s traces.Step, now time.Time) { d.wrong(Secret, s, now) },
	audit.CodeMisused:    func(d *Setup, s traces.Step, now time.Time) { d.wrong(Token, s, now) },
	audit.CodeReplayed:   func(d *Setup, s traces.Step, now time.Time) { d.wrong(Token, s, now) },
	audit.RequestRefused: refused,
	audit.SignInFailed:   signInFailed,
	traces.ErrorPage:     problem,
}

// refused is an error for the client. A refusal by the user is known from the
// step before.
func refused(d *Setup, s traces.Step, now time.Time) {
	if s.Why.Code != "access_denied" {
		d.wrong(Request, s, now)
	}
}

// signInFailed only counts failures that a new attempt cannot fix.
func signInFailed(d *Setup, s traces.Step, now time.Time) {
	if s.Why.Code == traces.Disabled {
		d.wrong(Disabled, s, now)
	}
}

// problem is an error at the token endpoint that no other step explains.
func problem(d *Setup, s traces.Step, now time.Time) {
	if s.Outcome == traces.Failed && s.Why.Code == traces.ToldApp {
		d.wrong(Token, s, now)
	}
}

// telling reports whether these steps need a write.
func telling(steps []traces.Step) bool {
	return slices.ContainsFunc(steps, func(s traces.Step) bool { return lessons[s.What] != nil })
}

// proven reports whether the site authenticated with its secret.
func proven(steps []traces.Step) bool {
	return slices.ContainsFunc(steps, func(s traces.Step) bool { return s.What == audit.TokensIssued })
}

// often is the time within which the same event is not stored again.
const often = 2 * time.Second

// learn applies the steps of one request and reports whether something changed.
func (d *Setup) learn(about traces.About, ref string, steps []traces.Step, now time.Time) bool {
	before := *d
	if before.Done() {
		return false
	}
	for _, s := range steps {
		switch {
		case s.What == traces.Request && misaddressed(steps):
			continue // it was a request of the site, but a wrong one
		case slices.Contains(anybodys, s.What) && !brought(steps):
			continue
		}
		if learn := lessons[s.What]; learn != nil {
			learn(d, s, now)
		}
	}
	if d.Wrong != nil && d.Wrong.At.Equal(now) {
		d.Wrong.User = about.User
		if d.Wrong.Kind == Stranger {
			d.Wrong.Sent = cut(about.Client)
		}
		if d.Wrong.Kind == Stranger && about.Client == d.ID {
			d.Wrong.Kind = Off // the client is known but disabled
		}
	}
	d.Ref = ref
	return !d.sameAs(before)
}

// anybodys are mistakes at the token endpoint that anyone can cause in the
// site's name.
var anybodys = []string{audit.ClientRefused, traces.ErrorPage}

// brought reports whether the token request had a code of the site.
func brought(steps []traces.Step) bool {
	return slices.ContainsFunc(steps, func(s traces.Step) bool { return s.What == traces.Token })
}

// misaddressed reports whether the request was refused before the user was
// asked.
func misaddressed(steps []traces.Step) bool {
	return slices.ContainsFunc(steps, func(s traces.Step) bool {
		return s.What == traces.Redirect || s.What == traces.Stranger || s.What == audit.RequestRefused
	})
}

// reach notes that a sign-in got to a stage.
func (d *Setup) reach(to stage, at *time.Time, now time.Time) {
	if at.IsZero() || now.Sub(*at) >= often {
		*at = now
	}
	if d.Wrong != nil && stages[d.Wrong.Kind] <= to {
		d.Wrong = nil
	}
}

func (d *Setup) wrong(kind string, s traces.Step, now time.Time) *Mistake {
	d.Wrong = &Mistake{Kind: kind, Why: s.Why.With(func(_, value string) string { return cut(value) }), At: now}
	return d.Wrong
}

// sameAs reports whether only times changed, and only a little.
func (d *Setup) sameAs(before Setup) bool {
	if d.Authorize != before.Authorize || d.Answered != before.Answered || d.Token != before.Token {
		return false
	}
	if d.Wrong == nil || before.Wrong == nil {
		return d.Wrong == before.Wrong
	}
	a, b := *d.Wrong, *before.Wrong
	recent := a.At.Sub(b.At) < often
	a.At, b.At = time.Time{}, time.Time{}
	return reflect.DeepEqual(a, b) && recent
}

// askedFor is the redirect URI of a request.
func askedFor(steps []traces.Step) string {
	for _, s := range steps {
		if s.What == traces.Request {
			return s.Fact("redirect_uri")
		}
	}
	return ""
}

// cut bounds text from strangers.
func cut(s string) string {
	const most = 300
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "")
	}
	return s
}
