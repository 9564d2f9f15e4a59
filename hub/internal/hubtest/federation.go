package hubtest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
)

// A Pair of hubs: the secondary knows the primary's Base URL.
type Pair struct {
	Primary, Secondary *World
	Key                federation.LoginKey
}

// Join connects the secondary to the primary by an invite.
func Join(t *testing.T, primary, secondary *World, change ...func(*federation.LoginKey)) Pair {
	t.Helper()
	invite, _, err := primary.Hub.NewInvite(t.Context(), audit.Named("test"), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	key := federation.LoginKey{Kind: federation.KindPeer, Name: "Head office", BaseURL: primary.URL, Enabled: true, TrustEmail: true}
	for _, edit := range change {
		edit(&key)
	}
	key, err = secondary.Hub.AddLoginKey(t.Context(), audit.Named("test"), key, "", invite)
	if err != nil {
		t.Fatal(err)
	}
	if key.Join.Status != federation.Active {
		t.Fatalf("the secondary is %q: %s", key.Join.Status, key.Join.Why)
	}
	return Pair{primary, secondary, key}
}

func NewPair(t *testing.T, w *World, change ...func(*federation.LoginKey)) Pair {
	t.Helper()
	return Join(t, w, NewWorld(t, OpenSQLite(t)), change...)
}

// Through goes from the app at the secondary to its answer: the user signs in at
// the primary and gives consent at both.
func (p Pair) Through(b *Browser, a *App, email string, pairs ...string) Page {
	b.W.Helper()
	at := b.Authorize(a.Request(pairs...))
	for range 20 {
		switch {
		case strings.HasPrefix(at.Location, Callback):
			return at
		case at.Location != "":
			at = b.Hop(at)
		case strings.Contains(at.Body, `action="/signin/with/`+p.Key.ID+`"`):
			at = b.At(p.Secondary).Submit(at, "/signin/with/"+p.Key.ID)
		case strings.Contains(at.Body, `action="/signin"`):
			at = b.At(p.Primary).SignIn(at, email)
		case strings.Contains(at.Body, `action="/consent"`):
			at = b.At(b.hubOf(at, p)).Submit(at, "/consent", "decision", "allow")
		default:
			return at
		}
	}
	b.W.Fatal("no end to it")
	return Page{}
}

// Hop follows one redirect to any host.
func (b *Browser) Hop(p Page) Page {
	b.W.Helper()
	next, err := p.URL.Parse(p.Location)
	if err != nil {
		b.W.Fatal(err)
	}
	return b.Read(b.Get(next.String()))
}

// At is the same browser at another hub.
func (b *Browser) At(w *World) *Browser { return &Browser{w, b.Client} }

func (b *Browser) hubOf(p Page, hubs Pair) *World {
	if strings.HasPrefix(p.URL.String(), hubs.Primary.URL) {
		return hubs.Primary
	}
	return hubs.Secondary
}

func NewReceiver(t *testing.T, told chan<- string) string {
	t.Helper()
	server := NewServer(t, func(rw http.ResponseWriter, r *http.Request) {
		told <- r.PostFormValue("logout_token")
	})
	return server + "/logout"
}
