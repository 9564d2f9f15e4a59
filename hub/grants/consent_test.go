package grants_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/fedhub/fedhub/hub/grants"
)

func TestConsentCoversWhatWasAgreedToAndNoMore(t *testing.T) {
	w := newWorld(t)
	given := allowance("openid", "email")
	given.Extras = []string{"claim:phone_number"}
	_, err := w.Allow(t.Context(), given)
	w.good("allow", err)
	_, err = w.Covers(t.Context(), given)
	w.good("the same again", err)
	_, err = w.Covers(t.Context(), allowance("email"))
	w.good("less", err)
	for what, edit := range map[string]func(*grants.Allowance){
		"another scope":         func(a *grants.Allowance) { a.Scopes = []string{"openid", "files"} },
		"another extra":         func(a *grants.Allowance) { a.Extras = []string{"claim:address"} },
		"a client that changed": func(a *grants.Allowance) { a.Generation = 2 },
		"another client":        func(a *grants.Allowance) { a.ClientID = "mail" },
		"another person":        func(a *grants.Allowance) { a.UserID = "bob" },
	} {
		a := given
		edit(&a)
		_, err = w.Covers(t.Context(), a)
		w.gone(what, err)
	}
}

func TestConsentAddsUpUntilTheClientChanges(t *testing.T) {
	w := newWorld(t)
	first := w.allow()
	more, err := w.Allow(t.Context(), allowance("email"))
	w.good("allow more", err)
	if more.Serial != first.Serial || !slices.Equal(more.Scopes, []string{"openid", "offline_access", "email"}) {
		t.Errorf("got %+v, want the same grant with one scope more", more)
	}
	changed := allowance("email")
	changed.Generation = 2
	fresh, err := w.Allow(t.Context(), changed)
	w.good("allow what it is now", err)
	if fresh.Serial == first.Serial || !slices.Equal(fresh.Scopes, []string{"email"}) {
		t.Errorf("got %+v, want a new grant of one scope", fresh)
	}
}

func TestWhatAnAdministratorAllowedIsNotThePersonsWord(t *testing.T) {
	w := newWorld(t)
	skipped := allowance("openid", "files")
	skipped.Preauthorized, skipped.Extras = true, []string{"resource:https://api.example.org"}
	_, err := w.Allow(t.Context(), skipped)
	w.good("skip", err)
	already, err := w.Granted(t.Context(), "ada", "payroll", 1)
	if err != nil || len(already) != 0 {
		t.Errorf("the person has allowed %v, %v, want nothing", already, err)
	}
	g, err := w.Allow(t.Context(), allowance("openid"))
	w.good("the person agrees to a part", err)
	if g.Preauthorized || !slices.Equal(g.Scopes, []string{"openid"}) || len(g.Extras) != 0 {
		t.Errorf("got %+v, want what the person said alone", g)
	}
	already, err = w.Granted(t.Context(), "ada", "payroll", 1)
	if err != nil || !slices.Equal(already, []string{"openid"}) {
		t.Errorf("the person has allowed %v, %v, want openid", already, err)
	}
	already, err = w.Granted(t.Context(), "ada", "payroll", 2)
	if err != nil || len(already) != 0 {
		t.Errorf("what the client became was allowed %v, %v, want nothing", already, err)
	}
}

func TestOfManyDetailsTheNewestHundredAreRemembered(t *testing.T) {
	w := newWorld(t)
	detail := func(n int) []string { return []string{fmt.Sprintf("detail:%d", n)} }
	var g grants.Grant
	for n := range 102 {
		a := allowance("openid")
		a.Extras = detail(n)
		var err error
		if g, err = w.Allow(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	if len(g.Extras) != 100 || g.Extras[0] != "detail:2" || g.Extras[99] != "detail:101" {
		t.Errorf("got %d from %s to %s, want those from 2 to 101", len(g.Extras), g.Extras[0], g.Extras[len(g.Extras)-1])
	}
}

func TestTwoTabsThatAllowTogetherMakeOneGrant(t *testing.T) {
	w := newWorld(t)
	scopes := []string{"openid", "email", "files", "phone", "address", "roles"}
	var all sync.WaitGroup
	for _, scope := range scopes {
		all.Go(func() {
			_, err := w.Allow(t.Context(), allowance(scope))
			w.good(scope, err)
		})
	}
	all.Wait()
	_, err := w.Covers(t.Context(), allowance(scopes...))
	w.good("all of it", err)
	given, err := w.ByUser(t.Context(), "ada")
	if err != nil || len(given) != 1 {
		t.Errorf("got %d grants, %v, want 1", len(given), err)
	}
}

func TestWhoCameByAProviderGoesOnWhileOneClientMay(t *testing.T) {
	w := newWorld(t)
	f, _ := w.signIn(w.allow(), func(a *grants.Authorization) { a.LoginKey = "staff" })
	goesOn := func(key string) bool {
		t.Helper()
		ok, err := w.Resume(t.Context(), "ada", key)
		w.good("ask", err)
		return ok
	}
	if !goesOn("staff") || goesOn("guests") {
		t.Error("want that a client of staff goes on, and none of guests")
	}
	w.good("revoke", w.Revoke(t.Context(), f.ID, "a test"))
	if goesOn("staff") {
		t.Error("a revoked sign-in goes on")
	}
}
