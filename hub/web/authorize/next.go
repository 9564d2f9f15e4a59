package authorize

import (
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
)

// A step is what must happen next.
type step int

const (
	signIn step = iota
	chooseAccount
	askConsent
	askQuietly
	prove  // by a password here: where they signed in nobody says when
	stepUp // by a second factor
	respond
	// The rest answer the client with an error instead.
	needsLogin
	somebodyElse
	unmet
	needsConsent
	notAllowed
	unanswered
	denied
)

// facts are all that the decision depends on.
type facts struct {
	flow     flows.Flow
	now      time.Time
	person   *sessions.Person // nil: nobody is signed in
	subject  string           // what the client knows the person by, if the request names somebody
	allowed  bool             // the person has a role that the client asks for
	nameless bool             // the client knows people by an address, and the person has none it may believe
	covered  bool             // the person agreed, or need not be asked
	quiet    bool             // an upstream may say who it is without a page
	grant    grants.Grant
	canProve bool // the person has a proof of their own here
	factor   bool // the person has a second factor
}

// next decides what must happen before the client gets its answer
// (OIDC Core §3.1.2.3, §3.1.2.4).
func next(f facts) step {
	prompt := f.flow.Request.Prompt
	switch {
	case f.flow.Denied:
		return denied
	case f.person == nil:
		return f.login(needsLogin)
	case f.wantsFreshLogin():
		return f.loginAgain()
	case f.flow.Request.Subject != "" && f.flow.Request.Subject != f.subject:
		// OIDC Core §3.1.2.2: only the one who is meant may be answered for.
		return f.login(somebodyElse)
	case f.factor && f.wantsTwoFactors() && !prompt.None:
		return stepUp
	case !f.acrWillDo():
		return f.login(unmet)
	case prompt.SelectAccount && !f.signedInForThis() && f.flow.Chosen != f.person.User.ID:
		return chooseAccount
	case !f.allowed:
		return notAllowed
	case f.nameless:
		return unanswered
	case !f.covered || (prompt.Consent && f.flow.Consented != f.person.User.ID):
		if prompt.None {
			return needsConsent
		}
		return askConsent
	}
	return respond
}

// login asks for a sign-in where that may help, and else gives up: nobody may
// be asked, or whoever just signed in is not good enough either.
func (f facts) login(giveUp step) step {
	switch {
	case f.quiet && giveUp == needsLogin:
		return askQuietly
	case f.flow.Request.Prompt.None:
		return needsLogin
	case f.signedInForThis() && giveUp != needsLogin:
		return giveUp
	}
	return signIn
}

// loginAgain asks for a sign-in, and then for a proof here: an upstream may
// ignore that it was asked to see the person again, or not say when it did.
// An answer to max_age or to an essential auth_time always has auth_time
// (OIDC Core §3.1.2.1), so whoever has no proof here cannot be answered for.
func (f facts) loginAgain() step {
	switch {
	case f.quiet || f.flow.Request.Prompt.None || !f.signedInForThis():
		return f.login(needsLogin)
	case f.canProve:
		return prove
	}
	return needsLogin
}

// signedInForThis says that the session began after the request came in.
func (f facts) signedInForThis() bool {
	return f.person != nil && !f.flow.Created.IsZero() && !f.person.Session.Created.Before(f.flow.Created)
}

// acrWillDo says that the person signed in in one of the ways that the request
// calls essential (OIDC Core §5.5.1.1).
func (f facts) acrWillDo() bool {
	_, ok := sessions.ACRFor(f.flow.Request.ACRs, f.person.Session.ACR)
	return ok
}

// wantsTwoFactors says that the request names two factors as essential, or as
// better than what the person showed (OIDC Core §3.1.2.1, acr_values).
func (f facts) wantsTwoFactors() bool {
	r, acr := f.flow.Request, f.person.Session.ACR
	if acr == sessions.ACRTwoFactors {
		return false
	}
	if slices.Contains(r.ACRs, sessions.ACRTwoFactors) {
		return !slices.Contains(r.ACRs, acr)
	}
	wished := strings.Fields(r.ACRValues) // in order of preference
	better := slices.Index(wished, sessions.ACRTwoFactors)
	shown := slices.Index(wished, acr)
	return better >= 0 && (shown < 0 || better < shown)
}

// authTimeLeeway is how far the clock of an upstream may be behind that says
// when somebody signed in.
const authTimeLeeway = 2 * time.Minute

// wantsFreshLogin says that a session alone will not do. A sign-in counts as
// fresh only if it happened after the request came in, so a person who opens
// the sign-in page and goes back has not signed in; and only if it is known
// when it happened.
func (f facts) wantsFreshLogin() bool {
	r, s := f.flow.Request, f.person.Session
	switch {
	case !r.Prompt.Login && r.MaxAge == nil && !r.AuthTime:
		return false
	case s.AuthTime.IsZero():
		return true
	}
	began := f.flow.Created // zero for a request just in: no sign-in is fresher
	if began.IsZero() {
		began = f.now
	}
	forThis := !s.Created.Before(began) && !s.AuthTime.Before(began.Add(-authTimeLeeway))
	if r.Prompt.Login && !forThis {
		return true
	}
	if r.MaxAge == nil {
		return false
	}
	// max_age=0 is prompt=login by another name: a sign-in made for this very
	// request satisfies it, however slow the person's next click.
	fresh := forThis && *r.MaxAge <= int64(authrequest.Life/time.Second)
	return f.now.Sub(s.AuthTime) > time.Duration(*r.MaxAge)*time.Second && !fresh
}

// refusal is the error a step stands for.
func (s step) refusal() *oauth.Error {
	switch s {
	case needsLogin:
		return oauth.LoginRequired("oauth.prompt.nobody")
	case needsConsent:
		return oauth.ConsentRequired("oauth.prompt.consent")
	case somebodyElse:
		return oauth.LoginRequired("oauth.user.other")
	case unmet:
		return oauth.UnmetAuthenticationRequirements("oauth.user.unmet")
	case denied:
		return oauth.AccessDenied("oauth.user.denied")
	case unanswered:
		return oauth.AccessDenied("oauth.user.unproved").Because(errNoAddress)
	case notAllowed:
		return oauth.AccessDenied("oauth.user.roles").Because(errNoRole)
	}
	return oauth.ServerError("oauth.step.unknown")
}
