package sessions_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/sessions"
)

// OIDC Back-Channel Logout §2.4, 2.5: a logout token names the upstream's
// session, its subject, or both; then it means both.
func TestALogoutTokenMeansTheSessionsThatItNames(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada")
	from := func(key, sid, sub string) string {
		s, _ := w.browser().signIn(sessions.Start{User: ada, LoginKey: key, UpstreamSID: sid, UpstreamSub: sub})
		return s.SID
	}
	one, two := from("company", "s1", "ada"), from("company", "s2", "ada")
	bare := from("company", "", "ada")
	other := from("company", "s3", "bob")
	elsewhere := from("branch", "s1", "ada")
	w.browser().signIn(sessions.Start{User: ada}) // by a password
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
		got, err := w.FromUpstream(t.Context(), tt.key, tt.sid, tt.sub)
		if err != nil {
			t.Fatal(err)
		}
		var ended []sessions.Session
		for _, sid := range tt.ended {
			ended = append(ended, sessions.Session{SID: sid})
		}
		want(t, tt.name, sids(got), sids(ended))
	}
	s, err := w.One(t.Context(), "ada", nameless)
	want(t, "error", err, nil)
	want(t, "the name of somebody without one", s.UpstreamSID+s.UpstreamSub, "")
}

func TestASessionCameByItsKeyAndSubject(t *testing.T) {
	w := newWorld(t)
	s, _ := w.browser().signIn(sessions.Start{User: w.person("ada"), LoginKey: "company", UpstreamSub: "1"})
	want(t, "its own", s.SignedInWith("company", "1"), true)
	want(t, "another subject", s.SignedInWith("company", "2"), false)
	want(t, "another key", s.SignedInWith("branch", "1"), false)
	local, _ := w.browser().signIn(sessions.Start{User: w.person("bob")})
	want(t, "by a password", local.SignedInWith("company", "1"), false)
}

// A session that goes on after a change of password is still ended by the
// upstream that it came by, and nobody else's is.
func TestASessionThatGoesOnKeepsItsUpstream(t *testing.T) {
	w := newWorld(t)
	ada, bob := w.person("ada"), w.person("bob")
	before, _ := w.browser().signIn(sessions.Start{User: ada, LoginKey: "company", UpstreamSID: "s1", UpstreamSub: "1", Upstream: "an id token"})
	after, _ := w.browser().signIn(sessions.Start{User: ada, After: before})
	want(t, "came by the upstream", after.SignedInWith("company", "1"), true)
	want(t, "its session there", after.UpstreamSID, before.UpstreamSID)
	want(t, "its id token", w.UpstreamToken(after), "an id token")
	other, _ := w.browser().signIn(sessions.Start{User: bob, After: before})
	want(t, "somebody else", other.SignedInWith("company", "1"), false)
	want(t, "their id token", w.UpstreamToken(other), "")
}

func TestTheUpstreamsTokenIsSealedForItsSession(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada")
	start := sessions.Start{User: ada, LoginKey: "company", UpstreamSub: "1", Upstream: "an id token"}
	s, _ := w.browser().signIn(start)
	if strings.Contains(s.Upstream, "id token") || s.Upstream == "" {
		t.Errorf("it is kept as %q", s.Upstream)
	}
	want(t, "opened", w.UpstreamToken(s), "an id token")
	moved := s
	moved.UserID = "bob"
	want(t, "in somebody else's session", w.UpstreamToken(moved), "")
	moved = s
	moved.LoginKey = "branch"
	want(t, "in a session by another key", w.UpstreamToken(moved), "")

	start.Upstream = strings.Repeat("x", 6144)
	s, _ = w.browser().signIn(start)
	want(t, "one that fits into an address", len(w.UpstreamToken(s)), 6144)
	start.Upstream += "x"
	s, _ = w.browser().signIn(start)
	want(t, "one that is too long", w.UpstreamToken(s), "")
	start.LoginKey = ""
	start.Upstream = "an id token"
	s, _ = w.browser().signIn(start)
	want(t, "one of no upstream", w.UpstreamToken(s), "")
}
