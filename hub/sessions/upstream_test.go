package sessions_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/testkit/sessiontest"
)

// OIDC Back-Channel Logout §2.4, 2.5: a logout token names the upstream's
// session, its subject, or both; then it means both.
func TestALogoutTokenMeansTheSessionsThatItNames(t *testing.T) {
	w := sessiontest.NewWorld(t)
	ada := w.Person("ada")
	from := func(key, sid, sub string) string {
		s, _ := w.NewBrowser().SignIn(sessions.Start{User: ada, LoginKey: key, UpstreamSID: sid, UpstreamSub: sub})
		return s.SID
	}
	one, two := from("company", "s1", "ada"), from("company", "s2", "ada")
	bare := from("company", "", "ada")
	other := from("company", "s3", "bob")
	elsewhere := from("branch", "s1", "ada")
	w.NewBrowser().SignIn(sessions.Start{User: ada}) // by a password
	nameless := from("company", "", "")

	for _, tt := range []struct {
		name, key, sid, sub string
		ended               []string
	}{
		{"its session", "company", "s1", "", []string{one}},
		{"its subject", "company", "", "ada", []string{one, two, bare}},
		{"both", "company", "s2", "ada", []string{two}},
		{"a session of another subject", "company", "s3", "ada", nil},
		{"that subject", "company", "s3", "bob", []string{other}},
		{"another key's session of that name", "branch", "s1", "", []string{elsewhere}},
		{"another key", "branch", "s2", "", nil},
		{"an unknown one", "company", "s9", "", nil},
		{"nothing", "company", "", "", nil},
	} {
		got, err := store.Collect(w.FromUpstream(t.Context(), tt.key, tt.sid, tt.sub), 0)
		if err != nil {
			t.Fatal(err)
		}
		var ended []sessions.Session
		for _, sid := range tt.ended {
			ended = append(ended, sessions.Session{SID: sid})
		}
		sessiontest.Want(t, tt.name, sessiontest.Sids(got), sessiontest.Sids(ended))
	}
	s, err := w.One(t.Context(), "ada", nameless)
	sessiontest.Want(t, "error", err, nil)
	sessiontest.Want(t, "the name of somebody without one", s.UpstreamSID+s.UpstreamSub, "")
}

func TestASessionCameByItsKeyAndSubject(t *testing.T) {
	w := sessiontest.NewWorld(t)
	s, _ := w.NewBrowser().SignIn(sessions.Start{User: w.Person("ada"), LoginKey: "company", UpstreamSub: "1"})
	sessiontest.Want(t, "its own", s.SignedInWith("company", "1"), true)
	sessiontest.Want(t, "another subject", s.SignedInWith("company", "2"), false)
	sessiontest.Want(t, "another key", s.SignedInWith("branch", "1"), false)
	local, _ := w.NewBrowser().SignIn(sessions.Start{User: w.Person("bob")})
	sessiontest.Want(t, "by a password", local.SignedInWith("company", "1"), false)
}

// A session that continues after a change of password is still ended by its
// provider's logout, and other sessions are not.
func TestASessionThatGoesOnKeepsItsUpstream(t *testing.T) {
	w := sessiontest.NewWorld(t)
	ada, bob := w.Person("ada"), w.Person("bob")
	before, _ := w.NewBrowser().SignIn(sessions.Start{User: ada, LoginKey: "company", UpstreamSID: "s1", UpstreamSub: "1", Upstream: "an id token"})
	after, _ := w.NewBrowser().SignIn(sessions.Start{User: ada, After: before})
	sessiontest.Want(t, "came by the upstream", after.SignedInWith("company", "1"), true)
	sessiontest.Want(t, "its session there", after.UpstreamSID, before.UpstreamSID)
	sessiontest.Want(t, "its id token", w.UpstreamToken(after), "an id token")
	other, _ := w.NewBrowser().SignIn(sessions.Start{User: bob, After: before})
	sessiontest.Want(t, "somebody else", other.SignedInWith("company", "1"), false)
	sessiontest.Want(t, "their id token", w.UpstreamToken(other), "")
}

func TestTheUpstreamsTokenIsSealedForItsSession(t *testing.T) {
	w := sessiontest.NewWorld(t)
	ada := w.Person("ada")
	start := sessions.Start{User: ada, LoginKey: "company", UpstreamSub: "1", Upstream: "an id token"}
	s, _ := w.NewBrowser().SignIn(start)
	if strings.Contains(s.Upstream, "id token") || s.Upstream == "" {
		t.Errorf("it is kept as %q", s.Upstream)
	}
	sessiontest.Want(t, "opened", w.UpstreamToken(s), "an id token")
	moved := s
	moved.UserID = "bob"
	sessiontest.Want(t, "in somebody else's session", w.UpstreamToken(moved), "")
	moved = s
	moved.LoginKey = "branch"
	sessiontest.Want(t, "in a session by another key", w.UpstreamToken(moved), "")

	start.Upstream = strings.Repeat("x", 6144)
	s, _ = w.NewBrowser().SignIn(start)
	sessiontest.Want(t, "one that fits into an address", len(w.UpstreamToken(s)), 6144)
	start.Upstream += "x"
	s, _ = w.NewBrowser().SignIn(start)
	sessiontest.Want(t, "one that is too long", w.UpstreamToken(s), "")
	start.LoginKey = ""
	start.Upstream = "an id token"
	s, _ = w.NewBrowser().SignIn(start)
	sessiontest.Want(t, "one of no upstream", w.UpstreamToken(s), "")
}

// A session that starts while its provider is being disabled ends: by the
// disabling, or by its own check.
func TestASessionThatEndedMeanwhileIsNotConfirmed(t *testing.T) {
	w := sessiontest.NewWorld(t)
	ada := w.Person("ada")
	came, _ := w.NewBrowser().SignIn(sessions.Start{User: ada, LoginKey: "company", UpstreamSub: "1"})
	local, _ := w.NewBrowser().SignIn(sessions.Start{User: ada})
	sessiontest.Want(t, "while it lasts", w.Confirm(t.Context(), came), nil)
	n, err := w.CountProvider(t.Context(), "company", 10)
	sessiontest.Want(t, "counted", n, 1)
	sessiontest.Want(t, "error", err, nil)
	all, err := store.Collect(w.OfProvider(t.Context(), "company"), 0)
	sessiontest.Want(t, "found", sessiontest.Sids(all), sessiontest.Sids([]sessions.Session{came}))
	sessiontest.Want(t, "error", err, nil)
	for _, s := range all {
		sessiontest.Want(t, "end it", w.Delete(t.Context(), s), nil)
	}
	sessiontest.Want(t, "after its end", w.Confirm(t.Context(), came), sessions.ErrNobody)
	sessiontest.Want(t, "one by a password", w.Confirm(t.Context(), local), nil)
}
