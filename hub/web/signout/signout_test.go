package signout

import (
	"context"
	"errors"
	"html"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
)

// hears registers logout URIs: back channel, front channel.
func hears(back, front string) func(*clients.Client) {
	return func(c *clients.Client) { c.BackchannelLogoutURI, c.FrontchannelLogoutURI = back, front }
}

func TestLookingSignsNobodyOut(t *testing.T) {
	w := newWorld(t)
	w.app("told", hears("https://told.example/logout", ""))
	w.app("framed", hears("", "https://framed.example/logout"))
	b, s := w.signedIn()
	w.took(s, "payroll", "told", "framed", "removed meanwhile")
	got := b.get(w.pages.Show, "/signout")
	b.asked("the page", got, http.StatusOK)
	for name, shown := range map[string]bool{"App told": true, "App framed": true, "App payroll": false} {
		if strings.Contains(got.body, name) != shown {
			t.Errorf("%s is among those that will be told: %v", name, !shown)
		}
	}
	empty := w.browser()
	empty.want("nobody to sign out", empty.get(w.pages.Show, "/signout"), "/signed-out", false)
	empty.want("nobody, by the button", empty.post(w.pages.SignOut, "/signout", nil), "/signed-out", false)
}

func TestSigningOutEndsThisBrowsersSessionAlone(t *testing.T) {
	w := newWorld(t)
	w.app("told", hears("https://told.example/logout", ""))
	b, s := w.signedIn()
	other, _ := w.signedIn()
	w.took(s, "told")
	got := b.post(w.pages.SignOut, "/signout", nil)
	if got.err != nil || !strings.HasPrefix(got.to, "/signed-out?then=") || b.isSignedIn() || !other.isSignedIn() {
		t.Fatalf("got %d to %q, %v; signed in %v, and elsewhere %v", got.status, got.to, got.err, b.isSignedIn(), other.isSignedIn())
	}
	if n, err := w.pages.Logouts.Notices.Get(t.Context(), s.SID+" told"); err != nil || n.Subject != "ada" {
		t.Errorf("the app is not told: %+v, %v", n, err)
	}
	// The last page says how far that is.
	page := b.get(w.pages.Done, got.to)
	if page.status != http.StatusOK || !strings.Contains(page.body, "<li>App told</li>") {
		t.Errorf("who has not answered yet: got %d, %v", page.status, page.err)
	}
	if page := other.get(w.pages.Done, got.to); page.status != http.StatusOK || strings.Contains(page.body, "App told") {
		t.Errorf("in another browser: got %d, %v", page.status, page.err)
	}
	err := w.pages.Logouts.Ledger.Update(t.Context(), s.SID, func(line *logouts.SignOut) error { line.Recipients[0].State = logouts.Delivered; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if page := b.get(w.pages.Done, got.to); strings.Contains(page.body, "<li>App told</li>") || !strings.Contains(page.body, "Signed out of 1 app.") {
		t.Errorf("when it has heard, the page does not say so")
	}
	err = w.pages.Logouts.Ledger.Update(t.Context(), s.SID, func(line *logouts.SignOut) error {
		line.Recipients = append(line.Recipients, logouts.Recipient{ClientID: "gone", Name: "App gone", State: logouts.Retrying})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if page := b.get(w.pages.Done, got.to); !strings.Contains(page.body, "<li>App gone</li>") {
		t.Error("an app that was removed meanwhile is not named as it was")
	}
	if err := w.pages.Logouts.Ledger.Delete(t.Context(), s.SID); err != nil {
		t.Fatal(err)
	}
	if page := b.get(w.pages.Done, got.to); page.err != nil || page.status != http.StatusOK || strings.Contains(page.body, `id="told"`) {
		t.Errorf("when nobody knows any more: got %d, %v", page.status, page.err)
	}
	if page := b.get(w.pages.Done, "/signed-out"); page.err != nil || page.status != http.StatusOK || strings.Contains(page.body, `id="told"`) {
		t.Errorf("the page as it is: got %d, %v", page.status, page.err)
	}
}

// OIDC Front-Channel Logout §3: the page loads the apps' frames, and then the
// browser continues by itself, even if a frame never loads.
func TestAppsAreToldInTheBrowserFirst(t *testing.T) {
	w := newWorld(t)
	w.app("one", hears("", "https://framed.example/one"))
	w.app("two", hears("", "https://framed.example/two"))
	for what, row := range map[string]struct{ request, next string }{
		"sent by an app": {asks("client_id", "payroll", "post_logout_redirect_uri", bye), bye},
		"by our page":    {"/oauth2/logout", ""},
	} {
		b, s := w.signedIn()
		w.took(s, "one", "two")
		stop := b.asked(what, b.get(w.pages.EndSession, row.request), http.StatusOK)
		got := b.post(w.pages.SignOut, "/signout", url.Values{"stop": {stop}})
		if !strings.HasPrefix(got.to, "/signed-out?then=") || b.isSignedIn() {
			t.Fatalf("%s: got %d to %q, %v", what, got.status, got.to, got.err)
		}
		next := row.next
		if next == "" {
			next = "/signed-out?" + url.Values{"then": {strings.TrimPrefix(got.to, "/signed-out?then=")}, "told": {"1"}}.Encode()
		}
		page := b.get(w.pages.Done, got.to)
		if page.status != http.StatusOK || page.header.Get("Refresh") != "" ||
			!strings.Contains(page.body, `<noscript><meta http-equiv="refresh" content="8; url=`+html.EscapeString(next)+`"></noscript>`) || !strings.Contains(page.body, `data-patience="8"`) ||
			!strings.Contains(page.body, `src="https://framed.example/one"`) || !strings.Contains(page.body, `src="https://framed.example/two"`) {
			t.Errorf("%s: got %d, Refresh %q, want it to go to %s once, by script or else by the page:\n%s", what, page.status, page.header.Get("Refresh"), next, page.body)
		}
		if csp := page.header.Get("Content-Security-Policy"); !strings.HasSuffix(csp, "; frame-src https://framed.example") {
			t.Errorf("%s: frames are allowed by %q", what, csp)
		}
		if page := b.get(w.pages.Done, got.to+"&told=1"); page.status != http.StatusOK || strings.Contains(page.body, "refresh") || strings.Contains(page.body, "framed.example") {
			t.Errorf("%s, afterwards: got %d, Refresh %q", what, page.status, page.header.Get("Refresh"))
		}
	}
}

// A company is an upstream with a page that ends its session.
type company struct {
	federation.Connector
	page  string
	err   error
	state string // that it was sent
	hint  string
}

func (u *company) SignOut(_ context.Context, tokens federation.Tokens, back, state string) (string, error) {
	u.state, u.hint = state, tokens.ID
	if back != issuer+"/signed-out" {
		return "", errors.New("it would send people to " + back)
	}
	return u.page, u.err
}

func by(key string) func(*sessions.Start) {
	return func(s *sessions.Start) { s.LoginKey, s.UpstreamSub, s.Upstream = key, "1", "the id token" }
}

func TestSigningOutEndsTheSessionWhereThePersonCameFrom(t *testing.T) {
	u := &company{page: "https://company.example/end?of=session"}
	w := newWorld(t, u)
	b, s := w.signedIn(by("company"))
	b.want("by the company", b.get(w.pages.EndSession, asks("id_token_hint", w.hint(s.SID), "post_logout_redirect_uri", bye)), u.page, false)
	if u.hint != "the id token" {
		t.Errorf("it was sent the id token %q", u.hint)
	}
	b.want("and back, to the app", b.get(w.pages.Done, "/signed-out?state="+u.state), bye, false)
	if got := w.browser().get(w.pages.Done, "/signed-out?state="+u.state); got.status != http.StatusOK || got.to != "" || got.err != nil {
		t.Errorf("with the state in another browser: got %d to %q, %v", got.status, got.to, got.err)
	}
	if got := b.get(w.pages.Done, "/signed-out?state=made+up"); got.status != http.StatusOK || got.to != "" || got.err != nil {
		t.Errorf("with a state of nobody's: got %d to %q, %v", got.status, got.to, got.err)
	}
	b, _ = w.signedIn(by("company"))
	b.want("by our page", b.post(w.pages.SignOut, "/signout", nil), u.page, false)
	if got := b.get(w.pages.Done, "/signed-out?state="+u.state); got.status != http.StatusOK || got.to != "" || got.err != nil {
		t.Errorf("and back, to our own last page: got %d to %q, %v", got.status, got.to, got.err)
	}
}

func TestSigningOutIsOverHereWhateverTheUpstreamDoes(t *testing.T) {
	silent := federation.NewFault(federation.Unreachable, "Company", errors.New("no answer"))
	for what, row := range map[string]struct {
		upstream *company
		start    func(*sessions.Start)
		asked    bool
	}{
		"by a password":        {&company{page: "https://company.example/end"}, func(*sessions.Start) {}, false},
		"its key leaves it":    {&company{page: "https://company.example/end"}, by("quiet"), false},
		"its key is gone":      {&company{page: "https://company.example/end"}, by("removed"), false},
		"no id token was kept": {&company{page: "https://company.example/end"}, func(s *sessions.Start) { by("company")(s); s.Upstream = "" }, false},
		"it has no such page":  {&company{}, by("company"), true},
		"it is silent":         {&company{page: "https://company.example/end", err: silent}, by("company"), true},
	} {
		w := newWorld(t, row.upstream)
		b, s := w.signedIn(row.start)
		b.want(what, b.get(w.pages.EndSession, asks("id_token_hint", w.hint(s.SID), "post_logout_redirect_uri", bye)), bye, false)
		if (row.upstream.state != "") != row.asked {
			t.Errorf("%s: the upstream was asked: %v", what, !row.asked)
		}
		if noted := slices.Contains(w.events, "upstream.error ada"); noted != (row.upstream.err != nil) {
			t.Errorf("%s: recorded is %q", what, w.events)
		}
	}
}

// A site with a sign-out page that does not redirect back.
type site struct{ federation.Connector }

func (site) LeavePage() string { return "https://site.example/logout" }

func TestAPageThatSendsNobodyBackIsALinkOnOurs(t *testing.T) {
	w := newWorld(t, site{})
	b, _ := w.signedIn(by("company"))
	ties := w.pages.UpstreamTokens.Ties
	if err := ties.Insert(t.Context(), upstreamtokens.Token{ID: "ada company", UserID: "ada", LoginKey: "company", Subject: "1", Expires: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	got := b.post(w.pages.SignOut, "/signout", nil)
	if !strings.HasPrefix(got.to, "/signed-out?then=") || b.isSignedIn() {
		t.Fatalf("got %d to %q, %v", got.status, got.to, got.err)
	}
	if _, err := ties.Get(t.Context(), "ada company"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what the site gave to look at her is still kept: %v", err)
	}
	page := b.get(w.pages.Done, got.to)
	if !strings.Contains(page.body, `href="https://site.example/logout"`) || !strings.Contains(page.body, "Sign out of Company too") {
		t.Errorf("the link is not on the page: %d, %v", page.status, page.err)
	}
	if page := w.browser().get(w.pages.Done, got.to); strings.Contains(page.body, "site.example") {
		t.Error("it is on the page in another browser")
	}
}

// If the database fails, the user gets an error, no sign-out is half done, and a
// second try completes it.
func TestASignOutThatFailsIsToldAndDoneTheNextTime(t *testing.T) {
	for n := 1; ; n++ {
		w := newWorld(t)
		w.app("told", hears("https://told.example/logout", ""))
		b, s := w.signedIn()
		w.took(s, "told")
		request := asks("id_token_hint", w.hint(s.SID), "post_logout_redirect_uri", bye, "logout_hint", "ada@example.org")
		w.db.Arm(faultstore.Plan{Nth: n, Counts: func(c faultstore.Call) bool { return c.Set != "audit" }})
		got := b.get(w.pages.EndSession, request)
		report := w.db.Disarm()
		if !report.Failed {
			break
		}
		if got.err == nil && got.to != bye || got.err != nil && !errors.Is(got.err, faultstore.Err) {
			t.Errorf("without %s: got %d to %q, %v", report.Last(), got.status, got.to, got.err)
		}
		b.want("again, after "+report.Last(), b.get(w.pages.EndSession, request), bye, false)
		if _, err := w.pages.Logouts.Notices.Get(t.Context(), s.SID+" told"); err != nil {
			t.Errorf("after %s the app is never told: %v", report.Last(), err)
		}
	}
}

// Session Management §3.3: any site shows the frame, so it must be allowed to.
func TestTheSessionFrameMayBeShownAnywhere(t *testing.T) {
	w := newWorld(t)
	b, _ := w.signedIn()
	got := b.get(w.pages.CheckSession, "/oauth2/session")
	if got.err != nil || got.status != http.StatusOK || got.header.Get("Cache-Control") != "no-store" ||
		!strings.Contains(got.header.Get("Content-Security-Policy"), "frame-ancestors *") || !strings.Contains(got.body, w.pages.Sessions.StateCookie()) {
		t.Errorf("got %d, %v, %v", got.status, got.err, got.header)
	}
}
