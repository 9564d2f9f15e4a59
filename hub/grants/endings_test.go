package grants_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
)

func TestConsentThatIsGivenAgainRevivesNothing(t *testing.T) {
	w := newWorld(t)
	f, token := w.signIn(w.allow())
	if _, err := w.Live(t.Context(), f.ID); err != nil {
		t.Fatalf("while the consent stands: %v", err)
	}
	w.good("remove", w.Remove(t.Context(), "ada", "payroll"))
	_, err := w.Live(t.Context(), f.ID)
	w.gone("without consent", err)

	w.allow()
	_, err = w.Live(t.Context(), f.ID)
	w.gone("an access token from before, after new consent", err)
	w.gone("a refresh from before, after new consent", w.IsActive(t.Context(), f))
	goOn, err := w.Resume(t.Context(), "ada", "")
	if err != nil || goOn {
		t.Errorf("some client can go on: got %v, %v, want false", goOn, err)
	}

	fresh, newer := w.signIn(w.allow())
	_, err = w.Live(t.Context(), fresh.ID)
	w.good("a sign-in after the new consent", err)
	if newer == token {
		t.Error("the refresh token is the one from before")
	}
}

func TestGrantsOfARemovedClientGoWithIt(t *testing.T) {
	w := newWorld(t)
	f, _ := w.signIn(w.allow())
	other := allowance("openid")
	other.UserID = "bob"
	_, err := w.Allow(t.Context(), other)
	w.good("bob allows it too", err)
	mail := allowance("openid")
	mail.ClientID = "mail"
	_, err = w.Allow(t.Context(), mail)
	w.good("ada allows another", err)

	w.good("remove the client", w.RemoveClient(t.Context(), "payroll"))
	_, err = w.Covers(t.Context(), allowance("openid"))
	w.gone("ada's consent", err)
	_, err = w.Covers(t.Context(), other)
	w.gone("bob's consent", err)
	_, err = w.Live(t.Context(), f.ID)
	w.gone("what was issued", err)
	_, err = w.Covers(t.Context(), mail)
	w.good("consent to another client", err)
}

func TestGrantsOfARemovedPersonGoWithThem(t *testing.T) {
	w := newWorld(t)
	f, _ := w.signIn(w.allow())
	other := allowance("openid")
	other.UserID = "bob"
	_, err := w.Allow(t.Context(), other)
	w.good("bob allows it too", err)
	w.good("remove the person", w.RemoveUser(t.Context(), "ada"))
	_, err = w.Live(t.Context(), f.ID)
	w.gone("what was issued", err)
	_, err = w.Covers(t.Context(), other)
	w.good("somebody else's consent", err)
}

func TestWhatEndsForSomebodyEndsHoweverMuchThereIs(t *testing.T) {
	w := newWorld(t)
	const many = grants.MostListed + 50 // more than a page of any reading
	ended := make([]grants.TokenFamily, many)
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			a := allowance("openid")
			a.ClientID = fmt.Sprint("app ", i)
			g, err := w.Allow(t.Context(), a)
			if err == nil {
				from := g.Authorization(g.Scopes, grants.SignIn{})
				from.SID = "the session"
				ended[i], _, err = w.Begin(t.Context(), fmt.Sprint("secret ", i), from, proof())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()

	w.good("end the session", w.RevokeSession(t.Context(), "the session"))
	for _, f := range ended {
		_, err := w.Live(t.Context(), f.ID)
		w.gone("what came from the session", err)
	}
	listed, err := w.ByUser(t.Context(), "ada")
	w.good("list the grants", err)
	if len(listed) != grants.MostListed {
		t.Errorf("%d grants are listed, want %d", len(listed), grants.MostListed)
	}
	w.good("remove the person", w.RemoveUser(t.Context(), "ada"))
	listed, err = w.ByUser(t.Context(), "ada")
	w.good("list the grants", err)
	if len(listed) > 0 {
		t.Errorf("%d grants are left", len(listed))
	}
}

func TestASessionTakesAlongWhatWasNotGrantedToOutliveIt(t *testing.T) { // OIDC Core §11
	w := newWorld(t)
	g := w.allow()
	bound, _ := w.signIn(g, func(a *grants.Authorization) { a.Scopes = []string{"openid"} })
	offline, _ := w.signIn(g)
	elsewhere, _ := w.signIn(g, func(a *grants.Authorization) { a.Scopes, a.SID = []string{"openid"}, "another session" })
	w.good("end the session", w.RevokeSession(t.Context(), "the session"))
	_, err := w.Live(t.Context(), bound.ID)
	w.gone("what hung on the session", err)
	_, err = w.Live(t.Context(), offline.ID)
	w.good("what was granted offline access", err)
	_, err = w.Live(t.Context(), elsewhere.ID)
	w.good("what came from another session", err)
}

func TestWhatIsCollectedIsCollectedOnce(t *testing.T) {
	w := newWorld(t)
	a := w.allow().Authorization([]string{"openid"}, grants.SignIn{})
	var won atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			f, token, err := w.Begin(t.Context(), "fhd_the secret of a device", a, proof())
			switch {
			case err == nil:
				won.Add(1)
			case oauth.Code(err) != "invalid_grant" || f.ID != "" || token != "":
				t.Errorf("the second time: got %q, %q, %v, want invalid_grant and nothing else", f.ID, token, err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d families began, want 1", won.Load())
	}
}

// forged is a token that names the family of a real one and proves nothing.
func forged(token string) string {
	const family = len("fhr_") + 22
	return token[:family] + strings.Repeat("x", len(token)-family)
}

func TestWhoMerelyKnowsAFamilyCannotEndIt(t *testing.T) {
	w := newWorld(t)
	f, token := w.signIn(w.allow())
	_, err := w.OfRefresh(t.Context(), forged(token))
	w.gone("a token made of the family's id", err)
	_, err = w.ByRefresh(t.Context(), forged(token))
	w.gone("the same, to look at", err)
	w.refusedRefresh("the same, to refresh with", forged(token))
	w.refusedRefresh("what is not called a refresh token", strings.TrimPrefix(token, "fhr_"))
	_, _, err = w.Refresh(t.Context(), token, grants.RefreshRequest{ClientID: "another"})
	if oauth.Code(err) != "invalid_grant" {
		t.Errorf("another client: got %v, want invalid_grant", err)
	}
	_, err = w.Live(t.Context(), f.ID)
	w.good("the sign-in", err)
	w.refresh(token)
}

func TestATokenOfAnyLengthIsAnsweredInWords(t *testing.T) {
	w := newWorld(t)
	_, token := w.signIn(w.allow())
	const known = len("fhr_") + 44 // from here on it proves that it was issued
	for length := range known + 1 {
		w.refusedRefresh("cut off", token[:length])
		_, err := w.OfRefresh(t.Context(), token[:length])
		w.gone("cut off", err)
	}
	for _, code := range []string{"", "fhc_", "fhc_x", token} {
		if _, _, err := w.Redeem(t.Context(), code, proof()); oauth.Code(err) != "invalid_grant" {
			t.Errorf("the code %.10q: got %v, want invalid_grant", code, err)
		}
	}
	w.refresh(token)
}

func TestARefreshTokenThatComesTwiceEndsTheSignIn(t *testing.T) { // RFC 9700 §4.14.2
	w := newWorld(t)
	f, first := w.signIn(w.allow())
	second := w.refresh(first)
	if _, err := w.ByRefresh(t.Context(), first); err == nil {
		t.Error("a token that was exchanged is shown as good")
	}
	_, err := w.OfRefresh(t.Context(), first)
	w.good("it still says whose sign-in it was", err)
	_, _, err = w.Refresh(t.Context(), first, grants.RefreshRequest{ClientID: "payroll"})
	w.misuse("the old one again", err, "refresh.reused")
	w.refusedRefresh("the new one then", second)
	_, err = w.Live(t.Context(), f.ID)
	w.gone("the sign-in", err)
	_, err = w.OfRefresh(t.Context(), second)
	w.gone("whose it was", err)
}

func TestWithoutItsKeyARefreshTokenDoesNothing(t *testing.T) { // RFC 9449 §5
	w := newWorld(t)
	mine, theirs := oauth.Confirmation{JKT: "mine"}, oauth.Confirmation{JKT: "theirs"}
	p := proof()
	p.Bound = mine
	_, token, err := w.Redeem(t.Context(), w.code(w.allow()), p)
	w.good("redeem", err)
	for what, key := range map[string]oauth.Confirmation{"no key": {}, "another key": theirs, "a certificate": {X5T: "mine"}} {
		_, _, err = w.Refresh(t.Context(), token, grants.RefreshRequest{ClientID: "payroll", Proven: key})
		w.misuse(what, err, "refresh.misused")
	}
	_, next, err := w.Refresh(t.Context(), token, grants.RefreshRequest{ClientID: "payroll", Proven: mine})
	w.good("the owner, who must not suffer for it", err)
	if next == token || next == "" {
		t.Error("the token was not exchanged")
	}
}

func TestWhatCameWithoutACodeIsBoundToItsKeyToo(t *testing.T) { // RFC 8628, RFC 9449 §5
	w := newWorld(t)
	p := proof()
	p.Bound = oauth.Confirmation{JKT: "mine"}
	a := w.allow().Authorization([]string{"openid"}, grants.SignIn{})
	_, token, err := w.Begin(t.Context(), "fhd_the secret of a device", a, p)
	w.good("begin", err)
	_, _, err = w.Refresh(t.Context(), token, grants.RefreshRequest{ClientID: "payroll"})
	w.misuse("without the key", err, "refresh.misused")
	_, _, err = w.Refresh(t.Context(), token, grants.RefreshRequest{ClientID: "payroll", Proven: p.Bound})
	w.good("with it", err)
	_, err = w.Origin(t.Context(), "fhd_the secret of a device")
	w.gone("a code of that name", err)
}

func TestWhoMayNotRefreshGetsNothingToRefreshWith(t *testing.T) {
	w := newWorld(t)
	p := proof()
	p.Refresh = false
	f, token, err := w.Redeem(t.Context(), w.code(w.allow()), p)
	w.good("redeem", err)
	_, other, err := w.Begin(t.Context(), "fhd_the secret of a device", w.allow().Authorization(nil, grants.SignIn{}), p)
	w.good("begin", err)
	if token != "" || other != "" {
		t.Errorf("got %q and %q, want none", token, other)
	}
	w.pass(15*time.Minute + time.Hour)
	_, err = w.Live(t.Context(), f.ID)
	w.gone("an hour after its access token ended", err)
}

func TestARefreshNarrowsAndNeverWidens(t *testing.T) { // RFC 6749 §6
	w := newWorld(t)
	_, token := w.signIn(w.allow())
	_, _, err := w.Refresh(t.Context(), token, grants.RefreshRequest{ClientID: "payroll", Narrow: []string{"openid", "files"}})
	if oauth.Code(err) != "invalid_scope" {
		t.Errorf("a scope that was not granted: got %v, want invalid_scope", err)
	}
	f, next, err := w.Refresh(t.Context(), token, grants.RefreshRequest{ClientID: "payroll", Narrow: []string{"openid"}})
	w.good("fewer", err)
	if len(f.Scopes) != 2 || next == token {
		t.Errorf("got the scopes %v, and the token changed: %v", f.Scopes, next != token)
	}
}

// Disabling a provider ends everything issued by its sign-ins, and nothing else.
func TestAProviderTakesAlongWhateverCameOfIt(t *testing.T) {
	w := newWorld(t)
	const many = grants.MostListed + 50 // more than a page of any reading
	by := func(key string) grants.Authorization {
		g := w.allow()
		return g.Authorization(g.Scopes, grants.SignIn{LoginKey: key})
	}
	var ended []grants.TokenFamily
	for i := range many {
		f, _, err := w.Begin(t.Context(), fmt.Sprint("secret ", i), by("staff"), proof())
		w.good("begin", err)
		ended = append(ended, f)
	}
	other, _, err := w.Begin(t.Context(), "another", by("guests"), proof())
	w.good("begin", err)
	local, _, err := w.Begin(t.Context(), "a password", by(""), proof())
	w.good("begin", err)

	n, err := w.CountProvider(t.Context(), "staff", 1000)
	if err != nil || n != many {
		t.Errorf("counted %d, %v, want %d", n, err, many)
	}
	w.good("one of them before", w.Revoke(t.Context(), ended[0].ID, "a test"))
	if n, err = w.CountProvider(t.Context(), "staff", 1000); err != nil || n != many-1 {
		t.Errorf("counted %d, %v, want %d: what has ended goes on no more", n, err, many-1)
	}
	if n, err = w.RevokeProvider(t.Context(), "staff"); err != nil || n != many-1 {
		t.Errorf("ended %d, %v, want %d", n, err, many-1)
	}
	for _, f := range ended {
		_, err := w.Live(t.Context(), f.ID)
		w.gone("what came by the provider", err)
	}
	_, err = w.Live(t.Context(), other.ID)
	w.good("what came by another", err)
	_, err = w.Live(t.Context(), local.ID)
	w.good("what came by a password", err)
	if n, err = w.RevokeProvider(t.Context(), ""); err != nil || n != 0 {
		t.Errorf("no provider: ended %d, %v, want none", n, err)
	}
}

func TestAProviderThatSpeaksForSomebodyNoMoreEndsTheirsAlone(t *testing.T) {
	w := newWorld(t)
	hers, _ := w.signIn(w.allow(), func(a *grants.Authorization) { a.LoginKey = "staff" })
	local, _ := w.signIn(w.allow())
	other := allowance("openid")
	other.UserID = "bob"
	g, err := w.Allow(t.Context(), other)
	w.good("bob allows it too", err)
	his, _, err := w.Begin(t.Context(), "bob's", g.Authorization(g.Scopes, grants.SignIn{LoginKey: "staff"}), proof())
	w.good("begin", err)
	w.good("end hers", w.RevokeProviderOf(t.Context(), "ada", "staff"))
	_, err = w.Live(t.Context(), hers.ID)
	w.gone("hers by the provider", err)
	_, err = w.Live(t.Context(), local.ID)
	w.good("hers by a password", err)
	_, err = w.Live(t.Context(), his.ID)
	w.good("his", err)
}
