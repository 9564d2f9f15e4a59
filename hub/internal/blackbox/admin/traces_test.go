package admin_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/templates"
)

// wantSteps compares the kinds of the steps.
func wantSteps(t testing.TB, trace traces.Trace, kinds ...string) {
	t.Helper()
	var got []string
	for _, s := range trace.Steps {
		got = append(got, s.What)
	}
	if !slices.Equal(got, kinds) {
		t.Errorf("steps of %s: got %q, want %q", trace.Ref, got, kinds)
	}
}

func TestASignInLeavesOneTrace(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		ada := w.Person("ada@example.org")
		a := w.App()
		b := w.Browser()
		p := b.Authorize(a.Request())
		p = b.Submit(p, "/signin", "email", "ada@example.org", "password", "quite another one")
		p = b.SignIn(p, "ada@example.org")
		code := b.Answer(b.Submit(p, "/consent", "decision", "allow")).Get("code")
		hubtest.Want(t, "tokens", a.Redeem(code).Status, http.StatusOK)

		all := w.Traced()
		hubtest.Want(t, "traces", len(all), 1)
		trace := all[0]
		wantSteps(t, trace, "request", "page", "signin.failed", "signin.ok", "session", "page", "consent.given", "session", "code.issued", "tokens.issued")
		hubtest.Want(t, "state", trace.State, traces.OK)
		hubtest.Want(t, "client", trace.Client, a.ID)
		hubtest.Want(t, "user", trace.User, ada.ID)
		if text := hubtest.DumpOf(t, w, "audit"); strings.Count(text, trace.Ref) < 3 {
			t.Errorf("the audit events do not have the reference %s:\n%s", trace.Ref, text)
		}
	})
}

func TestAnErrorPageShowsTheReferenceOfTheAttempt(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	b := w.Browser()
	p := b.Authorize(a.Request())
	id := w.Traced()[0].Ref
	back := p.URL.RequestURI()
	b.Submit(b.SignIn(p, "ada@example.org"), "/consent", "decision", "allow")
	// After the sign-in, the user opens its page again.
	hubtest.Want(t, "reference", b.Open(back).Reference(t), id)
	trace := w.Trace(strings.ToLower(strings.ReplaceAll(id, "-", " ")))
	hubtest.Want(t, "last step", trace.Steps[len(trace.Steps)-1].What, traces.ErrorPage)
}

func TestWhyAnAppWasNotKnownStandsInTheTrace(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.App()
	for _, tt := range []struct {
		what  string
		pairs []string
		text  string
		fix   string
	}{
		{traces.Stranger, []string{"client_id", "nobody"}, "No application has this client ID.", "/admin/clients"},
		{traces.Redirect, []string{"redirect_uri", hubtest.Callback + "/"}, "It differs from " + hubtest.Callback + " by a slash at the end.", "/admin/clients/" + a.ID + "#redirect_uris"},
		{traces.Redirect, []string{"redirect_uri", strings.Replace(hubtest.Callback, "app.", "www.app.", 1) + "?code=sixsixsix"}, "is not registered", "/admin/clients/" + a.ID + "#redirect_uris"},
	} {
		p := w.Browser().Authorize(a.Request(tt.pairs...))
		trace := w.Trace(p.Reference(t))
		s, _ := trace.Mistake()
		if s.What != tt.what || !strings.Contains(s.Words(templates.Sentence), tt.text) {
			t.Errorf("%v: failed at %q: %s", tt.pairs, s.What, s.Words(templates.Sentence))
		}
		fix, _ := trace.Fix()
		hubtest.Want(t, "fix", fix.Path, tt.fix)
		if saw := trace.Steps[len(trace.Steps)-1].Words(templates.Sentence); !strings.HasPrefix(saw, "The user saw: The app is not set up correctly.") {
			t.Errorf("the last step: %s", saw)
		}
		if strings.Contains(hubtest.DumpOf(t, w, "traces"), "sixsixsix") {
			t.Error("the query of an address is kept")
		}
	}
}

func TestWhyACodeWasNotExchangedStandsInTheTrace(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	for name, tt := range map[string]struct {
		pairs []string
		text  string
	}{
		"PKCE":          {[]string{"code_verifier", strings.Repeat("w", 43)}, "code_verifier does not match"},
		"redirect_uri":  {[]string{"redirect_uri", hubtest.Callback + "/"}, "redirect_uri differs from the one"},
		"client secret": {[]string{"client_secret", "wrong", "client_id", a.ID}, ""},
	} {
		b := w.Browser()
		code := b.SignInTo(a, "ada@example.org").Get("code")
		ref := w.Traced()[0].Ref
		r := a.Redeem(code, tt.pairs...)
		if r.Status == http.StatusOK {
			t.Fatalf("%s: the code was exchanged", name)
		}
		hubtest.Want(t, name+": reference", r.Header.Get("X-Request-Id"), ref)
		trace := w.Trace(ref)
		hubtest.Want(t, name+": state", trace.State, traces.Failed)
		if s, _ := trace.Mistake(); !strings.Contains(s.Words(templates.Sentence), tt.text) {
			t.Errorf("%s: failed at %+v", name, s)
		}
		if fix, _ := trace.Fix(); fix.Path != "/admin/clients/"+a.ID {
			t.Errorf("%s: fix %q", name, fix.Path)
		}
	}
}

func TestWhatNobodyNoticesIsTracedOnRequest(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	b := w.Browser()
	b.SignInTo(a, "ada@example.org")
	for _, tt := range []struct {
		mode                string
		silent, asks, fails int // the number of traces for each
	}{{settings.TraceFailures, 0, 0, 1}, {settings.TraceAll, 1, 1, 1}, {settings.TraceOff, 0, 0, 0}} {
		if err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.Traces = tt.mode }); err != nil {
			t.Fatal(err)
		}
		for _, one := range []struct {
			what string
			do   func()
			want int
		}{
			{"silent", func() { hubtest.Want(t, "exchange", a.Redeem(b.SignInTo(a, "").Get("code")).Status, 200) }, tt.silent},
			{"prompt=none", func() { w.Browser().Authorize(a.Request("prompt", "none")) }, tt.asks},
			{"failing", func() { w.Browser().Authorize(a.Request("redirect_uri", "https://evil.example")) }, tt.fails},
		} {
			before := len(w.Traced())
			one.do()
			hubtest.Want(t, tt.mode+", "+one.what, len(w.Traced())-before, one.want)
		}
	}
}

func TestTracesAreForgotten(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	if err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.TraceDays = 3 }); err != nil {
		t.Fatal(err)
	}
	w.Browser().SignInTo(a, "ada@example.org")                                    // kept for three days
	w.Browser().Authorize(a.Request("redirect_uri", "https://evil.example/none")) // an anonymous one: for two days
	w.Browser().Authorize(a.Request())                                            // opened by an administrator: for an hour
	for _, left := range []int{2, 1, 0} {
		hubtest.Want(t, "before", len(w.Traced()), left+1)
		w.Clock.Skip([]time.Duration{24 * time.Hour, 36 * time.Hour, 24 * time.Hour}[2-left])
		hubtest.Want(t, "after", len(w.Traced()), left)
	}
}

func TestStrangersCannotFillTheDatabase(t *testing.T) { // FE-47
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.App()
	for range 60 {
		w.Browser().Authorize(a.Request("client_id", "nobody"))
	}
	if got := len(w.Traced()); got > 35 {
		t.Errorf("%d traces of one stranger are kept", got)
	}
}

// FE-47: a redirect to a provider needs only a click.
func TestWhoeverOnlyGoesAwayFillsNothing(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	_, err := w.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{
		ID: "plain", Kind: federation.KindOAuth2, Name: "Plain", BaseURL: "https://up.example.org", ClientID: "hub", Enabled: true,
		Endpoints: federation.Endpoints{Authorize: w.URL + "/a", Token: w.URL + "/t", Userinfo: w.URL + "/u"},
		Claims:    federation.Claims{Subject: "id"},
	}, "a secret")
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Stop() // on a slow machine the limiter would refill
	b := w.Browser()
	p, gone := b.Open("/signin?local=1"), 0
	for ; gone < 3000 && b.Post(p, "/signin/with/plain").Status != http.StatusTooManyRequests; gone++ {
	}
	if gone < 1000 || gone == 3000 {
		t.Errorf("turned away after %d times", gone)
	}
	all, err := w.Hub.LatestTraces(t.Context(), traces.Filter{}, 3000)
	if err != nil || len(all) > gone/2 { // the limiter refills during the test
		t.Errorf("%d traces are kept of somebody who never came back, %v", len(all), err)
	}
}

func TestAnAdministratorReadsWhyASignInFailed(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	admin := w.Operator()
	ada := w.Person("ada@example.org")
	a := w.App()
	failed := w.Browser().Authorize(a.Request("redirect_uri", hubtest.Callback+"/")).Reference(t)
	b := w.Browser()
	b.SignInTo(a, "ada@example.org")
	good := w.Traced()[0].Ref

	list := admin.Open("/admin/sign-in-log")
	for _, ref := range []string{failed, good} {
		if !strings.Contains(list.Body, `href="/admin/sign-in-log/`+ref+`"`) {
			t.Errorf("%s is not in the list", ref)
		}
	}
	for _, filter := range []struct {
		pairs      []string
		good, fail bool
	}{
		{[]string{"failed", "1"}, false, true}, {[]string{"client", a.ID}, true, true}, {[]string{"person", "ada@example.org"}, true, false},
		{[]string{"person", ada.ID, "failed", "1"}, false, false}, {[]string{"client", "another"}, false, false},
	} {
		p := admin.Submit(list, "/admin/sign-in-log", filter.pairs...)
		hubtest.Want(t, "status", p.Status, http.StatusOK)
		hubtest.Want(t, "the good one "+strings.Join(filter.pairs, " "), strings.Contains(p.Body, good), filter.good)
		hubtest.Want(t, "the failed one "+strings.Join(filter.pairs, " "), strings.Contains(p.Body, failed), filter.fail)
	}
	p := admin.Submit(list, "/admin/sign-in-log", "ref", " "+strings.ToLower(strings.ReplaceAll(failed, "-", "  ")))
	hubtest.Want(t, "found", p.URL.Path, "/admin/sign-in-log/"+failed)
	for _, text := range []string{"Cause of the failure", "by a slash at the end", `href="/admin/clients/` + a.ID + `#redirect_uris"`} {
		if !strings.Contains(p.Body, text) {
			t.Errorf("the page does not say %q:\n%s", text, p.Body)
		}
	}
	p = admin.Open("/admin/sign-in-log/" + good)
	for _, text := range []string{"Signed in", "Session started", "The user gave consent.", "signin.ok"} {
		if !strings.Contains(p.Body, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
	for typed, status := range map[string]int{"K7Q2-M4XD": http.StatusNotFound, "no reference": http.StatusUnprocessableEntity} {
		hubtest.Want(t, typed, admin.Submit(list, "/admin/sign-in-log", "ref", typed).Status, status)
	}
	hubtest.Want(t, "for others", b.Open("/admin/sign-in-log").Status, http.StatusForbidden)
}
