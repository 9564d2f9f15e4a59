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

// A step is the next action of a flow.
type step int

const (
	signIn step = iota
	chooseAccount
	askConsent
	askQuietly
	prove  // with a password here, because the provider reports no auth_time
	stepUp // with a second factor
	respond
	// The other steps send an error to the client.
	needsLogin
	needsAccount
	somebodyElse
	unmet
	needsConsent
	notAllowed
	unanswered
	denied
)

// facts are the input of the decision.
type facts struct {
	flow     flows.Flow
	now      time.Time
	person   *sessions.Person // nil: no session
	subject  string           // the user's sub at this client, if the request names a user
	allowed  bool             // the user has a role that the client requires
	nameless bool             // the client identifies users by email, and the user has no verified one
	covered  bool             // the user has agreed, or consent is not needed
	quiet    bool             // a provider may identify the user without a page
	grant    grants.Grant
	canProve bool // the user has a password or passkey here
	factor   bool // the user has a second factor
	lacks    bool // the client requires a second factor, and the session has none

	others     bool // other accounts are signed in in this browser
	remembered bool // it remembers accounts
	named      bool // the request names another account that is signed in
	unsure     bool // the request may mean several accounts, and may not ask
	absent     bool // it names one that is not signed in, and may not ask
}

// next decides the step that comes before the response to the client
// (OIDC Core §3.1.2.3, §3.1.2.4).
func next(f facts) step {
	prompt := f.flow.Request.Prompt
	switch {
	case f.flow.Denied:
		return denied
	case f.unsure:
		return needsAccount
	case f.absent:
		return needsLogin
	case !prompt.None && f.choosesFirst():
		return chooseAccount
	case f.person == nil:
		return f.login(needsLogin)
	case prompt.None && f.flow.Request.LoginHint != "" && f.flow.Request.Subject == "" && !f.covered:
		return needsLogin // any other answer would tell an app without consent who is signed in
	case f.wantsFreshLogin():
		return f.loginAgain()
	case f.flow.Request.Subject != "" && f.flow.Request.Subject != f.subject:
		// OIDC Core §3.1.2.2: the response must be about the user that the request names.
		return f.login(somebodyElse)
	case f.factor && (f.lacks || f.wantsTwoFactors()) && !prompt.None:
		return stepUp
	case f.lacks || !f.acrWillDo(): // a new sign-in asks for what is missing, or sets it up
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

// choosesFirst reports whether the user must choose an account before anything is
// known about it: none is the current one, or the request names another one.
func (f facts) choosesFirst() bool {
	if f.person == nil {
		return f.others || f.remembered && f.flow.Request.Prompt.SelectAccount
	}
	return f.named && !f.signedInForThis() && f.flow.Chosen != f.person.User.ID
}

// login asks for a sign-in where that can help. It refuses if no page may be shown,
// or if a sign-in made for this request is still not sufficient.
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

// loginAgain asks for a sign-in, and then for a proof at this hub: a provider may
// ignore the request to authenticate again, or omit auth_time. A response to
// max_age or to an essential auth_time always has auth_time (OIDC Core §3.1.2.1),
// so a user without a password or passkey here gets an error.
func (f facts) loginAgain() step {
	switch {
	case f.quiet || f.flow.Request.Prompt.None || !f.signedInForThis():
		return f.login(needsLogin)
	case f.canProve:
		return prove
	}
	return needsLogin
}

// signedInForThis reports whether the session started after the request arrived.
func (f facts) signedInForThis() bool {
	return f.person != nil && !f.flow.Created.IsZero() && !f.person.Session.Created.Before(f.flow.Created)
}

// acrWillDo reports whether the sign-in has one of the acr values that the request
// calls essential (OIDC Core §5.5.1.1).
func (f facts) acrWillDo() bool {
	_, ok := sessions.ACRFor(f.flow.Request.ACRs, f.person.Session.ACR)
	return ok
}

// wantsTwoFactors reports whether the request requires two factors, or prefers
// them to the acr of the session (OIDC Core §3.1.2.1, acr_values).
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

// authTimeLeeway is the allowed clock difference to a provider that reports
// auth_time.
const authTimeLeeway = 2 * time.Minute

// wantsFreshLogin reports whether the request needs a new sign-in besides the
// session. A sign-in counts only if it happened after the request arrived: opening
// the sign-in page and going back is no sign-in. The time of the sign-in must be
// known.
func (f facts) wantsFreshLogin() bool {
	r, s := f.flow.Request, f.person.Session
	switch {
	case !r.Prompt.Login && r.MaxAge == nil && !r.AuthTime:
		return false
	case s.AuthTime.IsZero():
		return true
	}
	began := f.flow.Created // zero for a new request: every sign-in is older
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
	// max_age=0 means the same as prompt=login: a sign-in made for this request
	// satisfies it, however long the user takes for the next click.
	fresh := forThis && *r.MaxAge <= int64(authrequest.Life/time.Second)
	return f.now.Sub(s.AuthTime) > time.Duration(*r.MaxAge)*time.Second && !fresh
}

// refusal is the protocol error of a step.
func (s step) refusal() *oauth.Error {
	switch s {
	case needsLogin:
		return oauth.LoginRequired("oauth.prompt.nobody")
	case needsAccount:
		return oauth.AccountSelectionRequired("oauth.prompt.account")
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
