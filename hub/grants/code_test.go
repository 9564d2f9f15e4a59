package grants_test

import (
	"testing"

	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
)

const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // RFC 7636 appendix B
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	callback  = "https://app.example.org/callback"
)

func TestACodeShownWithAWrongProofIsSpent(t *testing.T) { // RFC 9700 §4.8, SECURITY TK-02
	key := oauth.Confirmation{JKT: "the key"}
	for what, wrong := range map[string]func(*grants.CodeRedemption){
		"another client":          func(p *grants.CodeRedemption) { p.ClientID = "another" },
		"another address":         func(p *grants.CodeRedemption) { p.RedirectURI = "https://evil.example.org/" },
		"no address":              func(p *grants.CodeRedemption) { p.RedirectURI = "" },
		"another verifier":        func(p *grants.CodeRedemption) { p.Verifier = challenge },
		"no verifier":             func(p *grants.CodeRedemption) { p.Verifier = "" },
		"another key":             func(p *grants.CodeRedemption) { p.Proven = oauth.Confirmation{JKT: "another"} },
		"no key that was proven":  func(p *grants.CodeRedemption) { p.Proven = oauth.Confirmation{} },
		"a verifier for a letter": func(p *grants.CodeRedemption) { p.Verifier = verifier + "x" },
	} {
		w := newWorld(t)
		code := w.code(w.allow(), func(a *grants.Authorization) {
			a.RedirectURI, a.Challenge, a.Terms.Confirm = callback, challenge, key
		})
		right := proof()
		right.RedirectURI, right.Verifier, right.Proven = callback, verifier, key
		p := right
		wrong(&p)
		f, token, err := w.Redeem(t.Context(), code, p)
		w.misuse(what, err, "code.misused")
		if f.ID != "" || token != "" {
			t.Errorf("%s: something was handed out", what)
		}
		_, _, err = w.Redeem(t.Context(), code, right)
		w.misuse(what+", then the right proof", err, "code.replayed")
	}
}

func TestPKCECannotBeStripped(t *testing.T) { // RFC 9700 §4.8.2
	w := newWorld(t)
	p := proof()
	p.Verifier = verifier
	_, _, err := w.Redeem(t.Context(), w.code(w.allow()), p)
	w.misuse("a verifier for a request without a challenge", err, "code.misused")
}

func TestASecondUseOfACodeEndsWhatTheFirstGot(t *testing.T) { // RFC 6749 §4.1.2
	w := newWorld(t)
	code := w.code(w.allow())
	f, token, err := w.Redeem(t.Context(), code, proof())
	w.good("the first time", err)
	_, _, err = w.Redeem(t.Context(), code, proof())
	w.misuse("the second time", err, "code.replayed")
	_, err = w.Live(t.Context(), f.ID)
	w.gone("the sign-in", err)
	w.refusedRefresh("its refresh token", token)
}

func TestWhoMakesUpACodeOfAFamilyGetsAndEndsNothing(t *testing.T) {
	w := newWorld(t)
	code := w.code(w.allow())
	_, _, err := w.Redeem(t.Context(), code+"x", proof())
	if oauth.Code(err) != "invalid_grant" {
		t.Errorf("a made-up code: got %v, want invalid_grant", err)
	}
	_, _, err = w.Redeem(t.Context(), code, proof())
	w.good("the real one", err)
}

func TestNothingLivesBeforeItsCodeIsRedeemed(t *testing.T) {
	w := newWorld(t)
	g := w.allow()
	for what, front := range map[string]bool{"a code alone": false, "a code with tokens beside it": true} {
		_, f, err := w.NewCode(t.Context(), g.Authorization(g.Scopes, grants.SignIn{}), front)
		w.good(what, err)
		_, err = w.Live(t.Context(), f.ID)
		if front {
			w.good(what, err) // OIDC Core §3.3: they are valid at once
		} else {
			w.gone(what, err)
		}
	}
}
