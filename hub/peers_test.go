package hub_test

import (
	"crypto"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
)

// addPeer adds a primary by the pages of the secondary, and returns the key's id.
func addPeer(b *browser, primary *world, pairs ...string) string {
	b.w.Helper()
	card := b.submit(b.open("/admin/keys/new?kind=peer"), "/admin/keys", append([]string{"base_url", primary.URL}, pairs...)...)
	p := b.submit(card, "/admin/keys")
	if !strings.HasPrefix(p.URL.Path, "/admin/keys/") {
		b.w.Fatalf("got %d at %s:\n%s", p.Status, p.URL, p.Body)
	}
	return strings.TrimPrefix(p.URL.Path, "/admin/keys/")
}

// peers are two hubs whose administrators look at their pages, and where the
// secondary is at the primary.
func peers(t *testing.T) (hubs pair, here, there *browser, server string) {
	primary, secondary := newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
	primary.person("ada@example.org")
	here, there = secondary.operator(), primary.operator()
	key := addPeer(here, primary)
	server = secondary.URL + "/oauth2/client-metadata/" + key
	there.submit(there.open("/admin/servers"), "/admin/servers/approve", "server", server)
	here.open("/admin/keys/" + key)
	return pair{primary, secondary, secondary.loginKey(key)}, here, there, server
}

// skip moves the time of both.
func (p pair) skip(d time.Duration) {
	p.primary.clock.skip(d)
	p.secondary.clock.skip(d)
}

// loginKey reads a login key from the hub; it is zero where there is none.
func (w *world) loginKey(id string) federation.LoginKey {
	w.Helper()
	all, err := w.Hub.LoginKeys(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	for _, k := range all {
		if k.ID == id {
			return k
		}
	}
	return federation.LoginKey{}
}

func TestTheCardShowsWhoItIsAndNoticesAChange(t *testing.T) {
	primary, secondary := newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
	here, there := secondary.operator(), primary.operator()
	card := here.submit(here.open("/admin/keys/new?kind=peer"), "/admin/keys", "base_url", primary.URL)
	if !strings.Contains(card.Body, primary.URL) {
		t.Errorf("the card does not show the issuer:\n%s", card.Body)
	}
	for _, print := range fingerprints(t, primary) {
		if !strings.Contains(card.Body, print) {
			t.Errorf("the card does not show the key %s", print)
		}
	}
	if err := primary.Hub.RotateSigningKeys(t.Context(), "test", true); err != nil {
		t.Fatal(err)
	}
	again := here.submit(card, "/admin/keys")
	if !strings.Contains(again.Body, "It has changed since you looked") {
		t.Errorf("new keys went unnoticed: %d at %s", again.Status, again.URL)
	}
	if !strings.Contains(there.open("/admin/servers").Body, "No servers yet") {
		t.Error("the secondary introduced itself all the same")
	}
}

func TestWhatIsNoHubIsExplained(t *testing.T) {
	primary, secondary := newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
	here := secondary.operator()
	keys := jwksOf(t, primary)
	var provider *httptest.Server
	provider = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/jwks" {
			io.WriteString(rw, keys) //nolint:errcheck // a test
			return
		}
		json.NewEncoder(rw).Encode(map[string]any{ //nolint:errcheck // a test
			"issuer": provider.URL, "authorization_endpoint": provider.URL + "/auth", "token_endpoint": provider.URL + "/token",
			"jwks_uri": provider.URL + "/jwks", "registration_endpoint": provider.URL + "/register",
		})
	}))
	t.Cleanup(provider.Close)
	p := here.submit(here.open("/admin/keys/new?kind=peer"), "/admin/keys", "base_url", provider.URL)
	for _, text := range []string{"This is not a fedhub", "Register this hub there by hand", "apps can register themselves", "/admin/keys/new?kind=openid"} {
		if !strings.Contains(p.Body, text) {
			t.Errorf("the page does not say %q:\n%s", text, p.Body)
		}
	}
	p = here.submit(here.open("/admin/keys/new?kind=peer"), "/admin/keys", "base_url", "http://127.0.0.1:1")
	want(t, "status of an address where nobody answers", p.Status, 422)
	if !strings.Contains(p.Body, "can&#39;t be reached") {
		t.Errorf("it does not say so:\n%s", p.Body)
	}
	if keys, err := secondary.Hub.LoginKeys(t.Context()); err != nil || len(keys) != 0 {
		t.Errorf("got keys %v, %v", keys, err)
	}
}

func TestADecisionOverThereIsSeenHere(t *testing.T) {
	hubs, here, there, server := peers(t)
	status := func() federation.JoinStatus { return hubs.secondary.loginKey(hubs.key.ID).Join.Status }
	want(t, "after the approval", status(), federation.Active)
	for _, step := range []struct {
		press string
		want  federation.JoinStatus
		says  string
	}{
		{"suspend", federation.Suspended, "has stopped sign-ins"},
		{"resume", federation.Active, "lets people sign in here"},
		{"remove", federation.Removed, "doesn&#39;t know this site any more"},
	} {
		there.submit(there.open("/admin/servers"), "/admin/servers/"+step.press, "server", server)
		hubs.skip(11 * time.Minute)
		hubs.secondary.Hub.Chores(t.Context())
		want(t, "after "+step.press, status(), step.want)
		if p := here.open("/admin/keys/" + hubs.key.ID); !strings.Contains(p.Body, step.says) {
			t.Errorf("after %s the page does not say %q", step.press, step.says)
		}
	}
	// Looking brings nobody back; asking again does, and waits.
	if _, err := hubs.primary.Hub.Client(t.Context(), server); err == nil {
		t.Error("the removed server is back without having asked")
	}
	here.submit(here.open("/admin/keys/"+hubs.key.ID), "/admin/keys/"+hubs.key.ID+"/join")
	want(t, "after asking again", status(), federation.Requested)
}

func TestAServerThatIsRemovedAtHomeSaysGoodbye(t *testing.T) {
	hubs, here, _, server := peers(t)
	path := "/admin/keys/" + hubs.key.ID + "/delete"
	here.submit(here.open(path), path, "confirm", hubs.key.Name)
	if _, err := hubs.primary.Hub.Client(t.Context(), server); err == nil {
		t.Error("the primary keeps the record")
	}
}

func TestLeavingIsNoWayAroundASuspension(t *testing.T) {
	hubs, here, there, server := peers(t)
	there.submit(there.open("/admin/servers"), "/admin/servers/suspend", "server", server)
	path := "/admin/keys/" + hubs.key.ID + "/delete"
	here.submit(here.open(path), path, "confirm", hubs.key.Name)
	c, err := hubs.primary.Hub.Client(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "state", c.Server.State, clients.Suspended)
	if !strings.Contains(there.open("/admin/servers").Body, "it said goodbye") {
		t.Error("the page does not tell that it left")
	}
	addPeer(here, hubs.primary)
	c, err = hubs.primary.Hub.Client(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "state after it came back", c.Server.State, clients.Suspended)
}

func TestAServerWhoseDocumentIsGoneIsSeenToBeGone(t *testing.T) {
	hubs, _, there, server := peers(t)
	hubs.primary.clock.skip(7 * time.Hour)
	if err := hubs.secondary.backend.Delete(t.Context(), "loginkeys", hubs.key.ID); err != nil {
		t.Fatal(err)
	}
	hubs.secondary.clock.skip(time.Minute)
	hubs.primary.Hub.Chores(t.Context())
	until(t, "the page says so", func() bool {
		return strings.Contains(there.open("/admin/servers").Body, "its document is missing")
	})
	c, err := hubs.primary.Hub.Client(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "state", c.Server.State, clients.Active)
}

func TestOnlyTheServerItselfTakesLeave(t *testing.T) {
	hubs, _, _, server := peers(t)
	for _, intent := range []string{"leave", "status", "delete"} {
		resp, err := http.PostForm(hubs.primary.URL+"/oauth2/servers", map[string][]string{"intent": {intent}, "client_id": {server}})
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode < 400 {
			t.Errorf("%s without proof: %d", intent, resp.StatusCode)
		}
	}
	if _, err := hubs.primary.Hub.Client(t.Context(), server); err != nil {
		t.Error("anybody can remove a server:", err)
	}
}

// fingerprints are those of the keys that a hub signs with (RFC 7638).
func fingerprints(t *testing.T, w *world) []string {
	t.Helper()
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(jwksOf(t, w)), &set); err != nil {
		t.Fatal(err)
	}
	var prints []string
	for _, key := range set.Keys {
		if key.Use == "enc" {
			continue
		}
		sum, err := key.Thumbprint(crypto.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		prints = append(prints, base64.RawURLEncoding.EncodeToString(sum))
	}
	if len(prints) == 0 {
		t.Fatal("the hub has no keys")
	}
	return prints
}

func jwksOf(t *testing.T, w *world) string {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, w.URL+"/oauth2/jwks", nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.call(req).Body
}

// until looks again and again at what happens beside the requests.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 1000 {
		if done() {
			return
		}
	}
	t.Errorf("not seen: %s", what)
}
