package authorize

import (
	"time"

	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
)

// A step is what must happen next.
type step int

const (
	signIn step = iota
	askConsent
	respond
	// The rest answer the client with an error instead.
	needsLogin
	needsConsent
	notAllowed
	denied
)

// facts are all that the decision depends on.
type facts struct {
	flow    flows.Flow
	now     time.Time
	person  *sessions.Person // nil: nobody is signed in
	allowed bool             // the person has a role that the client asks for
	covered bool             // the person agreed, or need not be asked
	grant   grants.Grant
}

// next decides what must happen before the client gets its answer
// (OIDC Core §3.1.2.3, §3.1.2.4).
func next(f facts) step {
	prompt := f.flow.Request.Prompt
	switch {
	case f.flow.Denied:
		return denied
	case f.person == nil || f.wantsFreshLogin():
		if prompt.None {
			return needsLogin
		}
		return signIn
	case !f.allowed:
		return notAllowed
	case !f.covered || (prompt.Consent && f.flow.Consented != f.person.User.ID):
		if prompt.None {
			return needsConsent
		}
		return askConsent
	}
	return respond
}

// wantsFreshLogin says that a session alone will not do. A sign-in counts as
// fresh only if it happened after the request came in, so a person who opens
// the sign-in page and goes back has not signed in.
func (f facts) wantsFreshLogin() bool {
	r := f.flow.Request
	began := f.flow.Created // zero for a request just in: no sign-in is fresher
	if began.IsZero() {
		began = f.now
	}
	signedIn := f.person.Session.AuthTime
	created := f.person.Session.Created
	if (r.Prompt.Login || r.Prompt.SelectAccount) && created.Before(began) {
		return true
	}
	if r.MaxAge == nil {
		return false
	}
	age := f.now.Sub(signedIn)
	// max_age=0 is prompt=login by another name: a sign-in made for this very
	// request satisfies it, however slow the person's next click.
	fresh := !created.Before(began) && *r.MaxAge <= int64(flows.Life/time.Second)
	return age > time.Duration(*r.MaxAge)*time.Second && !fresh
}

// refusal is the error a step stands for.
func (s step) refusal() *oauth.Error {
	switch s {
	case needsLogin:
		return oauth.LoginRequired("nobody is signed in, and prompt=none forbids asking")
	case needsConsent:
		return oauth.ConsentRequired("the user has not agreed yet, and prompt=none forbids asking")
	case denied:
		return oauth.AccessDenied("the user said no")
	case notAllowed:
		return oauth.AccessDenied("the user has none of the roles that this client asks for")
	}
	return oauth.ServerError("an unknown step")
}
