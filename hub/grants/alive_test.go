package grants_test

import (
	"context"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/grants"
)

// One row for every kind of session or token that may depend on a consent.
func TestAnAgreementCountsWhileSomethingOfItIsAlive(t *testing.T) {
	for what, row := range map[string]struct {
		offline  bool
		answered bool // in a live session
		lives    bool // the session of the tokens
		after    time.Duration
		agreed   bool
	}{
		"an access token":                                    {after: 14 * time.Minute, agreed: true},
		"an access token that ran out":                       {after: 16 * time.Minute},
		"one that ran out, in a session":                     {after: 16 * time.Minute, answered: true, agreed: true},
		"a refresh token of a session":                       {after: time.Hour, lives: true, agreed: true},
		"a refresh token of a session that ended":            {after: time.Hour},
		"a refresh token that outlives the session":          {after: 29 * day, offline: true, agreed: true},
		"a refresh token that outlives it, and was not used": {after: 31 * day, offline: true},
	} {
		w := newWorld(t)
		w.SessionLives = func(context.Context, string) (bool, error) { return row.lives, nil }
		asked := allowance("openid")
		if row.offline {
			asked = allowance("openid", "offline_access")
		}
		g, err := w.Allow(t.Context(), asked)
		w.good("allow", err)
		w.signIn(g)
		w.pass(row.after)
		_, agreed, err := w.Agreed(t.Context(), asked, grants.Circumstances{Answered: func(context.Context) (bool, error) { return row.answered, nil }})
		w.good(what, err)
		if agreed != row.agreed {
			t.Errorf("%s: got %v, want %v", what, agreed, row.agreed)
		}
	}
}

// Tokens of another client, or from before a consent was withdrawn, do not count.
func TestOnlyTokensOfTheSameAgreementAreAlive(t *testing.T) {
	w := newWorld(t)
	nowhere := grants.Circumstances{Answered: func(context.Context) (bool, error) { return false, nil }}
	w.signIn(w.allow())
	w.good("remove", w.Remove(t.Context(), "ada", "payroll"))
	w.allow()
	asked := allowance("openid")
	if _, agreed, err := w.Agreed(t.Context(), asked, nowhere); agreed || err != nil {
		t.Errorf("a token of before: got %v, %v", agreed, err)
	}
	other := asked
	other.ClientID = "wiki"
	_, err := w.Allow(t.Context(), other)
	w.good("allow", err)
	w.signIn(w.allow())
	if _, agreed, err := w.Agreed(t.Context(), other, nowhere); agreed || err != nil {
		t.Errorf("a token of another client: got %v, %v", agreed, err)
	}
	nowhere.SessionGeneration = 1
	if _, agreed, err := w.Agreed(t.Context(), asked, nowhere); agreed || err != nil {
		t.Errorf("a token from before she signed out everywhere: got %v, %v", agreed, err)
	}
}
