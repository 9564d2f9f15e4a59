package upstreamtokens_test

import (
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users/linking"
)

func TestWhatIsReplacedGoesBackToWhoGaveIt(t *testing.T) {
	w := newWorld(t)
	w.came("t1")
	w.wantList("the first", w.company.back)
	w.came("t1")
	w.wantList("the same again", w.company.back)
	w.came("t2")
	w.wantList("another", w.company.back, "t1")
	w.wantLook("a look", w.looks(5*time.Minute), nil)
	w.wantList("after the look", w.company.back, "t1", "t2")
	w.company.says = func(old federation.Tokens) (federation.Identity, error) { return adaWith(old.Refresh), nil }
	w.wantLook("a look that brings nothing new", w.looks(5*time.Minute), nil)
	w.wantList("after that look", w.company.back, "t1", "t2")
	w.came("")
	w.wantList("a sign-in that brings nothing", w.company.back, "t1", "t2", "t2+")
	if k := w.kept(); k.ID != "" {
		t.Errorf("kept is %+v, want nothing", k)
	}
	w.wantLook("nobody to look at", w.looks(48*time.Hour), nil)
}

// The session at the provider is ended only if no session here depends on it.
func TestSigningOutGivesBackUnlessSomethingGoesOn(t *testing.T) {
	for name, row := range map[string]struct {
		goesOn func(*world)
		back   bool
	}{
		"nothing goes on":                  {func(*world) {}, true},
		"a browser of somebody else there": {func(w *world) { w.browser("cookie", "2") }, true},
		"another browser":                  {func(w *world) { w.browser("cookie", "1") }, false},
		"an app":                           {func(w *world) { w.app("company") }, false},
		"an app that came by another key":  {func(w *world) { w.app("branch") }, true},
	} {
		w := newWorld(t)
		w.came("t1")
		row.goesOn(w)
		if err := w.Untie(t.Context(), "ada", "company"); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := len(w.company.back) == 1; got != row.back || (w.kept().ID == "") != row.back {
			t.Errorf("%s: went back %q, kept %q; want it back: %v", name, w.company.back, w.kept().ID, row.back)
		}
	}
	w := newWorld(t)
	if err := w.Untie(t.Context(), "ada", "company"); err != nil || len(w.company.back) != 0 {
		t.Errorf("nothing was kept: got %v, %q", err, w.company.back)
	}
}

// app is one that refreshes ada's tokens, signed in by a login key.
func (w *world) app(key string) {
	w.t.Helper()
	ctx := w.t.Context()
	g, err := w.Grants.Allow(ctx, grants.Allowance{UserID: "ada", ClientID: "payroll", Generation: 1, Scopes: []string{"openid", "offline_access"}})
	if err != nil {
		w.t.Fatal(err)
	}
	a := g.Authorization(g.Scopes, grants.SignIn{})
	a.AuthTime, a.LoginKey = w.clock.Now(), key
	code, _, err := w.Grants.NewCode(ctx, a, false)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, _, err := w.Grants.Redeem(ctx, code, grants.CodeRedemption{ClientID: "payroll", Refresh: true, Access: time.Minute}); err != nil {
		w.t.Fatal(err)
	}
}

func TestADisconnectedIdentityTakesItsTokensAlongAndNoOthers(t *testing.T) {
	w := newWorld(t)
	w.came("t1")
	disconnect := func(subject string) {
		t.Helper()
		if err := w.Disconnect(t.Context(), linking.Identity{UserID: "ada", LoginKey: "company", Subject: subject}); err != nil {
			t.Fatal(err)
		}
	}
	disconnect("2")
	if w.kept().ID == "" || len(w.company.back) != 0 {
		t.Errorf("another identity of hers: kept %q, went back %q", w.kept().ID, w.company.back)
	}
	disconnect("1")
	if w.kept().ID != "" {
		t.Error("what came with the identity is still kept")
	}
	w.wantList("went back", w.company.back, "t1")
	disconnect("1")
	w.wantList("the second time", w.company.back, "t1")
}

func TestWhatCannotGoBackStopsNobody(t *testing.T) {
	w := newWorld(t)
	w.GiveBack(t.Context(), "company", federation.Tokens{ID: "an id token"})
	w.GiveBack(t.Context(), "nobody", federation.Tokens{Refresh: "t1"})
	w.wantList("nothing to give, and nobody to take it", w.company.back)
	w.changeKey(func(k *federation.LoginKey) { k.Enabled = false })
	w.GiveBack(t.Context(), "company", federation.Tokens{Refresh: "t2"})
	w.wantList("a key that is off", w.company.back, "t2")
	w.changeKey(func(k *federation.LoginKey) { k.Kind = "mute" })
	w.GiveBack(t.Context(), "company", federation.Tokens{Refresh: "t3"})
	w.wantList("one that takes nothing", w.company.back, "t2")
	w.wantList("noted", w.events)
	w.changeKey(func(k *federation.LoginKey) { k.Kind = "openid" })
	w.company.deaf = silence
	w.GiveBack(t.Context(), "company", federation.Tokens{Refresh: "t4"})
	w.wantList("one that is silent", w.company.back, "t2", "t4")
	w.wantList("noted then", w.events, "upstream.error company ")
}

// An ended sign-in has no token left to revoke.
func TestWhatEndedGivesNothingBack(t *testing.T) {
	w := newWorld(t)
	w.came("t1")
	w.fails(saysNo)
	w.wantLook("no", w.looks(5*time.Minute), upstreamtokens.ErrEnded)
	w.came("t2")
	w.wantList("went back", w.company.back)
}
