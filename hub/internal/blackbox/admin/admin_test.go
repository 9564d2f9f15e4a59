package admin_test

import (
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestTheFirstAdministratorComesByTheSetUpLink(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		link, err := w.Hub.SetupLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b := w.Browser()
		hubtest.RefusedPage(t, "without a token", b.Open("/setup"))
		hubtest.RefusedPage(t, "with a made-up token", b.Open("/setup?token=fhsetup_x"))
		p := b.Open(link)
		short := b.Submit(p, "/setup", "email", "root@example.org", "name", "Root", "password", "short")
		hubtest.Want(t, "a short password", short.Status, 422)
		if !strings.Contains(short.Body, "root@example.org") || strings.Contains(short.Body, `value="short"`) {
			t.Error("the form forgot the address, or kept the password")
		}
		var won atomic.Int32
		hubtest.AtOnce(20, func(int) {
			other := w.Browser()
			p := other.Open(link)
			if p.Status != 200 {
				return // another browser finished the setup first
			}
			made := other.Submit(p, "/setup", "email", "root@example.org", "name", "Root", "password", hubtest.Password)
			if made.URL.Path == "/admin/clients" {
				won.Add(1)
			}
		})
		hubtest.Want(t, "administrators made", won.Load(), 1)
		hubtest.RefusedPage(t, "the link again", b.Open(link))
		if _, err := w.Hub.SetupLink(t.Context()); err == nil {
			t.Error("a hub with an administrator makes setup links")
		}
	})
}

func TestASetUpLinkLastsAnHour(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	link, err := w.Hub.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Skip(time.Hour + time.Second)
	hubtest.RefusedPage(t, "after an hour", w.Browser().Open(link))
}

func TestAnAdministratorRegistersAnApp(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		b := w.Operator()
		wrong := b.Submit(b.Open("/admin/clients/new"), "/admin/clients", "type", "web", "app_name", "Wiki", "redirect_uris", "https://*.example.org/cb")
		hubtest.Want(t, "a wildcard", wrong.Status, 422)
		shown := b.Submit(wrong, "/admin/clients", "type", "web", "app_name", "Wiki <b>", "redirect_uris", hubtest.Callback)
		secret := hubtest.SecretShown.FindString(shown.Body)
		if secret == "" || strings.Contains(shown.Body, "<b>") {
			t.Fatalf("the secret is not shown, or the name is not escaped:\n%s", shown.Body)
		}
		all, err := w.Hub.Clients(t.Context())
		if err != nil || len(all) != 1 {
			t.Fatalf("%d clients, %v", len(all), err)
		}
		path := "/admin/clients/" + all[0].ID
		page := b.Open(path)
		if strings.Contains(page.Body, secret) {
			t.Error("the secret is shown a second time")
		}
		a := &hubtest.App{W: w, Client: all[0], Secret: secret, Verifier: strings.Repeat("v", 43)}
		hubtest.Want(t, "the new app's tokens", a.Redeem(b.SignInTo(a, "root@example.org").Get("code")).Status, 200)

		// Add a second secret while the first one works; then delete the first.
		second := *a
		second.Secret = hubtest.SecretShown.FindString(b.Submit(b.Open(path), path+"/secrets", "life", "90d").Body)
		hubtest.Want(t, "the first secret", a.Post("/oauth2/introspect", "token", "x").Status, 200)
		hubtest.Want(t, "the second secret", second.Post("/oauth2/introspect", "token", "x").Status, 200)
		b.Submit(b.Open(path), path+"/secrets/delete", "secret", all[0].Secrets[0].ID)
		hubtest.Refused(t, "the first secret, deleted", a.Post("/oauth2/introspect", "token", "x"), 401, "invalid_client")
		w.Clock.Skip(91 * 24 * time.Hour)
		hubtest.Refused(t, "the second secret, expired", second.Post("/oauth2/introspect", "token", "x"), 401, "invalid_client")
	})
}

func TestGrantTypeAndResponseTypeMustPair(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	a := w.App()
	path := "/admin/clients/" + a.ID
	p := b.Submit(b.Open(path), path, "grant_type", "Implicit", "response_type", "Code")
	hubtest.Want(t, "Implicit with Code", p.Status, 422)
	p = b.Submit(b.Open(path), path, "grant_type", "Authorization Code", "response_type", "Token")
	hubtest.Want(t, "Authorization Code with Token", p.Status, 422)
	p = b.Submit(b.Open(path), path, "grant_type", "Implicit", "response_type", "Token", "refresh_tokens", "")
	hubtest.Want(t, "Implicit with Token", p.Status, 200)
	p = b.Submit(b.Open(path), path, "app_name", "Renamed", "disabled", "1")
	hubtest.Want(t, "switched off", p.Status, 200)
	hubtest.RefusedPage(t, "an app that is off", w.Browser().Authorize(a.Request()))
	hubtest.Refused(t, "its tokens", a.Redeem("fhc_x"), 401, "invalid_client")
	p = b.Submit(b.Open(path), path+"/delete", "confirm", "something else")
	hubtest.Want(t, "deleting without its name", p.Status, 422)
	p = b.Submit(b.Open(path), path+"/delete", "confirm", "Renamed")
	hubtest.Want(t, "deleting", p.URL.Path, "/admin/clients")
	hubtest.RefusedPage(t, "a deleted app", b.Open(path))
}

func TestAnAdministratorChoosesForceOrAuto(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	wrong := b.Submit(b.Open("/admin/settings"), "/admin/settings", "hub_name", "", "trusted_domains", "com")
	hubtest.Want(t, "no name and a whole top-level domain", wrong.Status, 422)
	p := b.Submit(wrong, "/admin/settings", "hub_name", "Head office", "skip_authorization", "Force", "trusted_domains", ".example.org\nhub.example.net")
	hubtest.Want(t, "saved", p.Status, 200)
	if !strings.Contains(p.Body, "Head office") || !strings.Contains(p.Body, ".example.org\nhub.example.net") {
		t.Errorf("the page does not show what was saved:\n%s", p.Body)
	}
	a := w.App()
	b.SignInTo(a, "root@example.org")
	if p := b.Authorize(a.Request()); !strings.Contains(p.Body, `action="/consent"`) {
		t.Error("Force does not ask again")
	}
}

func TestFederatingByTheAdminPages(t *testing.T) {
	primary, secondary := hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	primary.Person("ada@example.org")
	here, there := secondary.Operator(), primary.Operator()

	p := here.Submit(here.Open("/admin/providers/new?kind=peer"), "/admin/providers", "base_url", primary.URL+"/")
	if !strings.Contains(p.Body, "Nothing was sent yet") {
		t.Fatalf("got %d at %s, want the card:\n%s", p.Status, p.URL, p.Body)
	}
	if servers := there.Open("/admin/hubs"); !strings.Contains(servers.Body, "No connected hubs yet") {
		t.Errorf("the primary has heard of the secondary before an administrator confirmed:\n%s", servers.Body)
	}
	p = here.Submit(p, "/admin/providers")
	key := strings.TrimPrefix(p.URL.Path, "/admin/providers/")
	if !strings.Contains(p.Body, "Waiting for approval") {
		t.Fatalf("got %d at %s:\n%s", p.Status, p.URL, p.Body)
	}
	waiting := there.Open("/admin/hubs")
	id := secondary.URL + "/oauth2/client-metadata/" + key
	if !strings.Contains(waiting.Body, id) {
		t.Fatalf("the request does not appear at the primary:\n%s", waiting.Body)
	}
	there.Submit(waiting, "/admin/hubs/approve", "server", id)
	p = here.Open("/admin/providers/" + key)
	if !strings.Contains(p.Body, "The primary hub approved this hub") {
		t.Errorf("the approval does not appear at the secondary:\n%s", p.Body)
	}
	hubs := hubtest.Pair{Primary: primary, Secondary: secondary, Key: federation.LoginKey{ID: key}}
	a := secondary.App()
	b := secondary.Browser()
	if here.W == nil || b.Answer(hubs.Through(b, a, "ada@example.org")).Get("code") == "" {
		t.Error("nobody gets through")
	}
	there.Submit(there.Open("/admin/hubs"), "/admin/hubs/suspend", "server", id)
	fresh := secondary.Browser()
	at := hubs.Through(fresh, a, "ada@example.org")
	if strings.HasPrefix(at.Location, hubtest.Callback) || !strings.Contains(at.Body, "An administrator of this hub suspended it.") {
		t.Errorf("where the server is suspended: %d %s\n%s", at.Status, at.Location, at.Body)
	}
	p = here.Submit(here.Open("/admin/providers/"+key+"/delete"), "/admin/providers/"+key+"/delete", "confirm", "wrong name")
	hubtest.Want(t, "deleting without its name", p.Status, 422)

	invite := regexp.MustCompile(`fhi_[a-z0-9]+`).FindString(there.Submit(there.Open("/admin/hubs"), "/admin/hubs/invite").Body)
	if invite == "" {
		t.Error("no invite code is shown")
	}
}

func TestALoginKeyKeepsItsSecret(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	p := b.Submit(b.Open("/admin/providers/new?kind=openid"), "/admin/providers", "name", "Example", "base_url", "https://accounts.example.org")
	path := p.URL.Path
	p = b.Submit(p, path, "client_id", "us", "client_secret", "a very secret thing", "enabled", "1")
	hubtest.Want(t, "saved", p.Status, 200)
	if strings.Contains(p.Body, "a very secret thing") {
		t.Error("the secret is shown")
	}
	p = b.Submit(p, path, "base_url", "https://evil.example.org")
	hubtest.Want(t, "another address with the saved secret", p.Status, 422)
	p = b.Submit(b.Open("/admin/providers/new?kind=openid"), "/admin/providers", "name", "Me", "base_url", w.URL)
	hubtest.Want(t, "ourselves", p.Status, 422)
	p = b.Submit(b.Open("/admin/providers/new?kind=openid"), "/admin/providers", "name", "x", "base_url", "javascript:alert(1)")
	hubtest.Want(t, "no address", p.Status, 422)
}

func TestNothingSecretIsLoggedOrKept(t *testing.T) {
	db := hubtest.OpenSQLite(t)
	w := hubtest.NewWorld(t, db)
	link, err := w.Hub.SetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	setup, _ := url.Parse(link)
	w.Person("ada@example.org")
	a := w.App()
	b := w.Browser()
	answer := b.SignInTo(a, "ada@example.org", "state", "a-state-to-find", "nonce", "a-nonce-to-find")
	r := a.Redeem(answer.Get("code"))
	next := a.Refresh(r.Str("refresh_token"))
	a.Redeem(answer.Get("code")) // a replay is logged, without the code
	b.Submit(b.Open("/signout"), "/signout")
	wrong := w.Browser()
	wrong.Submit(wrong.Open("/signin"), "/signin", "email", "ada@example.org", "password", "the wrong password to find")

	secrets := map[string]string{
		"set-up token": setup.Query().Get("token"), "client secret": a.Secret, "code": answer.Get("code"), "state": "a-state-to-find",
		"access token": r.Str("access_token"), "id_token": r.Str("id_token"), "refresh token": r.Str("refresh_token"), "successor": next.Str("refresh_token"),
		"password": hubtest.Password, "wrong password": "the wrong password to find", "verifier": a.Verifier,
	}
	for name, value := range hubtest.Cookies(b) {
		if strings.HasSuffix(name, "_via") || strings.HasSuffix(name, "_last") {
			continue // the cookie with the last sign-in method is no secret
		}
		secrets["cookie "+name] = value
	}
	log, kept := w.Logs.String(), hubtest.Dump(t, w)
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
		// The state of a flow is stored until the response; nothing else is.
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
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	b := w.Browser()
	b.SignIn(b.Open("/signin"), "ada@example.org")
	for range 5 {
		w.Clock.Skip(20 * time.Hour)
		hubtest.Want(t, "used every day", b.Open("/account").URL.Path, "/account")
	}
	w.Clock.Skip(25 * time.Hour)
	hubtest.Want(t, "a day unused", b.Open("/account").URL.Path, "/signin")

	b.SignIn(b.Open("/signin"), "ada@example.org")
	for range 15 {
		w.Clock.Skip(23 * time.Hour)
		b.Open("/account")
	}
	hubtest.Want(t, "used for more than two weeks", b.Open("/account").URL.Path, "/signin")
}

func TestWrongPasswordsSlowDown(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		for _, email := range []string{"ada@example.org", "nobody@example.org"} {
			b := w.Browser()
			p := b.Open("/signin")
			var bodies []string
			for range 8 {
				p = b.Submit(p, "/signin", "email", email, "password", "not it, not it, not it")
				bodies = append(bodies, p.Body)
			}
			hubtest.Want(t, email+" in the end", p.Status, 429)
			if !strings.Contains(bodies[0], "Wrong email or password.") {
				t.Errorf("the first answer:\n%s", bodies[0])
			}
		}
		w.Clock.Skip(2 * time.Hour)
		b := w.Browser()
		hubtest.Want(t, "the right one, later", b.SignIn(b.Open("/signin"), "ada@example.org").URL.Path, "/account")
	})
}
