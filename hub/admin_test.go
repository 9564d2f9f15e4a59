package hub_test

import (
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
)

// operator is a browser with an administrator signed in.
func (w *world) operator() *browser {
	w.Helper()
	w.person("root@example.org", "admin")
	b := w.browser()
	b.signIn(b.open("/signin"), "root@example.org")
	return b
}

func TestTheFirstAdministratorComesByTheSetUpLink(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		link, err := w.Hub.SetupLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b := w.browser()
		refusedPage(t, "without a token", b.open("/setup"))
		refusedPage(t, "with a made-up token", b.open("/setup?token=fhsetup_x"))
		p := b.open(link)
		short := b.submit(p, "/setup", "email", "root@example.org", "name", "Root", "password", "short")
		want(t, "a short password", short.Status, 422)
		if !strings.Contains(short.Body, "root@example.org") || strings.Contains(short.Body, `value="short"`) {
			t.Error("the form forgot the address, or kept the password")
		}
		var won atomic.Int32
		atOnce(20, func(int) {
			other := w.browser()
			p := other.open(link)
			if p.Status != 200 {
				return // another was quicker
			}
			made := other.submit(p, "/setup", "email", "root@example.org", "name", "Root", "password", password)
			if made.URL.Path == "/admin/clients" {
				won.Add(1)
			}
		})
		want(t, "administrators made", won.Load(), 1)
		refusedPage(t, "the link again", b.open(link))
		if _, err := w.Hub.SetupLink(t.Context()); err == nil {
			t.Error("a hub with an administrator makes set-up links")
		}
	})
}

func TestASetUpLinkLastsAnHour(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	link, err := w.Hub.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.clock.skip(time.Hour + time.Second)
	refusedPage(t, "after an hour", w.browser().open(link))
}

var secretShown = regexp.MustCompile(`fhs_[A-Za-z0-9_-]+`)

func TestAnAdministratorRegistersAnApp(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		b := w.operator()
		wrong := b.submit(b.open("/admin/clients/new"), "/admin/clients", "type", "web", "app_name", "Wiki", "redirect_uris", "https://*.example.org/cb")
		want(t, "a wildcard", wrong.Status, 422)
		shown := b.submit(wrong, "/admin/clients", "type", "web", "app_name", "Wiki <b>", "redirect_uris", callback+"\n"+callback+"/2")
		want(t, "two addresses and no default", shown.Status, 422)
		shown = b.submit(wrong, "/admin/clients", "type", "web", "app_name", "Wiki <b>", "redirect_uris", callback)
		secret := secretShown.FindString(shown.Body)
		if secret == "" || strings.Contains(shown.Body, "<b>") {
			t.Fatalf("the secret is not shown, or the name is not escaped:\n%s", shown.Body)
		}
		all, err := w.Hub.Clients(t.Context())
		if err != nil || len(all) != 1 {
			t.Fatalf("%d clients, %v", len(all), err)
		}
		path := "/admin/clients/" + all[0].ID
		page := b.open(path)
		if strings.Contains(page.Body, secret) {
			t.Error("the secret is shown a second time")
		}
		a := &app{w: w, Client: all[0], Secret: secret, verifier: strings.Repeat("v", 43)}
		want(t, "the new app's tokens", a.redeem(b.signInTo(a, "root@example.org").Get("code")).Status, 200)

		// A second secret, while the first goes on working; then the first goes.
		second := *a
		second.Secret = secretShown.FindString(b.submit(b.open(path), path+"/secrets", "life", "90d").Body)
		want(t, "the first secret", a.post("/oauth2/introspect", "token", "x").Status, 200)
		want(t, "the second secret", second.post("/oauth2/introspect", "token", "x").Status, 200)
		b.submit(b.open(path), path+"/secrets/delete", "secret", all[0].Secrets[0].ID)
		refused(t, "the first secret, deleted", a.post("/oauth2/introspect", "token", "x"), 401, "invalid_client")
		w.clock.skip(91 * 24 * time.Hour)
		refused(t, "the second secret, expired", second.post("/oauth2/introspect", "token", "x"), 401, "invalid_client")
	})
}

func TestGrantTypeAndResponseTypeMustPair(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	b := w.operator()
	a := w.app()
	path := "/admin/clients/" + a.ID
	p := b.submit(b.open(path), path, "grant_type", "Implicit", "response_type", "Code")
	want(t, "Implicit with Code", p.Status, 422)
	p = b.submit(b.open(path), path, "grant_type", "Authorization Code", "response_type", "Token")
	want(t, "Authorization Code with Token", p.Status, 422)
	p = b.submit(b.open(path), path, "grant_type", "Implicit", "response_type", "Token", "refresh_tokens", "")
	want(t, "Implicit with Token", p.Status, 200)
	p = b.submit(b.open(path), path, "app_name", "Renamed", "disabled", "1")
	want(t, "switched off", p.Status, 200)
	refusedPage(t, "an app that is off", w.browser().authorize(a.request()))
	refused(t, "its tokens", a.redeem("fhc_x"), 401, "invalid_client")
	p = b.submit(b.open(path), path+"/delete", "confirm", "something else")
	want(t, "deleting without its name", p.Status, 422)
	p = b.submit(b.open(path), path+"/delete", "confirm", "Renamed")
	want(t, "deleting", p.URL.Path, "/admin/clients")
	refusedPage(t, "a deleted app", b.open(path))
}

func TestAnAdministratorChoosesForceOrAuto(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	b := w.operator()
	wrong := b.submit(b.open("/admin/settings"), "/admin/settings", "hub_name", "", "trusted_domains", "com")
	want(t, "no name and a whole top-level domain", wrong.Status, 422)
	p := b.submit(wrong, "/admin/settings", "hub_name", "Head office", "skip_authorization", "Force", "trusted_domains", ".example.org\nhub.example.net")
	want(t, "saved", p.Status, 200)
	if !strings.Contains(p.Body, "Head office") || !strings.Contains(p.Body, ".example.org\nhub.example.net") {
		t.Errorf("the page does not show what was saved:\n%s", p.Body)
	}
	a := w.app()
	b.signInTo(a, "root@example.org")
	if p := b.authorize(a.request()); !strings.Contains(p.Body, `action="/consent"`) {
		t.Error("Force does not ask again")
	}
}

func TestFederatingByTheAdminPages(t *testing.T) {
	primary, secondary := newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
	primary.person("ada@example.org")
	here, there := secondary.operator(), primary.operator()

	p := here.submit(here.open("/admin/keys/new?kind=peer"), "/admin/keys", "base_url", primary.URL+"/")
	if !strings.Contains(p.Body, "Nothing has been sent yet") {
		t.Fatalf("got %d at %s, want the card:\n%s", p.Status, p.URL, p.Body)
	}
	if servers := there.open("/admin/servers"); !strings.Contains(servers.Body, "No servers yet") {
		t.Errorf("the primary has heard of the secondary before an administrator confirmed:\n%s", servers.Body)
	}
	p = here.submit(p, "/admin/keys")
	key := strings.TrimPrefix(p.URL.Path, "/admin/keys/")
	if !strings.Contains(p.Body, "Waiting for approval") {
		t.Fatalf("got %d at %s:\n%s", p.Status, p.URL, p.Body)
	}
	waiting := there.open("/admin/servers")
	id := secondary.URL + "/oauth2/client-metadata/" + key
	if !strings.Contains(waiting.Body, id) {
		t.Fatalf("the request does not appear at the primary:\n%s", waiting.Body)
	}
	there.submit(waiting, "/admin/servers/approve", "server", id)
	p = here.open("/admin/keys/" + key)
	if !strings.Contains(p.Body, "The primary approved it") {
		t.Errorf("the approval does not appear at the secondary:\n%s", p.Body)
	}
	hubs := pair{primary, secondary, federation.LoginKey{ID: key}}
	a := secondary.app()
	b := secondary.browser()
	if here.w == nil || b.answer(hubs.through(b, a, "ada@example.org")).Get("code") == "" {
		t.Error("nobody gets through")
	}
	there.submit(there.open("/admin/servers"), "/admin/servers/suspend", "server", id)
	fresh := secondary.browser()
	at := hubs.through(fresh, a, "ada@example.org")
	if strings.HasPrefix(at.Location, callback) || !strings.Contains(at.Body, "An administrator of this hub has suspended it.") {
		t.Errorf("where the server is suspended: %d %s\n%s", at.Status, at.Location, at.Body)
	}
	p = here.submit(here.open("/admin/keys/"+key+"/delete"), "/admin/keys/"+key+"/delete", "confirm", "wrong name")
	want(t, "deleting without its name", p.Status, 422)

	invite := regexp.MustCompile(`fhi_[a-z0-9]+`).FindString(there.submit(there.open("/admin/servers"), "/admin/servers/invite").Body)
	if invite == "" {
		t.Error("no invite code is shown")
	}
}

func TestALoginKeyKeepsItsSecret(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	b := w.operator()
	p := b.submit(b.open("/admin/keys/new?kind=openid"), "/admin/keys", "name", "Example", "base_url", "https://accounts.example.org")
	path := p.URL.Path
	p = b.submit(p, path, "client_id", "us", "client_secret", "a very secret thing", "enabled", "1")
	want(t, "saved", p.Status, 200)
	if strings.Contains(p.Body, "a very secret thing") {
		t.Error("the secret is shown")
	}
	p = b.submit(p, path, "base_url", "https://evil.example.org")
	want(t, "another address with the saved secret", p.Status, 422)
	p = b.submit(b.open("/admin/keys/new?kind=openid"), "/admin/keys", "name", "Me", "base_url", w.URL)
	want(t, "ourselves", p.Status, 422)
	p = b.submit(b.open("/admin/keys/new?kind=openid"), "/admin/keys", "name", "x", "base_url", "javascript:alert(1)")
	want(t, "no address", p.Status, 422)
}

func TestNothingSecretIsLoggedOrKept(t *testing.T) {
	db := openSQLite(t)
	w := newWorld(t, db)
	link, err := w.Hub.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	setup, _ := url.Parse(link)
	w.person("ada@example.org")
	a := w.app()
	b := w.browser()
	answer := b.signInTo(a, "ada@example.org", "state", "a-state-to-find", "nonce", "a-nonce-to-find")
	r := a.redeem(answer.Get("code"))
	next := a.refresh(r.str("refresh_token"))
	a.redeem(answer.Get("code")) // a replay is reported, and not with the code
	b.submit(b.open("/signout"), "/signout")
	wrong := w.browser()
	wrong.submit(wrong.open("/signin"), "/signin", "email", "ada@example.org", "password", "the wrong password to find")

	secrets := map[string]string{
		"set-up token": setup.Query().Get("token"), "client secret": a.Secret, "code": answer.Get("code"), "state": "a-state-to-find",
		"access token": r.str("access_token"), "id_token": r.str("id_token"), "refresh token": r.str("refresh_token"), "successor": next.str("refresh_token"),
		"password": password, "wrong password": "the wrong password to find", "verifier": a.verifier,
	}
	for name, value := range cookies(b) {
		if strings.HasSuffix(name, "_via") || strings.HasSuffix(name, "_last") {
			continue // which button was used last is no secret
		}
		secrets["cookie "+name] = value
	}
	log, kept := w.log.String(), dump(t, w)
	if len(log) < 1000 || len(kept) < 1000 {
		t.Fatalf("only %d bytes of log and %d of records: the test looks at nothing", len(log), len(kept))
	}
	for name, value := range secrets {
		if value == "" {
			t.Errorf("there was no %s to look for", name)
			continue
		}
		if strings.Contains(log, value) {
			t.Errorf("the log holds a %s", name)
		}
		// A flow's own state is kept until it is answered; nothing else is.
		if strings.Contains(kept, value) && name != "state" {
			t.Errorf("the database holds a %s", name)
		}
	}
	for _, header := range []string{"BEGIN PRIVATE", "BEGIN RSA", `"d":"`} {
		if strings.Contains(kept, header) {
			t.Errorf("a signing key lies open: %s", header)
		}
	}
}

func TestASessionEndsByItself(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	b := w.browser()
	b.signIn(b.open("/signin"), "ada@example.org")
	for range 5 {
		w.clock.skip(20 * time.Hour)
		want(t, "used every day", b.open("/account").URL.Path, "/account")
	}
	w.clock.skip(25 * time.Hour)
	want(t, "a day unused", b.open("/account").URL.Path, "/signin")

	b.signIn(b.open("/signin"), "ada@example.org")
	for range 15 {
		w.clock.skip(23 * time.Hour)
		b.open("/account")
	}
	want(t, "used for more than two weeks", b.open("/account").URL.Path, "/signin")
}

func TestWrongPasswordsSlowDown(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.person("ada@example.org")
		for _, email := range []string{"ada@example.org", "nobody@example.org"} {
			b := w.browser()
			p := b.open("/signin")
			var bodies []string
			for range 8 {
				p = b.submit(p, "/signin", "email", email, "password", "not it, not it, not it")
				bodies = append(bodies, p.Body)
			}
			want(t, email+" in the end", p.Status, 429)
			if !strings.Contains(bodies[0], "That email or password isn&#39;t right.") {
				t.Errorf("the first answer:\n%s", bodies[0])
			}
		}
		w.clock.skip(2 * time.Hour)
		b := w.browser()
		want(t, "the right one, later", b.signIn(b.open("/signin"), "ada@example.org").URL.Path, "/account")
	})
}
