package signin

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// keys are a handler that knows these login keys and nothing else.
func keys(all ...federation.LoginKey) *Handler {
	return &Handler{Upstreams: federation.NewRegistry(federation.Options{Store: federationtest.NewMemory(all...)})}
}

func key(id string, change ...func(*federation.LoginKey)) federation.LoginKey {
	k := federation.LoginKey{ID: id, Name: "The " + id, Kind: federation.KindOpenID, Enabled: true}
	for _, edit := range change {
		edit(&k)
	}
	return k
}

func direct(k *federation.LoginKey) { k.Direct = true }
func hidden(k *federation.LoginKey) { k.Hidden = true }
func off(k *federation.LoginKey)    { k.Enabled = false }
func peer(k *federation.LoginKey)   { k.Kind = federation.KindPeer }
func active(k *federation.LoginKey) { k.Join.Status = federation.Active }

func homeOf(domains ...string) func(*federation.LoginKey) {
	return func(k *federation.LoginKey) { k.HomeDomains = domains }
}

func TestOnlyWaysThatWorkAreOffered(t *testing.T) {
	d := keys(key("company"), key("switched off", off), key("waiting", peer), key("let in", peer, active), key("without a button", hidden))
	ways, err := d.ways(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, k := range ways {
		ids = append(ids, k.ID)
	}
	if want := []string{"company", "let in", "without a button"}; !slices.Equal(ids, want) {
		t.Errorf("got %q, want %q", ids, want)
	}
}

func TestASignInGoesStraightWhereTheAppOrTheKeySays(t *testing.T) {
	one, two, three := key("one"), key("two", direct), key("three", direct)
	for _, row := range []struct {
		ways        []federation.LoginKey
		named, want string
	}{
		{[]federation.LoginKey{one, two, three}, "", "two"},
		{[]federation.LoginKey{one, two, three}, "one", "one"},
		{[]federation.LoginKey{one, two, three}, "three", "three"},
		{[]federation.LoginKey{one, two, three}, "nobody", "two"}, // an app's word that leads nowhere
		{[]federation.LoginKey{one}, "", ""},
		{[]federation.LoginKey{one, {Name: "without an id"}}, "", ""},
		{nil, "one", ""},
	} {
		got, ok := straight(row.ways, row.named)
		if got.ID != row.want || ok != (row.want != "") {
			t.Errorf("named %q: got %q, %v, want %q", row.named, got.ID, ok, row.want)
		}
	}
}

// It goes by the domain, and by all of it.
func TestAnAddressLeadsToTheUpstreamOfItsDomain(t *testing.T) {
	ways := []federation.LoginKey{key("nobody's"), key("company", homeOf("example.org", "example.net")), key("branch", homeOf("branch.example.org"))}
	for email, want := range map[string]string{
		"ada@example.org": "company", " Ada@Example.ORG ": "company", "ada@example.net": "company", "ada@branch.example.org": "branch",
		"ada@evilexample.org": "", "ada@example.org.evil.test": "", "ada@example.com": "", "example.org": "", "ada@": "", "": "",
	} {
		if got, ok := home(ways, email); got.ID != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", email, got.ID, ok, want)
		}
	}
	if !anyHome(ways) || anyHome(ways[:1]) {
		t.Error("the page asks for the address alone where no domain has a home, or does not where one has")
	}
}

// The page does not show which of them the account has (no enumeration).
func TestAnAccountIsProvedByAnyOtherWayThatHasAButton(t *testing.T) {
	all := []federation.LoginKey{key("company"), key("a hidden one", hidden), key("a dead one", off), key("a new one", peer)} // these come first
	for i := range 20 {
		all = append(all, key(fmt.Sprintf("other %02d", i)))
	}
	d := keys(all...)
	c, _ := get(t, "/signin/link")
	shown, err := d.otherWays(c, "company")
	if err != nil {
		t.Fatal(err)
	}
	if len(shown) != 12 {
		t.Errorf("%d are shown, want a page of 12", len(shown))
	}
	for _, u := range shown {
		if !strings.HasPrefix(u.Key, "other ") {
			t.Errorf("%s is shown", u.Key)
		}
	}
}

func TestAButtonShowsWhatIsKnownOfItsKey(t *testing.T) {
	for want, k := range map[string]federation.LoginKey{
		"bear":   {Icon: "bear", Preset: "google", Kind: "social"},
		"google": {Preset: "google", Kind: "social"},
		"openid": {Kind: "openid"},
	} {
		if got := k.Symbol(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
