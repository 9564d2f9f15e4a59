package hubs_test

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
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestTheCardShowsWhoItIsAndNoticesAChange(t *testing.T) {
	primary, secondary := hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	here, there := secondary.Operator(), primary.Operator()
	card := here.Submit(here.Open("/admin/providers/new?kind=peer"), "/admin/providers", "base_url", primary.URL)
	if !strings.Contains(card.Body, primary.URL) {
		t.Errorf("the card does not show the issuer:\n%s", card.Body)
	}
	for _, print := range fingerprints(t, primary) {
		if !strings.Contains(card.Body, print) {
			t.Errorf("the card does not show the key %s", print)
		}
	}
	if err := primary.Hub.RotateSigningKeys(t.Context(), audit.Named("test"), "", true); err != nil {
		t.Fatal(err)
	}
	again := here.Submit(card, "/admin/providers")
	if !strings.Contains(again.Body, "The hub has changed since your check") {
		t.Errorf("new keys went unnoticed: %d at %s", again.Status, again.URL)
	}
	if !strings.Contains(there.Open("/admin/hubs").Body, "No connected hubs yet") {
		t.Error("the secondary introduced itself all the same")
	}
}

func TestWhatIsNoHubIsExplained(t *testing.T) {
	primary, secondary := hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	here := secondary.Operator()
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
	p := here.Submit(here.Open("/admin/providers/new?kind=peer"), "/admin/providers", "base_url", provider.URL)
	for _, text := range []string{"This is not a fedhub", "Register this hub there as an application", "registration endpoint", "/admin/providers/new?kind=openid"} {
		if !strings.Contains(p.Body, text) {
			t.Errorf("the page does not say %q:\n%s", text, p.Body)
		}
	}
	p = here.Submit(here.Open("/admin/providers/new?kind=peer"), "/admin/providers", "base_url", "http://127.0.0.1:1")
	hubtest.Want(t, "status of an address where nobody answers", p.Status, 422)
	if !strings.Contains(p.Body, "can&#39;t reach the address") {
		t.Errorf("it does not say so:\n%s", p.Body)
	}
	if keys, err := secondary.Hub.LoginKeys(t.Context()); err != nil || len(keys) != 0 {
		t.Errorf("got keys %v, %v", keys, err)
	}
}

func TestADecisionOverThereIsSeenHere(t *testing.T) {
	hubs, here, there, server := hubtest.Peers(t)
	status := func() federation.JoinStatus { return hubs.Secondary.LoginKey(hubs.Key.ID).Join.Status }
	hubtest.Want(t, "after the approval", status(), federation.Active)
	for _, step := range []struct {
		press string
		want  federation.JoinStatus
		says  string
	}{
		{"suspend", federation.Suspended, "suspended sign-ins to this hub"},
		{"resume", federation.Active, "accepts sign-ins for this hub"},
		{"remove", federation.Removed, "does not know this hub any more"},
	} {
		p := there.Submit(there.Open("/admin/hubs"), "/admin/hubs/"+step.press, "server", server)
		if p.Status == 403 { // the sign-in is no longer recent
			there.Prove(p)
		}
		hubs.Skip(11 * time.Minute)
		hubs.Secondary.Hub.Chores(t.Context())
		hubtest.Want(t, "after "+step.press, status(), step.want)
		if p := here.Open("/admin/providers/" + hubs.Key.ID); !strings.Contains(p.Body, step.says) {
			t.Errorf("after %s the page does not say %q", step.press, step.says)
		}
	}
	// Checking the state does not reconnect; a new request does, and then waits
	// for approval.
	if _, err := hubs.Primary.Hub.Client(t.Context(), server); err == nil {
		t.Error("the removed server is back without having asked")
	}
	here.Prove(here.Submit(here.Open("/admin/providers/"+hubs.Key.ID), "/admin/providers/"+hubs.Key.ID+"/join"))
	hubtest.Want(t, "after asking again", status(), federation.Requested)
}

func TestAServerThatIsRemovedAtHomeSaysGoodbye(t *testing.T) {
	hubs, here, _, server := hubtest.Peers(t)
	path := "/admin/providers/" + hubs.Key.ID + "/delete"
	here.Submit(here.Open(path), path, "confirm", hubs.Key.Name)
	if _, err := hubs.Primary.Hub.Client(t.Context(), server); err == nil {
		t.Error("the primary keeps the record")
	}
}

func TestLeavingIsNoWayAroundASuspension(t *testing.T) {
	hubs, here, there, server := hubtest.Peers(t)
	there.Submit(there.Open("/admin/hubs"), "/admin/hubs/suspend", "server", server)
	path := "/admin/providers/" + hubs.Key.ID + "/delete"
	here.Submit(here.Open(path), path, "confirm", hubs.Key.Name)
	c, err := hubs.Primary.Hub.Client(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "state", c.Server.State, clients.Suspended)
	if !strings.Contains(there.Open("/admin/hubs").Body, "disconnected ") {
		t.Error("the page does not tell that it left")
	}
	hubtest.AddPeer(here, hubs.Primary)
	c, err = hubs.Primary.Hub.Client(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "state after it came back", c.Server.State, clients.Suspended)
}

func TestAServerWhoseDocumentIsGoneIsSeenToBeGone(t *testing.T) {
	hubs, _, there, server := hubtest.Peers(t)
	hubs.Primary.Clock.Skip(7 * time.Hour)
	if err := hubs.Secondary.Backend.Delete(t.Context(), "loginkeys", hubs.Key.ID); err != nil {
		t.Fatal(err)
	}
	hubs.Secondary.Clock.Skip(time.Minute)
	hubs.Primary.Hub.Chores(t.Context())
	hubtest.Until(t, "the page says so", func() bool {
		return strings.Contains(there.Open("/admin/hubs").Body, "metadata document missing")
	})
	c, err := hubs.Primary.Hub.Client(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "state", c.Server.State, clients.Active)
}

func TestOnlyTheServerItselfTakesLeave(t *testing.T) {
	hubs, _, _, server := hubtest.Peers(t)
	for _, intent := range []string{"leave", "status", "delete"} {
		resp, err := http.PostForm(hubs.Primary.URL+"/oauth2/servers", map[string][]string{"intent": {intent}, "client_id": {server}})
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode < 400 {
			t.Errorf("%s without proof: %d", intent, resp.StatusCode)
		}
	}
	if _, err := hubs.Primary.Hub.Client(t.Context(), server); err != nil {
		t.Error("anybody can remove a server:", err)
	}
}

// fingerprints are the thumbprints of a hub's signing keys (RFC 7638).
func fingerprints(t *testing.T, w *hubtest.World) []string {
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

func jwksOf(t *testing.T, w *hubtest.World) string {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, w.URL+"/oauth2/jwks", nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.Call(req).Body
}
