package hub_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/settings"
)

// What an app tries that wants more than it was given.

func TestATokenEndsWithTheClientItWasIssuedTo(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	job := w.app(func(c *clients.Client) { c.ClientCredentials, c.Resources = true, []string{filesAPI} })
	files := w.app(func(c *clients.Client) {
		c.Type, c.RedirectURIs, c.RefreshTokens, c.Serves = clients.Service, nil, false, []string{filesAPI}
	})
	g := w.gateway(clients.Exchange{From: []string{job.ID}, Impersonate: true})
	issued := map[string]string{
		"its own":    job.post("/oauth2/token", "grant_type", "client_credentials", "scope", "files", "resource", filesAPI).str("access_token"),
		"a person's": w.signedIn(job, "scope", "openid files", "resource", filesAPI).str("access_token"),
	}
	for name, token := range issued {
		want(t, name+" token", files.active(token), true)
	}
	b := w.operator()
	want(t, "switching off", b.submit(b.open("/admin/clients/"+job.ID), "/admin/clients/"+job.ID, "disabled", "1").Status, 200)
	for name, token := range issued {
		want(t, name+" token of a client that is switched off", files.active(token), false)
		refused(t, name+" token of a client that is switched off, exchanged", g.swap(token), 400, "invalid_request")
	}
}

func TestAClientThatSkipsConsentCannotWidenWhatItSkips(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	w.person("ada@example.org")
	a, r := w.registered(metadata{"scope": "openid"})
	o := w.operator()
	want(t, "vouching for it", o.submit(o.open("/admin/clients/"+a.ID), "/admin/clients/"+a.ID, "skip_authorization", "1").Status, 200)
	b := w.browser()
	want(t, "nobody is asked", b.answer(b.signIn(b.authorize(a.request("scope", "openid")), "ada@example.org")).Get("error"), "")

	put := func(scope string) {
		t.Helper()
		want(t, "redeclaring", w.sendJSON("PUT", r.str("registration_client_uri"), r.str("registration_access_token"), declared(metadata{"client_id": a.ID, "scope": scope})).Status, 200)
	}
	put("openid")
	want(t, "the same again", b.answer(b.authorize(a.request("scope", "openid"))).Get("error"), "")
	put("openid email phone")
	want(t, "more than was vouched for", b.answer(b.authorize(a.request("scope", "openid email phone", "prompt", "none"))).Get("error"), "consent_required")
}

func TestARedeclarationLeavesWhatAnAdministratorGave(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	a, r := w.registered(metadata{"grant_types": []string{"authorization_code", "client_credentials"}})
	o := w.operator()
	want(t, "giving it APIs", o.submit(o.open("/admin/clients/"+a.ID), "/admin/clients/"+a.ID, "resources", filesAPI, "serves", mailAPI).Status, 200)
	want(t, "redeclaring", w.sendJSON("PUT", r.str("registration_client_uri"), r.str("registration_access_token"),
		declared(metadata{"client_id": a.ID, "grant_types": []string{"authorization_code", "client_credentials"}})).Status, 200)
	c, err := w.Hub.Client(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "what it may ask for", strings.Join(c.Resources, " "), filesAPI)
	want(t, "what it is", strings.Join(c.Serves, " "), mailAPI)
}

func TestNobodyJoinsASectorThatIsNotTheirs(t *testing.T) { // OIDC Core §8.1, CIBA §4
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	ada := w.person("ada@example.org")
	victim, _ := w.registered(metadata{"subject_type": "pairwise"})
	theirs, _ := claimsOf(t, w.signedIn(victim, "scope", "openid").str("id_token"))["sub"].(string)
	known := map[string]string{theirs: "the victim", ada.ID: "the public"}
	device := metadata{"subject_type": "pairwise", "grant_types": []string{clients.GrantDevice}, "token_endpoint_auth_method": "none", "application_type": "native"}
	for name, edit := range map[string]metadata{
		"an address that nobody has to have":  {"redirect_uris": []string{callback}},
		"no address":                          {"redirect_uris": nil},
		"an address of its own scheme":        {"redirect_uris": []string{"com.example.app:/callback"}},
		"an address on everybody's machine":   {"redirect_uris": []string{"http://127.0.0.1/callback"}},
		"another on everybody's machine":      {"redirect_uris": []string{"http://127.0.0.1/other"}},
		"one that wants to be two: a new one": {"redirect_uris": []string{"com.example.app:/callback"}},
	} {
		a, _ := w.registered(device, edit)
		r := a.begin("scope", "openid")
		w.browser().answerDevice(r.str("user_code"), "ada@example.org", "allow")
		sub, _ := claimsOf(t, a.poll(r.str("device_code")).str("id_token"))["sub"].(string)
		if other := known[sub]; other != "" {
			t.Errorf("%s: it knows Ada by the name that %s has for her", name, other)
		}
		known[sub] = name
	}
	sector := newServer(t, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte(fmtJSON([]string{callback}))) })
	for name, edit := range map[string]metadata{"no address": {"redirect_uris": nil}, "the victim's address": {"redirect_uris": []string{callback}}} {
		refused(t, "the victim's sector with "+name, w.register(device, edit, metadata{"sector_identifier_uri": sector + "/sector.json"}), 400, "invalid_client_metadata")
	}
}

func TestNobodyLetsThemselvesAskPeopleByBackChannel(t *testing.T) { // CIBA §14
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	ciba := metadata{"grant_types": []string{"authorization_code", clients.GrantCIBA}, "backchannel_token_delivery_mode": "poll"}
	refused(t, "registering", w.register(ciba), 400, "invalid_client_metadata")
	a, r := w.registered()
	refused(t, "changing to it", w.sendJSON("PUT", r.str("registration_client_uri"), r.str("registration_access_token"), declared(ciba, metadata{"client_id": a.ID})), 400, "invalid_client_metadata")
	token, _, err := w.Hub.NewInitialToken(t.Context(), "test", 1, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	r = w.sendJSON("POST", "/oauth2/register", token, declared(ciba))
	want(t, "let in by an administrator", r.Status, 201)
	want(t, "and changing that", w.sendJSON("PUT", r.str("registration_client_uri"), r.str("registration_access_token"), declared(ciba, metadata{"client_id": r.str("client_id"), "client_name": "Bank"})).Status, 200)
}

func TestAServiceHasNoPersonsScope(t *testing.T) { // RFC 6749 §4.4
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	a, _ := w.registered(metadata{"grant_types": []string{"client_credentials"}, "redirect_uris": nil})
	r := a.post("/oauth2/token", "grant_type", "client_credentials")
	want(t, "the scope it gets", r.str("scope"), "")
	for _, scope := range []string{"openid", "email", "phone", "address"} {
		refused(t, scope, a.post("/oauth2/token", "grant_type", "client_credentials", "scope", scope), 400, "invalid_scope")
	}
}

func TestPushingIsSlowedDownForWhoProvesNothing(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	a, job := w.app(spa), w.app()
	kept := 0
	for ; kept < 4000 && a.post("/oauth2/par", "scope", "admin").Status != 429; kept++ {
	}
	if kept < 2000 || kept == 4000 {
		t.Errorf("slowed down after %d", kept)
	}
	want(t, "one that proves itself", job.push(job.request()).Status, 201)
}

func TestADefaultMaxAgeBeyondAllTimeIsRefused(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	refused(t, "default_max_age", w.register(metadata{"default_max_age": 10_000_000_000}), 400, "invalid_client_metadata")
}

func TestTextThatIsNoTextIsRefusedInARequestObject(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		a := w.app(func(c *clients.Client) { c.Algs.Request, c.DetailTypes = "none", []string{"payment"} })
		b := w.browser()
		for _, member := range []string{"\"claims\":{\"userinfo\":{\"\xff\":null}}", "\"authorization_details\":[{\"type\":\"payment\",\"to\":\"\xff\"}]", "\"resource\":[\"\xff\"]", "\"scope\":\"\xff\""} {
			object := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "{%s}", member)) + "."
			want(t, fmt.Sprintf("%q", member), b.answer(b.authorize(a.request("request", object))).Get("error"), "invalid_request_object")
		}
	})
}

// TestNobodyIsWornDownByQuestions: a person who is asked often enough says yes.
func TestNobodyIsWornDownByQuestions(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	w.person("bo@example.org")
	a, other := w.callCentre(), w.callCentre()
	for range 5 {
		want(t, "a question", a.ask().Status, 200)
	}
	refused(t, "one more", a.ask(), 403, "access_denied")
	want(t, "another person", a.ask("login_hint", "bo@example.org").Status, 200)
	want(t, "another client", other.ask().Status, 200)
	w.clock.skip(11 * time.Minute)
	want(t, "when the old ones expired", a.ask().Status, 200)
}

// TestAnotherSiteDoesNotUseUpGuesses: five wrong codes lock a person out of
// connecting devices for a quarter of an hour.
func TestAnotherSiteDoesNotUseUpGuesses(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	tv := w.television()
	b := w.browser()
	b.signIn(b.open("/signin"), "ada@example.org")
	for range 10 {
		req, err := http.NewRequest(http.MethodGet, w.URL+"/device/confirm?user_code=BBBB-BBBB", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		want(t, "where it leads", b.read(b.Do(req)).Location, "/device?user_code=BBBB-BBBB")
	}
	want(t, "her own device", b.answerDevice(tv.begin().str("user_code"), "ada@example.org", "allow").Status, 200)
}

// TestNoFormIsPostedToAnAppsScheme: the page would lead nowhere.
func TestNoFormIsPostedToAnAppsScheme(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	const scheme = "com.example.payroll:/callback"
	a := w.app(func(c *clients.Client) { c.Type, c.RedirectURIs = clients.Native, []string{scheme} })
	p := w.browser().authorize(a.request("redirect_uri", scheme, "response_mode", "form_post"))
	if !strings.HasPrefix(p.Location, scheme+"?error=invalid_request&") {
		t.Errorf("got %d %s", p.Status, p.Location)
	}
}
