package grants_test

import (
	"testing"

	"github.com/fedhub/fedhub/hub/grants"
)

// One row for every way in which a user may or may not have given consent.
func TestAnAgreementIsTheUsersOwn(t *testing.T) {
	const nothing, theirs, skipped = "nothing", "the user's", "an administrator's"
	for _, row := range []struct {
		what   string
		grant  string
		with   grants.Circumstances
		agreed bool
	}{
		{"nobody was asked", nothing, grants.Circumstances{}, false},
		{"nobody was asked, and the flow says so", nothing, grants.Circumstances{JustNow: true}, false},
		{"an administrator agrees for all", nothing, grants.Circumstances{SkipAuthorization: true}, true},
		{"an administrator agrees for all, and people are always asked", nothing, grants.Circumstances{SkipAuthorization: true, AskAlways: true}, true},
		{"the user agreed", theirs, grants.Circumstances{}, true},
		{"the user agreed, but is always asked", theirs, grants.Circumstances{AskAlways: true}, false},
		{"the user is always asked, and agreed just now", theirs, grants.Circumstances{AskAlways: true, JustNow: true}, true},
		{"an administrator agreed once, and does no more", skipped, grants.Circumstances{}, false},
		{"an administrator agreed once, and the user just now", skipped, grants.Circumstances{JustNow: true}, true},
		{"an administrator agreed, and still does", skipped, grants.Circumstances{SkipAuthorization: true}, true},
	} {
		w := newWorld(t)
		asked := allowance("openid", "email")
		if row.grant != nothing {
			given := asked
			given.Preauthorized = row.grant == skipped
			_, err := w.Allow(t.Context(), given)
			w.good("allow", err)
		}
		g, agreed, err := w.Agreed(t.Context(), asked, row.with)
		w.good(row.what, err)
		if agreed != row.agreed {
			t.Errorf("%s: got %v, want %v", row.what, agreed, row.agreed)
		}
		if kept, err := w.Covers(t.Context(), asked); agreed && (err != nil || kept.Serial != g.Serial) {
			t.Errorf("%s: the agreement is not on record: %v", row.what, err)
		}
		if row.grant == nothing && agreed && !g.Preauthorized {
			t.Errorf("%s: the record says that the user was asked", row.what)
		}
	}
}
