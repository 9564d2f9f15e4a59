package federation_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

func TestWhatShowsThatItIsTheSameProvider(t *testing.T) {
	one, two := federation.PublishedKey{KeyID: "1", Thumbprint: "a"}, federation.PublishedKey{KeyID: "2", Thumbprint: "b"}
	for _, row := range []struct {
		what        string
		before, now []federation.PublishedKey
		want        bool
	}{
		{"one of its keys", []federation.PublishedKey{one, two}, []federation.PublishedKey{two}, true},
		{"another value", []federation.PublishedKey{one}, []federation.PublishedKey{{KeyID: "1", Thumbprint: "x"}}, false},
		{"another id", []federation.PublishedKey{one}, []federation.PublishedKey{{KeyID: "2", Thumbprint: "a"}}, false},
		{"a key without an id", []federation.PublishedKey{{Thumbprint: "a"}}, []federation.PublishedKey{{Thumbprint: "a"}}, false},
		{"nothing was seen", nil, []federation.PublishedKey{one}, false},
		{"nothing is published", []federation.PublishedKey{one}, nil, false},
	} {
		if got := federation.SharesKey(row.before, row.now); got != row.want {
			t.Errorf("%s: got %v", row.what, got)
		}
	}
}

// Published metadata is stored with its issuer, and deleted when the address
// changes.
func TestWhatAnIssuerPublishedIsKeptWithIt(t *testing.T) {
	o := newOffice(t)
	u, other := o.upstream(), o.upstream()
	key := o.add(keyAt(u), "secret")
	signIn := func(u *federationtest.Upstream) federation.LoginKey {
		t.Helper()
		if _, err := o.signIn(key.ID, u); err != nil {
			t.Fatal(err)
		}
		k, err := o.Fresh(t.Context(), key.ID)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	first := signIn(u)
	if len(first.Published) != 1 || first.Published[0].KeyID != "first" || first.Published[0].Thumbprint == "" {
		t.Fatalf("got %+v", first.Published)
	}
	for n := range 30 {
		u.Rotate(fmt.Sprint(n))
		o.clock.Move(2 * time.Hour)
		first = signIn(u)
	}
	if n := len(first.Published); n != 20 || first.Published[n-1].KeyID != "29" {
		t.Errorf("kept are %d, the last %q", n, first.Published[n-1].KeyID)
	}
	move := func(to string) {
		t.Helper()
		if err := o.Update(t.Context(), key.ID, "secret", func(k *federation.LoginKey) error { k.BaseURL = to; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	move(other.URL)
	moved := signIn(other)
	if f := moved.FormerIssuer(u.URL); len(f.Published) != 20 || f.Decided != "" || len(moved.Published) != 1 || len(moved.DecidedIssuers()) != 0 {
		t.Errorf("got %+v and %+v", moved.Former, moved.Published)
	}
	if err := o.DecideIssuer(t.Context(), key.ID, federation.FormerIssuer{Issuer: u.URL, Decided: federation.Left}); err != nil {
		t.Fatal(err)
	}
	if k, _ := o.Fresh(t.Context(), key.ID); !slices.Equal(k.DecidedIssuers(), []string{u.URL}) {
		t.Errorf("decided are %q", k.DecidedIssuers())
	}
	move(u.URL)
	if k := signIn(u); len(k.DecidedIssuers()) != 0 || k.FormerIssuer(other.URL).At.IsZero() {
		t.Errorf("the issuer of today is a former one: %+v", k.Former)
	}
}
