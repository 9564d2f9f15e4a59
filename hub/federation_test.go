package hub_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/settings"
)

// A pair of hubs: the secondary was given the primary's Base URL.
type pair struct {
	primary, secondary *world
	key                federation.LoginKey
}

// join makes the secondary a server of the primary by an invite.
func join(t *testing.T, primary, secondary *world, change ...func(*federation.LoginKey)) pair {
	t.Helper()
	invite, _, err := primary.Hub.NewInvite(t.Context(), "test", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	key := federation.LoginKey{Kind: federation.KindPeer, Name: "Head office", BaseURL: primary.URL, Enabled: true, TrustEmail: true}
	for _, edit := range change {
		edit(&key)
	}
	key, err = secondary.Hub.AddLoginKey(t.Context(), "test", key, "", invite)
	if err != nil {
		t.Fatal(err)
	}
	if key.Join.Status != federation.Active {
		t.Fatalf("the secondary is %q: %s", key.Join.Status, key.Join.Message)
	}
	return pair{primary, secondary, key}
}

func newPair(t *testing.T, w *world, change ...func(*federation.LoginKey)) pair {
	t.Helper()
	return join(t, w, newWorld(t, openSQLite(t)), change...)
}

// through goes from the app at the secondary to its answer: the person signs
// in at the primary, and allows what is asked at both.
func (p pair) through(b *browser, a *app, email string, pairs ...string) page {
	b.w.Helper()
	at := b.authorize(a.request(pairs...))
	for range 20 {
		switch {
		case strings.HasPrefix(at.Location, callback):
			return at
		case at.Location != "":
			at = b.hop(at)
		case strings.Contains(at.Body, `action="/signin/with/`+p.key.ID+`"`):
			at = b.at(p.secondary).submit(at, "/signin/with/"+p.key.ID)
		case strings.Contains(at.Body, `action="/signin"`):
			at = b.at(p.primary).signIn(at, email)
		case strings.Contains(at.Body, `action="/consent"`):
			at = b.at(b.hubOf(at, p)).submit(at, "/consent", "decision", "allow")
		default:
			return at
		}
	}
	b.w.Fatal("no end to it")
	return page{}
}

// hop follows one redirect, wherever it leads.
func (b *browser) hop(p page) page {
	b.w.Helper()
	next, err := p.URL.Parse(p.Location)
	if err != nil {
		b.w.Fatal(err)
	}
	return b.read(b.Get(next.String()))
}

// at is the same browser, looking at another hub.
func (b *browser) at(w *world) *browser { return &browser{w, b.Client} }

func (b *browser) hubOf(p page, hubs pair) *world {
	if strings.HasPrefix(p.URL.String(), hubs.primary.URL) {
		return hubs.primary
	}
	return hubs.secondary
}

func TestAPersonOfThePrimarySignsInAtTheSecondary(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.person("ada@example.org")
		hubs := newPair(t, w)
		a := hubs.secondary.app()
		b := hubs.secondary.browser()
		r := a.redeem(b.answer(hubs.through(b, a, "ada@example.org")).Get("code"))
		id := claimsOf(t, r.str("id_token"))
		want(t, "issuer", id["iss"], any(hubs.secondary.URL))
		info := hubs.secondary.userinfo(r.str("access_token"))
		want(t, "e-mail", info.str("email"), "ada@example.org")
		want(t, "e-mail verified", info.JSON["email_verified"], any(true))

		// Again in another browser: the same person, not another one.
		again := hubs.secondary.browser()
		r2 := a.redeem(again.answer(hubs.through(again, a, "ada@example.org")).Get("code"))
		want(t, "subject the second time", claimsOf(t, r2.str("id_token"))["sub"], id["sub"])
		// Signed in at both: nobody is asked anything.
		if p := b.authorize(a.request()); !strings.HasPrefix(p.Location, callback) {
			t.Errorf("with live sessions: got %d, location %q", p.Status, p.Location)
		}
	})
}

// A password chosen meanwhile makes no session of the secondary's own.
func TestSigningOutAtThePrimaryEndsASessionThatChangedItsPassword(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	hubs := newPair(t, w)
	a := hubs.secondary.app()
	b := hubs.secondary.browser()
	b.answer(hubs.through(b, a, "ada@example.org"))
	here := b.at(hubs.secondary)
	p := here.submit(here.open("/account/password"), "/account/password", "password", "three quiet herons wade")
	if p.URL.RequestURI() != "/account?done=password" {
		t.Fatalf("at %s: %s", p.URL, p.Body)
	}
	at := b.at(hubs.primary)
	at.submit(at.open("/signout"), "/signout")
	here.openUntil("/account", func(p page) bool { return p.URL.Path == "/signin" })
}

func TestSigningOutAtThePrimaryEndsTheSessionAtTheSecondary(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.person("ada@example.org")
		hubs := newPair(t, w)
		told := make(chan string, 10)
		receiver := newReceiver(t, told)
		a := hubs.secondary.app(func(c *clients.Client) { c.BackchannelLogoutURI = receiver })
		b := hubs.secondary.browser()
		r := a.redeem(b.answer(hubs.through(b, a, "ada@example.org")).Get("code"))
		at := b.at(hubs.primary)
		at.submit(at.open("/signout"), "/signout")

		token := arrives(t, told, "the app hears of no logout") // the app hears of it from the secondary
		claims := claimsOf(t, token)
		want(t, "issuer of the app's logout token", claims["iss"], any(hubs.secondary.URL))
		want(t, "its sid", claims["sid"], claimsOf(t, r.str("id_token"))["sid"])
		if _, found := claims["nonce"]; found {
			t.Error("a logout token has a nonce")
		}
		if p := b.authorize(a.request()); strings.HasPrefix(p.Location, callback) {
			t.Error("the secondary's session lives on")
		}
		want(t, "userinfo", hubs.secondary.userinfo(r.str("access_token")).Status, 401)
		// The same token cannot be sent to the secondary, nor anything else.
		for name, bad := range map[string]string{"another hub's token": token, "an ID token": r.str("id_token"), "garbage": "x.y.z"} {
			resp, err := http.PostForm(hubs.secondary.URL+"/oauth2/backchannel/"+hubs.key.ID, url.Values{"logout_token": {bad}})
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			want(t, name, resp.StatusCode, 400)
		}
	})
}

func TestAServerWaitsForApproval(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.person("ada@example.org")
		secondary := newWorld(t, openSQLite(t))
		key, err := secondary.Hub.AddLoginKey(t.Context(), "test",
			federation.LoginKey{Kind: federation.KindPeer, Name: "Head office", BaseURL: w.URL + "/", Enabled: true}, "", "")
		if err != nil {
			t.Fatal(err)
		}
		want(t, "status", key.Join.Status, federation.Requested)
		id := secondary.URL + "/oauth2/client-metadata/" + key.ID
		b := w.browser()
		p := b.authorize(url.Values{"client_id": {id}, "redirect_uri": {secondary.URL + "/signin/from/" + key.ID}, "response_type": {"code"}})
		refusedPage(t, "before the approval", p)
		if !strings.Contains(p.Body, "waiting for approval") {
			t.Errorf("the page does not say what is going on:\n%s", p.Body)
		}
		for _, step := range []struct {
			decide clients.State
			want   federation.JoinStatus
		}{{clients.Active, federation.Active}, {clients.Suspended, federation.Suspended}, {clients.Active, federation.Active}} {
			if err := w.Hub.DecideServer(t.Context(), "test", id, step.decide); err != nil {
				t.Fatal(err)
			}
			key, err = secondary.Hub.JoinPrimary(t.Context(), key.ID, "")
			if err != nil {
				t.Fatal(err)
			}
			want(t, "status after "+string(step.decide), key.Join.Status, step.want)
		}
	})
}

func TestATrustedDomainNeedsNoApproval(t *testing.T) {
	primary, secondary := newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
	host, err := url.Parse(secondary.URL)
	if err != nil {
		t.Fatal(err)
	}
	err = primary.Hub.ChangeSettings(t.Context(), "test", func(s *settings.Settings) { s.ServerDomains = []string{host.Hostname()} })
	if err != nil {
		t.Fatal(err)
	}
	key, err := secondary.Hub.AddLoginKey(t.Context(), "test", federation.LoginKey{Kind: federation.KindPeer, Name: "Head office", BaseURL: primary.URL, Enabled: true}, "", "")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "status", key.Join.Status, federation.Active)
}

func TestAnInviteLetsOneServerIn(t *testing.T) {
	primary := newWorld(t, openSQLite(t))
	invite, _, err := primary.Hub.NewInvite(t.Context(), "test", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	statuses := map[federation.JoinStatus]int{}
	for range 2 {
		secondary := newWorld(t, openSQLite(t))
		key, err := secondary.Hub.AddLoginKey(t.Context(), "test", federation.LoginKey{Kind: federation.KindPeer, Name: "Head office", BaseURL: primary.URL, Enabled: true}, "", invite)
		if err != nil {
			t.Fatal(err)
		}
		statuses[key.Join.Status]++
	}
	want(t, "servers let in", statuses[federation.Active], 1)
}

func TestHubsThatSendPeopleRoundAreStopped(t *testing.T) {
	one, two := newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
	direct := func(k *federation.LoginKey) { k.Direct = true }
	join(t, one, two, direct)
	join(t, two, one, direct)
	a := one.app()
	b := one.browser()
	p := b.authorize(a.request())
	hops := 0
	for ; p.Location != "" && hops < 30; hops++ {
		p = b.hop(p)
	}
	if hops >= 30 || p.Status < 400 {
		t.Fatalf("after %d hops: status %d, location %q", hops, p.Status, p.Location)
	}
	if !strings.Contains(p.Body, "circle") {
		t.Errorf("the page does not explain the circle:\n%s", p.Body)
	}
}

func TestAnAccountIsLinkedOnlyByItsPassword(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.person("ada@example.org")
		hubs := newPair(t, w)
		local := hubs.secondary.person("ada@example.org")
		a := hubs.secondary.app()
		b := hubs.secondary.browser()
		p := hubs.through(b, a, "ada@example.org")
		if !strings.Contains(p.Body, `action="/signin/link"`) {
			t.Fatalf("got %d at %s, want the page that asks for the local password:\n%s", p.Status, p.URL, p.Body)
		}
		wrong := b.submit(p, "/signin/link", "password", "not the password at all")
		want(t, "a wrong password", wrong.Status, 401)
		p = b.submit(wrong, "/signin/link", "password", password)
		if strings.Contains(p.Body, `action="/consent"`) {
			p = b.submit(p, "/consent", "decision", "allow")
		}
		r := a.redeem(b.answer(p).Get("code"))
		want(t, "subject", claimsOf(t, r.str("id_token"))["sub"], any(local.ID))

		again := hubs.secondary.browser()
		r = a.redeem(again.answer(hubs.through(again, a, "ada@example.org")).Get("code"))
		want(t, "subject by the link", claimsOf(t, r.str("id_token"))["sub"], any(local.ID))
	})
}

func TestAnAnswerFromUpstreamBelongsToOneBrowserAndIsUsedOnce(t *testing.T) {
	primary := newWorld(t, openSQLite(t))
	primary.person("ada@example.org")
	hubs := newPair(t, primary)
	a := hubs.secondary.app()
	b := hubs.secondary.browser()
	p := b.submit(b.authorize(a.request()), "/signin/with/"+hubs.key.ID)
	for p.Location != "" {
		p = b.hop(p)
	}
	p = b.at(primary).signIn(p, "ada@example.org")
	p = b.at(primary).submit(p, "/consent", "decision", "allow")
	answer := p.Location
	if !strings.HasPrefix(answer, hubs.secondary.URL+"/signin/from/") {
		t.Fatalf("location %q", answer)
	}
	refusedPage(t, "another browser", hubs.secondary.browser().open(answer))
	refusedPage(t, "another key", b.open(strings.Replace(answer, "/from/"+hubs.key.ID, "/from/other", 1)))
	refusedPage(t, "the right one, after that", b.open(answer))
}

func TestAnUnknownAnswerIsRefused(t *testing.T) {
	primary := newWorld(t, openSQLite(t))
	hubs := newPair(t, primary)
	b := hubs.secondary.browser()
	b.open("/signin")
	for _, query := range []string{"", "?state=x&code=y", "?error=access_denied", "?state=x&state=y", "?code=%ff", "?state=" + strings.Repeat("x", 5000)} {
		refusedPage(t, query, b.open("/signin/from/"+hubs.key.ID+query))
	}
}

func newReceiver(t *testing.T, told chan<- string) string {
	t.Helper()
	server := newServer(t, func(rw http.ResponseWriter, r *http.Request) {
		told <- r.PostFormValue("logout_token")
	})
	return server + "/logout"
}
