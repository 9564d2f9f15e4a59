package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

func TestAPersonOfThePrimarySignsInAtTheSecondary(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		hubs := hubtest.NewPair(t, w)
		a := hubs.Secondary.App()
		b := hubs.Secondary.Browser()
		r := a.Redeem(b.Answer(hubs.Through(b, a, "ada@example.org")).Get("code"))
		id := hubtest.ClaimsOf(t, r.Str("id_token"))
		hubtest.Want(t, "issuer", id["iss"], any(hubs.Secondary.URL))
		info := hubs.Secondary.Userinfo(r.Str("access_token"))
		hubtest.Want(t, "e-mail", info.Str("email"), "ada@example.org")
		hubtest.Want(t, "e-mail verified", info.JSON["email_verified"], any(true))

		// Another browser leads to the same user.
		again := hubs.Secondary.Browser()
		r2 := a.Redeem(again.Answer(hubs.Through(again, a, "ada@example.org")).Get("code"))
		hubtest.Want(t, "subject the second time", hubtest.ClaimsOf(t, r2.Str("id_token"))["sub"], id["sub"])
		// With sessions at both there is no page.
		if p := b.Authorize(a.Request()); !strings.HasPrefix(p.Location, hubtest.Callback) {
			t.Errorf("with live sessions: got %d, location %q", p.Status, p.Location)
		}
	})
}

// Setting a password later does not make a separate session at the secondary.
func TestSigningOutAtThePrimaryEndsASessionThatChangedItsPassword(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	hubs := hubtest.NewPair(t, w)
	a := hubs.Secondary.App()
	b := hubs.Secondary.Browser()
	b.Answer(hubs.Through(b, a, "ada@example.org"))
	here := b.At(hubs.Secondary)
	p := here.Submit(here.Open("/account/password"), "/account/password", "password", "three quiet herons wade")
	if p.URL.RequestURI() != "/account?done=password" {
		t.Fatalf("at %s: %s", p.URL, p.Body)
	}
	at := b.At(hubs.Primary)
	at.Submit(at.Open("/signout"), "/signout")
	here.OpenUntil("/account", func(p hubtest.Page) bool { return p.URL.Path == "/signin" })
}

func TestSigningOutAtThePrimaryEndsTheSessionAtTheSecondary(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		hubs := hubtest.NewPair(t, w)
		told := make(chan string, 10)
		receiver := hubtest.NewReceiver(t, told)
		a := hubs.Secondary.App(func(c *clients.Client) { c.BackchannelLogoutURI = receiver })
		b := hubs.Secondary.Browser()
		r := a.Redeem(b.Answer(hubs.Through(b, a, "ada@example.org")).Get("code"))
		at := b.At(hubs.Primary)
		at.Submit(at.Open("/signout"), "/signout")

		token := hubtest.Arrives(t, told, "the app hears of no logout") // the app gets a logout token from the secondary
		claims := hubtest.ClaimsOf(t, token)
		hubtest.Want(t, "issuer of the app's logout token", claims["iss"], any(hubs.Secondary.URL))
		hubtest.Want(t, "its sid", claims["sid"], hubtest.ClaimsOf(t, r.Str("id_token"))["sid"])
		if _, found := claims["nonce"]; found {
			t.Error("a logout token has a nonce")
		}
		if p := b.Authorize(a.Request()); strings.HasPrefix(p.Location, hubtest.Callback) {
			t.Error("the secondary's session lives on")
		}
		hubtest.Want(t, "userinfo", hubs.Secondary.Userinfo(r.Str("access_token")).Status, 401)
		// A replayed token and other input are refused.
		for name, bad := range map[string]string{"another hub's token": token, "an ID token": r.Str("id_token"), "garbage": "x.y.z"} {
			resp, err := http.PostForm(hubs.Secondary.URL+"/oauth2/backchannel/"+hubs.Key.ID, url.Values{"logout_token": {bad}})
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			hubtest.Want(t, name, resp.StatusCode, 400)
		}
	})
}

func TestAServerWaitsForApproval(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		secondary := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
		key, err := secondary.Hub.AddLoginKey(t.Context(), audit.Named("test"),
			federation.LoginKey{Kind: federation.KindPeer, Name: "Head office", BaseURL: w.URL + "/", Enabled: true}, "", "")
		if err != nil {
			t.Fatal(err)
		}
		hubtest.Want(t, "status", key.Join.Status, federation.Requested)
		id := secondary.URL + "/oauth2/client-metadata/" + key.ID
		b := w.Browser()
		p := b.Authorize(url.Values{"client_id": {id}, "redirect_uri": {secondary.URL + "/signin/from/" + key.ID}, "response_type": {"code"}})
		hubtest.RefusedPage(t, "before the approval", p)
		if !strings.Contains(p.Body, "waiting for approval") {
			t.Errorf("the page does not say what is going on:\n%s", p.Body)
		}
		for _, step := range []struct {
			decide clients.State
			want   federation.JoinStatus
		}{{clients.Active, federation.Active}, {clients.Suspended, federation.Suspended}, {clients.Active, federation.Active}} {
			if err := w.Hub.DecideServer(t.Context(), audit.Named("test"), id, step.decide); err != nil {
				t.Fatal(err)
			}
			key, err = secondary.Hub.JoinPrimary(t.Context(), audit.Named("test"), key.ID, "")
			if err != nil {
				t.Fatal(err)
			}
			hubtest.Want(t, "status after "+string(step.decide), key.Join.Status, step.want)
		}
	})
}

func TestATrustedDomainNeedsNoApproval(t *testing.T) {
	primary, secondary := hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	host, err := url.Parse(secondary.URL)
	if err != nil {
		t.Fatal(err)
	}
	err = primary.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.ServerDomains = []string{host.Hostname()} })
	if err != nil {
		t.Fatal(err)
	}
	key, err := secondary.Hub.AddLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{Kind: federation.KindPeer, Name: "Head office", BaseURL: primary.URL, Enabled: true}, "", "")
	if err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "status", key.Join.Status, federation.Active)
}

func TestAnInviteLetsOneServerIn(t *testing.T) {
	primary := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	invite, _, err := primary.Hub.NewInvite(t.Context(), audit.Named("test"), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	statuses := map[federation.JoinStatus]int{}
	for range 2 {
		secondary := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
		key, err := secondary.Hub.AddLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{Kind: federation.KindPeer, Name: "Head office", BaseURL: primary.URL, Enabled: true}, "", invite)
		if err != nil {
			t.Fatal(err)
		}
		statuses[key.Join.Status]++
	}
	hubtest.Want(t, "servers let in", statuses[federation.Active], 1)
}

func TestHubsThatSendPeopleRoundAreStopped(t *testing.T) {
	one, two := hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	direct := func(k *federation.LoginKey) { k.Direct = true }
	hubtest.Join(t, one, two, direct)
	hubtest.Join(t, two, one, direct)
	a := one.App()
	b := one.Browser()
	p := b.Authorize(a.Request())
	hops := 0
	for ; p.Location != "" && hops < 30; hops++ {
		p = b.Hop(p)
	}
	if hops >= 30 || p.Status < 400 {
		t.Fatalf("after %d hops: status %d, location %q", hops, p.Status, p.Location)
	}
	if !strings.Contains(p.Body, "circle") {
		t.Errorf("the page does not explain the circle:\n%s", p.Body)
	}
}

func TestAnAccountIsLinkedOnlyByItsPassword(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		hubs := hubtest.NewPair(t, w)
		local := hubs.Secondary.Person("ada@example.org")
		a := hubs.Secondary.App()
		b := hubs.Secondary.Browser()
		p := hubs.Through(b, a, "ada@example.org")
		if !strings.Contains(p.Body, `action="/signin/link"`) {
			t.Fatalf("got %d at %s, want the page that asks for the local password:\n%s", p.Status, p.URL, p.Body)
		}
		wrong := b.Submit(p, "/signin/link", "password", "not the password at all")
		hubtest.Want(t, "a wrong password", wrong.Status, 401)
		p = b.Submit(wrong, "/signin/link", "password", hubtest.Password)
		if strings.Contains(p.Body, `action="/consent"`) {
			p = b.Submit(p, "/consent", "decision", "allow")
		}
		r := a.Redeem(b.Answer(p).Get("code"))
		hubtest.Want(t, "subject", hubtest.ClaimsOf(t, r.Str("id_token"))["sub"], any(local.ID))

		again := hubs.Secondary.Browser()
		r = a.Redeem(again.Answer(hubs.Through(again, a, "ada@example.org")).Get("code"))
		hubtest.Want(t, "subject by the link", hubtest.ClaimsOf(t, r.Str("id_token"))["sub"], any(local.ID))
	})
}

func TestAnAnswerFromUpstreamBelongsToOneBrowserAndIsUsedOnce(t *testing.T) {
	primary := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	primary.Person("ada@example.org")
	hubs := hubtest.NewPair(t, primary)
	a := hubs.Secondary.App()
	b := hubs.Secondary.Browser()
	p := b.Submit(b.Authorize(a.Request()), "/signin/with/"+hubs.Key.ID)
	for p.Location != "" {
		p = b.Hop(p)
	}
	p = b.At(primary).SignIn(p, "ada@example.org")
	p = b.At(primary).Submit(p, "/consent", "decision", "allow")
	answer := p.Location
	if !strings.HasPrefix(answer, hubs.Secondary.URL+"/signin/from/") {
		t.Fatalf("location %q", answer)
	}
	hubtest.RefusedPage(t, "another browser", hubs.Secondary.Browser().Open(answer))
	hubtest.RefusedPage(t, "another key", b.Open(strings.Replace(answer, "/from/"+hubs.Key.ID, "/from/other", 1)))
	hubtest.RefusedPage(t, "the right one, after that", b.Open(answer))
}

func TestAnUnknownAnswerIsRefused(t *testing.T) {
	primary := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	hubs := hubtest.NewPair(t, primary)
	b := hubs.Secondary.Browser()
	b.Open("/signin")
	for _, query := range []string{"", "?state=x&code=y", "?error=access_denied", "?state=x&state=y", "?code=%ff", "?state=" + strings.Repeat("x", 5000)} {
		hubtest.RefusedPage(t, query, b.Open("/signin/from/"+hubs.Key.ID+query))
	}
}
