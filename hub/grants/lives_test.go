package grants_test

import (
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
)

// The lifetimes are repeated here, because a test that reads them from the code
// would accept any value.

func TestACodeIsGoodForAMinute(t *testing.T) { // RFC 6749 §4.1.2, SECURITY TK-01
	w := newWorld(t)
	g := w.allow()
	early, late := w.code(g), w.code(g)
	w.pass(59 * time.Second)
	_, _, err := w.Redeem(t.Context(), early, proof())
	w.good("after 59 seconds", err)
	w.pass(time.Second)
	_, _, err = w.Redeem(t.Context(), late, proof())
	if oauth.Code(err) != "invalid_grant" {
		t.Errorf("after a minute: got %v, want invalid_grant", err)
	}
}

func TestARefreshTokenThatNobodyUsesEndsAfterThirtyDays(t *testing.T) { // RFC 9700 §4.14.2
	w := newWorld(t)
	_, token := w.signIn(w.allow())
	w.pass(30*day - time.Second)
	next := w.refresh(token)
	w.pass(30 * day)
	w.refusedRefresh("unused for thirty days", next)
}

func TestRefreshTokensEndHoweverOftenTheyAreUsed(t *testing.T) { // SECURITY TK-24
	for name, keep := range map[string]bool{"rotated": false, "kept": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			_, token := w.signIn(w.allow())
			renewal := grants.RefreshRequest{ClientID: "payroll", Keep: keep}
			for passed := time.Duration(0); passed+20*day < 180*day; passed += 20 * day {
				w.pass(20 * day)
				var err error
				if _, token, err = w.Refresh(t.Context(), token, renewal); err != nil {
					t.Fatalf("%s after the sign-in: %v", passed, err)
				}
			}
			w.pass(20*day - time.Second)
			f, token, err := w.Refresh(t.Context(), token, renewal)
			w.good("a second before 180 days", err)
			if want := w.time.Add(time.Second); !f.Expires.Equal(want) {
				t.Errorf("the family expires %s, want %s", f.Expires, want)
			}
			w.pass(time.Second)
			w.refusedRefresh("180 days after the sign-in", token)
		})
	}
}

func TestConsentIsAskedForAgainAfterAYear(t *testing.T) {
	w := newWorld(t)
	w.allow()
	w.pass(365*day - time.Second)
	_, err := w.Covers(t.Context(), allowance("openid"))
	w.good("a second before a year", err)
	w.allow() // a new consent lasts another year
	w.pass(365*day - time.Second)
	_, err = w.Covers(t.Context(), allowance("openid"))
	w.good("a second before the second year", err)
	w.pass(time.Second)
	_, err = w.Covers(t.Context(), allowance("openid"))
	w.gone("after a year", err)
}

func TestASpentCodeIsRecognisedForAnHour(t *testing.T) { // RFC 6749 §4.1.2
	w := newWorld(t)
	g := w.allow()
	code := w.code(g)
	p := proof()
	p.Refresh = false
	_, _, err := w.Redeem(t.Context(), code, p)
	w.good("the first time", err)
	w.pass(15*time.Minute + time.Hour - time.Second)
	_, _, err = w.Redeem(t.Context(), code, p)
	w.misuse("an hour after its access token ended", err, "code.replayed")

	unused := w.code(g)
	w.pass(time.Minute + time.Hour - time.Second)
	_, err = w.Origin(t.Context(), unused)
	w.good("what an expired code stood for", err)
	w.pass(time.Second)
	_, err = w.Origin(t.Context(), unused)
	w.gone("an hour later", err)
}
