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
	Redirect = "redirect" // another redirect URI than those registered
	Stranger = "stranger" // another client id
	Path     = "path"     // the site's Base URL has a path
	Off      = "off"      // the client is turned off
	Request  = "request"  // the request is wrong otherwise
	Declined = "declined" // the person said no
	NoRole   = "role"     // the person has none of the roles
	Unproved = "unproved" // nobody proved the person's e-mail address
	Disabled = "disabled" // the person's account is disabled
	Secret   = "secret"   // the site did not prove who it is
	Token    = "token"    // the code could not be exchanged otherwise
)

// A stage is how far a sign-in got; what went wrong at one is over once
// another sign-in got past it.
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

// Asking says that the mistake was made before anybody was asked anything, and
// Exchanging that the site's server made it.
func (m Mistake) Asking() bool { return stages[m.Kind] == asked }

// Exchanging says that the site's server made the mistake.
func (m Mistake) Exchanging() bool { return stages[m.Kind] == exchanged }

// A lesson is what one kind of step means.
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

// refused is an error that the client was meant to be told. That the person
// said no is known from the step before.
func refused(d *Setup, s traces.Step, now time.Time) {
	if s.Why.Code != "access_denied" {
		d.wrong(Request, s, now)
	}
}

// signInFailed matters only where trying again does not help.
func signInFailed(d *Setup, s traces.Step, now time.Time) {
	if s.Why.Code == traces.Disabled {
		d.wrong(Disabled, s, now)
	}
}

// problem is what a site was told at the token endpoint, where no other step
// says why.
func problem(d *Setup, s traces.Step, now time.Time) {
	if s.Outcome == traces.Failed && s.Why.Code == traces.ToldApp {
		d.wrong(Token, s, now)
	}
}

// telling says that something in these steps is worth a write.
func telling(steps []traces.Step) bool {
	return slices.ContainsFunc(steps, func(s traces.Step) bool { return lessons[s.What] != nil })
}

// proven says that the site did it, with its secret.
func proven(steps []traces.Step) bool {
	return slices.ContainsFunc(steps, func(s traces.Step) bool { return s.What == audit.TokensIssued })
}

// often is how close together the same thing is noted again.
const often = 2 * time.Second

// learn says whether the steps of one request told anything new.
func (d *Setup) learn(about traces.About, ref string, steps []traces.Step, now time.Time) bool {
	before := *d
	if before.Done() {
		return false
	}
	for _, s := range steps {
		switch {
		case s.What == traces.Request && misaddressed(steps):
			continue // it came, but not as it should
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
			d.Wrong.Kind = Off // it is known, and yet may not ask
		}
	}
	d.Ref = ref
	return !d.sameAs(before)
}

// anybodys are the mistakes at the token endpoint that anybody can make in the
// site's name.
var anybodys = []string{audit.ClientRefused, traces.ErrorPage}

// brought says that whoever came to the token endpoint had a code of the site.
func brought(steps []traces.Step) bool {
	return slices.ContainsFunc(steps, func(s traces.Step) bool { return s.What == traces.Token })
}

// misaddressed says that the request was refused before anybody was asked.
func misaddressed(steps []traces.Step) bool {
	return slices.ContainsFunc(steps, func(s traces.Step) bool {
		return s.What == traces.Redirect || s.What == traces.Stranger || s.What == audit.RequestRefused
	})
}

// reach notes that a sign-in got so far.
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

// sameAs says that nothing changed but times, and those by little.
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

// askedFor is where a request wants its answer to go.
func askedFor(steps []traces.Step) string {
	for _, s := range steps {
		if s.What == traces.Request {
			return s.Fact("redirect_uri")
		}
	}
	return ""
}

// cut bounds what strangers can make the record hold.
func cut(s string) string {
	const most = 300
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "")
	}
	return s
}
