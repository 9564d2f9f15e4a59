package authorize

import (
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
)

// noon is when the steps are decided.
var noon = time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)

// at is a valid request of ada, who signed in an hour ago with a password and
// gave consent; edits change it.
func at(edits ...func(*facts)) facts {
	signedIn := noon.Add(-time.Hour)
	f := facts{
		now: noon, allowed: true, covered: true,
		person: &sessions.Person{User: users.User{ID: "ada"}, Session: sessions.Session{SignIn: grants.SignIn{AuthTime: signedIn, ACR: "urn:password"}, Created: signedIn}},
	}
	for _, edit := range edits {
		edit(&f)
	}
	return f
}

func nobody(f *facts)         { f.person = nil }
func promptNone(f *facts)     { f.flow.Request.Prompt.None = true }
func promptLogin(f *facts)    { f.flow.Request.Prompt.Login = true }
func promptConsent(f *facts)  { f.flow.Request.Prompt.Consent = true }
func promptSelect(f *facts)   { f.flow.Request.Prompt.SelectAccount = true }
func quiet(f *facts)          { f.quiet = true }
func notCovered(f *facts)     { f.covered = false }
func notAdmitted(f *facts)    { f.allowed = false }
func withoutAddress(f *facts) { f.nameless = true }
func saidNo(f *facts)         { f.flow.Denied = true }

// underWay says that the flow began half an hour ago.
func underWay(f *facts) { f.flow.ID, f.flow.Created = "flow", noon.Add(-30*time.Minute) }

// signedInFor says that the session began after the flow did.
func signedInFor(f *facts) {
	underWay(f)
	f.person.Session.AuthTime, f.person.Session.Created = noon.Add(-10*time.Minute), noon.Add(-10*time.Minute)
}

// unknown makes the time of the sign-in unknown: the provider sent no auth_time.
func unknown(f *facts) { f.person.Session.AuthTime = time.Time{} }

// stale says that the upstream ignored that it was to see the person again.
func stale(f *facts) { f.person.Session.AuthTime = noon.Add(-45 * time.Minute) }

// behind says that the clock of the upstream is a minute behind.
func behind(f *facts) {
	signedInFor(f)
	f.person.Session.Created = f.flow.Created
	f.person.Session.AuthTime = f.flow.Created.Add(-time.Minute)
}

func hasPassword(f *facts) { f.canProve = true }
func authTime(f *facts)    { f.flow.Request.AuthTime = true }

func meant(subject, known string) func(*facts) {
	return func(f *facts) { f.flow.Request.Subject, f.subject = subject, known }
}

func lacks(f *facts)     { f.lacks = true }
func hasFactor(f *facts) { f.factor = true }

func hinted(f *facts) { f.flow.Request.LoginHint = "ada@example.org" }

func maxAge(seconds int64) func(*facts) { return func(f *facts) { f.flow.Request.MaxAge = &seconds } }

func essential(acrs ...string) func(*facts) { return func(f *facts) { f.flow.Request.ACRs = acrs } }

func agreed(who string) func(*facts) { return func(f *facts) { f.flow.Consented = who } }

func chose(who string) func(*facts) { return func(f *facts) { f.flow.Chosen = who } }

func TestWhatHappensNext(t *testing.T) { // OIDC Core §3.1.2.1 to §3.1.2.4, §5.5.1.1
	for _, row := range []struct {
		name string
		f    facts
		want step
	}{
		{"all is well", at(), respond},
		{"nobody is signed in", at(nobody), signIn},
		{"nobody is signed in, and nobody may be asked", at(nobody, promptNone), needsLogin},
		{"… and an upstream may know", at(nobody, promptNone, quiet), askQuietly},
		{"the person said no", at(saidNo), denied},
		{"said no, and signed out", at(saidNo, nobody), denied},

		{"sign in again", at(promptLogin), signIn},
		{"sign in again, and nobody may be asked", at(promptLogin, promptNone), needsLogin},
		{"sign in again, the page was only opened", at(promptLogin, underWay), signIn},
		{"signed in again", at(promptLogin, signedInFor), respond},

		{"a sign-in young enough", at(maxAge(3600)), respond},
		{"one too old", at(maxAge(3599)), signIn},
		{"one too old, and nobody may be asked", at(maxAge(3599), promptNone), needsLogin},
		{"an age of nothing", at(maxAge(0)), signIn},
		{"an age of nothing, signed in for this", at(maxAge(0), signedInFor), respond},
		{"an age of nothing, the page was only opened", at(maxAge(0), underWay), signIn},
		{"a short age, signed in for this", at(maxAge(60), signedInFor), respond},
		{"signed in before the request, who now looks for consent", at(maxAge(1800), underWay), signIn},

		{"signed in nobody knows when, and nobody asks", at(unknown), respond},
		{"an age, and nobody knows when", at(maxAge(3600), unknown), signIn},
		{"an age, and nobody knows when nor may be asked", at(maxAge(3600), unknown, promptNone), needsLogin},
		{"an age, and an upstream that does not say", at(maxAge(3600), signedInFor, unknown), needsLogin},
		{"… but there is a password here", at(maxAge(3600), signedInFor, unknown, hasPassword), prove},
		{"sign in again, and an upstream that does not say", at(promptLogin, signedInFor, unknown), needsLogin},
		{"… but there is a password here", at(promptLogin, signedInFor, unknown, hasPassword), prove},
		{"sign in again, and an upstream that asked nobody", at(promptLogin, signedInFor, stale), needsLogin},
		{"… but there is a password here", at(promptLogin, signedInFor, stale, hasPassword), prove},
		{"sign in again, at an upstream whose clock is behind", at(promptLogin, behind), respond},
		{"an essential auth_time, known", at(authTime), respond},
		{"an essential auth_time that nobody knows", at(authTime, unknown), signIn},
		{"… nor the upstream just now", at(authTime, signedInFor, unknown), needsLogin},
		{"… but there is a password here", at(authTime, signedInFor, unknown, hasPassword), prove},

		{"the one who is meant", at(meant("ada", "ada")), respond},
		{"another is meant", at(meant("eve", "ada")), signIn},
		{"another is meant, and nobody may be asked", at(meant("eve", "ada"), promptNone), needsLogin},
		{"another is meant, and the upstream might swap them", at(meant("eve", "ada"), promptNone, quiet), needsLogin},
		{"another is meant than the one who just signed in", at(meant("eve", "ada"), signedInFor), somebodyElse},

		{"in an essential way", at(essential("urn:key", "urn:password")), respond},
		{"in another way", at(essential("urn:key")), signIn},
		{"in another way, and nobody may be asked", at(essential("urn:key"), promptNone), needsLogin},
		{"in another way, just now", at(essential("urn:key"), signedInFor), unmet},

		{"an app that requires a second factor", at(lacks), signIn},
		{"… and nobody may be asked", at(lacks, promptNone), needsLogin},
		{"… of a user who has one", at(lacks, hasFactor), stepUp},
		{"… and nobody may be asked", at(lacks, hasFactor, promptNone), needsLogin},
		{"… and the sign-in just now had none", at(lacks, signedInFor), unmet},
		{"a user who has a second factor, and nobody requires it", at(hasFactor), respond},

		{"who shall it be", at(promptSelect), chooseAccount},
		{"it was said", at(promptSelect, underWay, chose("ada")), respond},
		{"somebody else said it", at(promptSelect, underWay, chose("eve")), chooseAccount},
		{"said by signing in", at(promptSelect, signedInFor), respond},

		{"without the role", at(notAdmitted), notAllowed},
		{"without the role, nor consent", at(notAdmitted, notCovered), notAllowed},
		{"without a proved address", at(withoutAddress), unanswered},
		{"without the role: who they are comes first", at(notAdmitted, meant("eve", "ada")), signIn},

		{"not agreed yet", at(notCovered), askConsent},
		{"not agreed yet, and nobody may be asked", at(notCovered, promptNone), needsConsent},
		{"… and an app without consent guesses at the user", at(notCovered, promptNone, hinted), needsLogin},
		{"… and at one who has not its role", at(notCovered, promptNone, hinted, notAdmitted), needsLogin},
		{"an app with consent guesses at the user", at(promptNone, hinted), respond},
		{"agree again", at(promptConsent), askConsent},
		{"agreed again, in this flow", at(promptConsent, underWay, agreed("ada")), respond},
		{"somebody else agreed in this flow", at(promptConsent, underWay, agreed("eve")), askConsent},
		{"agreed in this flow, which does not cover it", at(notCovered, underWay, agreed("ada")), askConsent},
	} {
		if got := next(row.f); got != row.want {
			t.Errorf("%s: got step %d, want %d", row.name, got, row.want)
		}
	}
}

func TestEachRefusalHasItsWord(t *testing.T) { // RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6
	for step, code := range map[step]string{
		needsLogin: "login_required", needsConsent: "consent_required", somebodyElse: "login_required",
		unmet: "unmet_authentication_requirements", denied: "access_denied", unanswered: "access_denied", notAllowed: "access_denied",
	} {
		if got := oauth.Code(step.refusal()); got != code {
			t.Errorf("step %d: got %q, want %q", step, got, code)
		}
	}
}

// RFC 9700 §4.11.2: an error does not redirect to an address that no
// administrator approved.
func TestAnErrorLeadsNobodyAstray(t *testing.T) {
	trusted := clients.Client{ID: "app"}
	declared := clients.Client{ID: "app", Registration: clients.Registration{At: noon}}
	if !trusted.Trusted() || declared.Trusted() {
		t.Fatal("who is trusted is decided elsewhere, and otherwise")
	}
	quietly := authrequest.Request{Prompt: oauth.Prompt{None: true}}
	for _, row := range []struct {
		name   string
		client clients.Client
		flow   flows.Flow
		want   bool
	}{
		{"an app that an administrator chose", trusted, flows.Flow{}, false},
		{"one that registered itself", declared, flows.Flow{}, true},
		{"… once a step was taken", declared, flows.Flow{ID: "flow"}, false},
		{"… which waits for no person", declared, flows.Flow{Request: quietly}, false},
	} {
		if got := mayMislead(row.client, row.flow); got != row.want {
			t.Errorf("%s: got %v, want %v", row.name, got, row.want)
		}
	}
}

func TestAnAnswerIsAppendedToTheAddress(t *testing.T) { // RFC 6749 §3.1.2, §4.1.2, §4.2.2
	for _, row := range []struct {
		address string
		mode    oauth.Mode
		want    string
	}{
		{"https://app.example.org/cb", oauth.Query, "https://app.example.org/cb?a=b+c"},
		{"https://app.example.org/cb?x=1", oauth.Query, "https://app.example.org/cb?x=1&a=b+c"},
		{"https://app.example.org/cb?", oauth.Query, "https://app.example.org/cb?a=b+c"},
		{"https://app.example.org/cb?x=1", oauth.Fragment, "https://app.example.org/cb?x=1#a=b+c"},
		{"com.example.app:/cb", oauth.Query, "com.example.app:/cb?a=b+c"},
	} {
		if got := withAnswer(row.address, row.mode, map[string][]string{"a": {"b c"}}); got != row.want {
			t.Errorf("%s by %s: got %s, want %s", row.address, row.mode, got, row.want)
		}
	}
}

// An unverified name is not shown as a verified one.
func TestPeopleReadNoNameThatNobodyChecked(t *testing.T) {
	const id = "https://app.example.org/client.json"
	described := clients.Client{ID: id, Name: "Your Bank", Registration: clients.Registration{At: noon}, RedirectURIs: []string{"https://app.example.org/callback"}}
	described.Document = &clients.Document{Host: "app.example.org"}
	chosen := clients.Client{ID: "app", Name: "Payroll"}
	if got := shown(chosen); got != "Payroll" {
		t.Errorf("an app that an administrator chose: got %q", got)
	}
	if got := shown(described); got != "app.example.org" {
		t.Errorf("an app that describes itself: got %q", got)
	}
}
