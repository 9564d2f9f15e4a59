package hub_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/traces"
)

var shownRef = regexp.MustCompile(`id="reference">([0-9A-Z]{4}-[0-9A-Z]{4})<`)

// reference is what the error page tells the person to pass on.
func (p page) reference(t testing.TB) string {
	t.Helper()
	found := shownRef.FindStringSubmatch(p.Body)
	if found == nil {
		t.Fatalf("no reference on the page:\n%s", p.Body)
	}
	if got := p.Header.Get("X-Request-Id"); got != found[1] {
		t.Errorf("the page says %s and the header %s", found[1], got)
	}
	return found[1]
}

// trace finds the one trace with a reference.
func (w *world) trace(ref string) traces.Trace {
	w.Helper()
	found, err := w.Hub.Traces(w.Context(), ref)
	if err != nil {
		w.Fatal(err)
	}
	if len(found) != 1 {
		w.Fatalf("%d traces have the reference %q", len(found), ref)
	}
	return found[0]
}

// traced are all traces, the newest first.
func (w *world) traced() []traces.Trace {
	w.Helper()
	all, err := w.Hub.LatestTraces(w.Context(), traces.Filter{}, 100)
	if err != nil {
		w.Fatal(err)
	}
	return all
}

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
	onBothEngines(t, func(t *testing.T, w *world) {
		ada := w.person("ada@example.org")
		a := w.app()
		b := w.browser()
		p := b.authorize(a.request())
		p = b.submit(p, "/signin", "email", "ada@example.org", "password", "quite another one")
		p = b.signIn(p, "ada@example.org")
		code := b.answer(b.submit(p, "/consent", "decision", "allow")).Get("code")
		want(t, "tokens", a.redeem(code).Status, http.StatusOK)

		all := w.traced()
		want(t, "traces", len(all), 1)
		trace := all[0]
		wantSteps(t, trace, "request", "page", "signin.failed", "signin.ok", "session", "page", "consent.given", "session", "code.issued", "tokens.issued")
		want(t, "state", trace.State, traces.OK)
		want(t, "client", trace.Client, a.ID)
		want(t, "user", trace.User, ada.ID)
		if text := dumpOf(t, w, "audit"); strings.Count(text, trace.Ref) < 3 {
			t.Errorf("the audit events do not have the reference %s:\n%s", trace.Ref, text)
		}
	})
}

func TestAnErrorPageShowsTheReferenceOfTheAttempt(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	b := w.browser()
	p := b.authorize(a.request())
	id := w.traced()[0].Ref
	back := p.URL.RequestURI()
	b.submit(b.signIn(p, "ada@example.org"), "/consent", "decision", "allow")
	// The sign-in is over; somebody goes back to its page.
	want(t, "reference", b.open(back).reference(t), id)
	trace := w.trace(strings.ToLower(strings.ReplaceAll(id, "-", " ")))
	want(t, "last step", trace.Steps[len(trace.Steps)-1].What, traces.Problem)
}

func TestWhyAnAppWasNotKnownStandsInTheTrace(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	a := w.app()
	for _, tt := range []struct {
		what  string
		pairs []string
		text  string
		fix   string
	}{
		{traces.Stranger, []string{"client_id", "nobody"}, "No application has this client id.", "/admin/clients"},
		{traces.Redirect, []string{"redirect_uri", callback + "/"}, "it differs from " + callback + " by a slash at its end.", "/admin/clients/" + a.ID + "#redirect_uris"},
		{traces.Redirect, []string{"redirect_uri", strings.Replace(callback, "app.", "www.app.", 1) + "?code=sixsixsix"}, "is not registered", "/admin/clients/" + a.ID + "#redirect_uris"},
	} {
		p := w.browser().authorize(a.request(tt.pairs...))
		trace := w.trace(p.reference(t))
		s, _ := trace.Mistake()
		if s.What != tt.what || !strings.Contains(s.Text, tt.text) {
			t.Errorf("%v: failed at %q: %s", tt.pairs, s.What, s.Text)
		}
		fix, _ := trace.Fix()
		want(t, "fix", fix.Path, tt.fix)
		if strings.Contains(dumpOf(t, w, "traces"), "sixsixsix") {
			t.Error("the query of an address is kept")
		}
	}
}

func TestWhyACodeWasNotExchangedStandsInTheTrace(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	for name, tt := range map[string]struct {
		pairs []string
		text  string
	}{
		"PKCE":          {[]string{"code_verifier", strings.Repeat("w", 43)}, "code_verifier does not match"},
		"redirect_uri":  {[]string{"redirect_uri", callback + "/"}, "redirect_uri is not the one"},
		"client secret": {[]string{"client_secret", "wrong", "client_id", a.ID}, ""},
	} {
		b := w.browser()
		code := b.signInTo(a, "ada@example.org").Get("code")
		ref := w.traced()[0].Ref
		r := a.redeem(code, tt.pairs...)
		if r.Status == http.StatusOK {
			t.Fatalf("%s: the code was exchanged", name)
		}
		want(t, name+": reference", r.Header.Get("X-Request-Id"), ref)
		trace := w.trace(ref)
		want(t, name+": state", trace.State, traces.Failed)
		if s, _ := trace.Mistake(); !strings.Contains(s.Text, tt.text) {
			t.Errorf("%s: failed at %+v", name, s)
		}
		if fix, _ := trace.Fix(); fix.Path != "/admin/clients/"+a.ID {
			t.Errorf("%s: fix %q", name, fix.Path)
		}
	}
}

func TestWhatNobodyNoticesIsTracedOnRequest(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	b := w.browser()
	b.signInTo(a, "ada@example.org")
	for _, tt := range []struct {
		mode                string
		silent, asks, fails int // how many traces each leaves
	}{{settings.TraceFailures, 0, 0, 1}, {settings.TraceAll, 1, 1, 1}, {settings.TraceOff, 0, 0, 0}} {
		if err := w.Hub.ChangeSettings(t.Context(), "test", func(s *settings.Settings) { s.Traces = tt.mode }); err != nil {
			t.Fatal(err)
		}
		for _, one := range []struct {
			what string
			do   func()
			want int
		}{
			{"silent", func() { want(t, "exchange", a.redeem(b.signInTo(a, "").Get("code")).Status, 200) }, tt.silent},
			{"prompt=none", func() { w.browser().authorize(a.request("prompt", "none")) }, tt.asks},
			{"failing", func() { w.browser().authorize(a.request("redirect_uri", "https://evil.example")) }, tt.fails},
		} {
			before := len(w.traced())
			one.do()
			want(t, tt.mode+", "+one.what, len(w.traced())-before, one.want)
		}
	}
}

func TestTracesAreForgotten(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	if err := w.Hub.ChangeSettings(t.Context(), "test", func(s *settings.Settings) { s.TraceDays = 3 }); err != nil {
		t.Fatal(err)
	}
	w.browser().signInTo(a, "ada@example.org")                                    // kept for three days
	w.browser().authorize(a.request("redirect_uri", "https://evil.example/none")) // a stranger: two
	w.browser().authorize(a.request())                                            // looked at: an hour
	for _, left := range []int{2, 1, 0} {
		want(t, "before", len(w.traced()), left+1)
		w.clock.skip([]time.Duration{24 * time.Hour, 36 * time.Hour, 24 * time.Hour}[2-left])
		want(t, "after", len(w.traced()), left)
	}
}

func TestStrangersCannotFillTheDatabase(t *testing.T) { // FE-47
	w := newWorld(t, openSQLite(t))
	a := w.app()
	for range 60 {
		w.browser().authorize(a.request("client_id", "nobody"))
	}
	if got := len(w.traced()); got > 35 {
		t.Errorf("%d traces of one stranger are kept", got)
	}
}

// FE-47: going off to an upstream takes nothing but a click.
func TestWhoeverOnlyGoesAwayFillsNothing(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	_, err := w.Hub.KeepLoginKey(t.Context(), "test", federation.LoginKey{
		ID: "plain", Kind: federation.KindOAuth2, Name: "Plain", BaseURL: w.URL + "/up", ClientID: "hub", Enabled: true,
		Endpoints: federation.Endpoints{Authorize: w.URL + "/a", Token: w.URL + "/t", Userinfo: w.URL + "/u"},
		Claims:    federation.Claims{Subject: "id"},
	}, "a secret")
	if err != nil {
		t.Fatal(err)
	}
	b := w.browser()
	p, gone := b.open("/signin?local=1"), 0
	for ; gone < 3000 && b.post(p, "/signin/with/plain").Status != http.StatusTooManyRequests; gone++ {
	}
	if gone < 1000 || gone == 3000 {
		t.Errorf("turned away after %d times", gone)
	}
	all, err := w.Hub.LatestTraces(t.Context(), traces.Filter{}, 3000)
	if err != nil || len(all) > gone/2 { // the bound refills while the test runs
		t.Errorf("%d traces are kept of somebody who never came back, %v", len(all), err)
	}
}

// dumpOf is all that one set holds.
func dumpOf(t *testing.T, w *world, set string) string {
	t.Helper()
	var out strings.Builder
	for line := range strings.Lines(dump(t, w)) {
		if strings.HasPrefix(line, set+" ") {
			out.WriteString(line)
		}
	}
	return out.String()
}

func TestAnAdministratorReadsWhyASignInFailed(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	admin := w.operator()
	ada := w.person("ada@example.org")
	a := w.app()
	failed := w.browser().authorize(a.request("redirect_uri", callback+"/")).reference(t)
	b := w.browser()
	b.signInTo(a, "ada@example.org")
	good := w.traced()[0].Ref

	list := admin.open("/admin/traces")
	for _, ref := range []string{failed, good} {
		if !strings.Contains(list.Body, `href="/admin/traces/`+ref+`"`) {
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
		p := admin.submit(list, "/admin/traces", filter.pairs...)
		want(t, "status", p.Status, http.StatusOK)
		want(t, "the good one "+strings.Join(filter.pairs, " "), strings.Contains(p.Body, good), filter.good)
		want(t, "the failed one "+strings.Join(filter.pairs, " "), strings.Contains(p.Body, failed), filter.fail)
	}
	p := admin.submit(list, "/admin/traces", "ref", " "+strings.ToLower(strings.ReplaceAll(failed, "-", "  ")))
	want(t, "found", p.URL.Path, "/admin/traces/"+failed)
	for _, text := range []string{"Why it failed", "by a slash at its end", `href="/admin/clients/` + a.ID + `#redirect_uris"`} {
		if !strings.Contains(p.Body, text) {
			t.Errorf("the page does not say %q:\n%s", text, p.Body)
		}
	}
	p = admin.open("/admin/traces/" + good)
	for _, text := range []string{"Signed in", "Session started", "The person allowed what the app asked for.", "signin.ok"} {
		if !strings.Contains(p.Body, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
	for typed, status := range map[string]int{"K7Q2-M4XD": http.StatusNotFound, "no reference": http.StatusUnprocessableEntity} {
		want(t, typed, admin.submit(list, "/admin/traces", "ref", typed).Status, status)
	}
	want(t, "for others", b.open("/admin/traces").Status, http.StatusForbidden)
}
