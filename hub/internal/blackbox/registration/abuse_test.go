package registration_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// Attempts of an app to get more than it was granted.

func TestATokenEndsWithTheClientItWasIssuedTo(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	job := w.App(func(c *clients.Client) {
		c.Resources = []string{hubtest.FilesAPI}
		c.SetGrant(clients.GrantClientCredentials, true)
	})
	files := w.App(func(c *clients.Client) {
		c.Type, c.RedirectURIs, c.Serves = clients.Service, nil, []string{hubtest.FilesAPI}
	})
	g := w.Gateway(clients.Exchange{From: []string{job.ID}, Impersonate: true})
	issued := map[string]string{
		"its own":    job.Post("/oauth2/token", "grant_type", "client_credentials", "scope", "files", "resource", hubtest.FilesAPI).Str("access_token"),
		"a person's": w.SignedIn(job, "scope", "openid files", "resource", hubtest.FilesAPI).Str("access_token"),
	}
	for name, token := range issued {
		hubtest.Want(t, name+" token", files.Active(token), true)
	}
	b := w.Operator()
	hubtest.Want(t, "switching off", b.Submit(b.Open("/admin/clients/"+job.ID), "/admin/clients/"+job.ID, "disabled", "1").Status, 200)
	for name, token := range issued {
		hubtest.Want(t, name+" token of a client that is switched off", files.Active(token), false)
		hubtest.Refused(t, name+" token of a client that is switched off, exchanged", g.Swap(token), 400, "invalid_request")
	}
}

func TestAClientThatSkipsConsentCannotWidenWhatItSkips(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	w.Person("ada@example.org")
	a, r := w.Registered(hubtest.Metadata{"scope": "openid"})
	o := w.Operator()
	hubtest.Want(t, "vouching for it", o.Submit(o.Open("/admin/clients/"+a.ID), "/admin/clients/"+a.ID, "skip_authorization", "1").Status, 200)
	b := w.Browser()
	hubtest.Want(t, "nobody is asked", b.Answer(b.SignIn(b.Authorize(a.Request("scope", "openid")), "ada@example.org")).Get("error"), "")

	put := func(scope string) {
		t.Helper()
		hubtest.Want(t, "redeclaring", w.SendJSON("PUT", r.Str("registration_client_uri"), r.Str("registration_access_token"), hubtest.Declared(hubtest.Metadata{"client_id": a.ID, "scope": scope})).Status, 200)
	}
	put("openid")
	hubtest.Want(t, "the same again", b.Answer(b.Authorize(a.Request("scope", "openid"))).Get("error"), "")
	put("openid email phone")
	hubtest.Want(t, "more than was vouched for", b.Answer(b.Authorize(a.Request("scope", "openid email phone", "prompt", "none"))).Get("error"), "consent_required")
}

func TestARedeclarationLeavesWhatAnAdministratorGave(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	a, r := w.Registered(hubtest.Metadata{"grant_types": []string{"authorization_code", "client_credentials"}})
	o := w.Operator()
	hubtest.Want(t, "giving it APIs", o.Submit(o.Open("/admin/clients/"+a.ID), "/admin/clients/"+a.ID, "resources", hubtest.FilesAPI, "serves", hubtest.MailAPI).Status, 200)
	hubtest.Want(t, "redeclaring", w.SendJSON("PUT", r.Str("registration_client_uri"), r.Str("registration_access_token"),
		hubtest.Declared(hubtest.Metadata{"client_id": a.ID, "grant_types": []string{"authorization_code", "client_credentials"}})).Status, 200)
	c, err := w.Hub.Client(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "what it may ask for", strings.Join(c.Resources, " "), hubtest.FilesAPI)
	hubtest.Want(t, "what it is", strings.Join(c.Serves, " "), hubtest.MailAPI)
}

func TestNobodyJoinsASectorThatIsNotTheirs(t *testing.T) { // OIDC Core §8.1, CIBA §4
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	ada := w.Person("ada@example.org")
	victim, _ := w.Registered(hubtest.Metadata{"subject_type": "pairwise"})
	theirs, _ := hubtest.ClaimsOf(t, w.SignedIn(victim, "scope", "openid").Str("id_token"))["sub"].(string)
	known := map[string]string{theirs: "the victim", ada.ID: "the public"}
	device := hubtest.Metadata{"subject_type": "pairwise", "grant_types": []string{clients.GrantDevice}, "token_endpoint_auth_method": "none", "application_type": "native"}
	for name, edit := range map[string]hubtest.Metadata{
		"an address that nobody has to have":  {"redirect_uris": []string{hubtest.Callback}},
		"no address":                          {"redirect_uris": nil},
		"an address of its own scheme":        {"redirect_uris": []string{"com.example.app:/callback"}},
		"an address on everybody's machine":   {"redirect_uris": []string{"http://127.0.0.1/callback"}},
		"another on everybody's machine":      {"redirect_uris": []string{"http://127.0.0.1/other"}},
		"one that wants to be two: a new one": {"redirect_uris": []string{"com.example.app:/callback"}},
	} {
		a, _ := w.Registered(device, edit)
		r := a.Begin("scope", "openid")
		w.Browser().AnswerDevice(r.Str("user_code"), "ada@example.org", "allow")
		sub, _ := hubtest.ClaimsOf(t, a.Poll(r.Str("device_code")).Str("id_token"))["sub"].(string)
		if other := known[sub]; other != "" {
			t.Errorf("%s: it knows Ada by the name that %s has for her", name, other)
		}
		known[sub] = name
	}
	sector := hubtest.NewServer(t, func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = rw.Write([]byte(hubtest.FmtJSON([]string{hubtest.Callback})))
	})
	for name, edit := range map[string]hubtest.Metadata{"no address": {"redirect_uris": nil}, "the victim's address": {"redirect_uris": []string{hubtest.Callback}}} {
		hubtest.Refused(t, "the victim's sector with "+name, w.Register(device, edit, hubtest.Metadata{"sector_identifier_uri": sector + "/sector.json"}), 400, "invalid_client_metadata")
	}
}

func TestNobodyLetsThemselvesAskPeopleByBackChannel(t *testing.T) { // CIBA §14
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	ciba := hubtest.Metadata{"grant_types": []string{"authorization_code", clients.GrantCIBA}, "backchannel_token_delivery_mode": "poll"}
	hubtest.Refused(t, "registering", w.Register(ciba), 400, "invalid_client_metadata")
	a, r := w.Registered()
	hubtest.Refused(t, "changing to it", w.SendJSON("PUT", r.Str("registration_client_uri"), r.Str("registration_access_token"), hubtest.Declared(ciba, hubtest.Metadata{"client_id": a.ID})), 400, "invalid_client_metadata")
	token, _, err := w.Hub.NewInitialToken(t.Context(), audit.Named("test"), 1, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	r = w.SendJSON("POST", "/oauth2/register", token, hubtest.Declared(ciba))
	hubtest.Want(t, "let in by an administrator", r.Status, 201)
	hubtest.Want(t, "and changing that", w.SendJSON("PUT", r.Str("registration_client_uri"), r.Str("registration_access_token"), hubtest.Declared(ciba, hubtest.Metadata{"client_id": r.Str("client_id"), "client_name": "Bank"})).Status, 200)
}

func TestAServiceHasNoPersonsScope(t *testing.T) { // RFC 6749 §4.4
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	a, _ := w.Registered(hubtest.Metadata{"grant_types": []string{"client_credentials"}, "redirect_uris": nil})
	r := a.Post("/oauth2/token", "grant_type", "client_credentials")
	hubtest.Want(t, "the scope it gets", r.Str("scope"), "")
	for _, scope := range []string{"openid", "email", "phone", "address"} {
		hubtest.Refused(t, scope, a.Post("/oauth2/token", "grant_type", "client_credentials", "scope", scope), 400, "invalid_scope")
	}
}

func TestPushingIsSlowedDownForWhoProvesNothing(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a, job := w.App(hubtest.Spa), w.App()
	kept := 0
	for ; kept < 4000 && a.Post("/oauth2/par", "scope", "admin").Status != 429; kept++ {
	}
	if kept < 2000 || kept == 4000 {
		t.Errorf("slowed down after %d", kept)
	}
	hubtest.Want(t, "one that proves itself", job.Push(job.Request()).Status, 201)
}

func TestADefaultMaxAgeBeyondAllTimeIsRefused(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	hubtest.Refused(t, "default_max_age", w.Register(hubtest.Metadata{"default_max_age": 10_000_000_000}), 400, "invalid_client_metadata")
}

func TestTextThatIsNoTextIsRefusedInARequestObject(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		a := w.App(func(c *clients.Client) { c.Algs.Request, c.DetailTypes = "none", []string{"payment"} })
		b := w.Browser()
		for _, member := range []string{"\"claims\":{\"userinfo\":{\"\xff\":null}}", "\"authorization_details\":[{\"type\":\"payment\",\"to\":\"\xff\"}]", "\"resource\":[\"\xff\"]", "\"scope\":\"\xff\""} {
			object := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "{%s}", member)) + "."
			hubtest.Want(t, fmt.Sprintf("%q", member), b.Answer(b.Authorize(a.Request("request", object))).Get("error"), "invalid_request_object")
		}
	})
}

// TestNobodyIsWornDownByQuestions: repeated requests make a user approve (prompt
// bombing), so they are limited.
func TestNobodyIsWornDownByQuestions(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	w.Person("bo@example.org")
	a, other := w.CallCentre(), w.CallCentre()
	for range 5 {
		hubtest.Want(t, "a question", a.Ask().Status, 200)
	}
	hubtest.Refused(t, "one more", a.Ask(), 403, "access_denied")
	hubtest.Want(t, "another person", a.Ask("login_hint", "bo@example.org").Status, 200)
	hubtest.Want(t, "another client", other.Ask().Status, 200)
	w.Clock.Skip(11 * time.Minute)
	hubtest.Want(t, "when the old ones expired", a.Ask().Status, 200)
}

// TestAnotherSiteDoesNotUseUpGuesses: five wrong codes block a user from
// connecting devices for 15 minutes, so cross-site requests must not count.
func TestAnotherSiteDoesNotUseUpGuesses(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	tv := w.Television()
	b := w.Browser()
	b.SignIn(b.Open("/signin"), "ada@example.org")
	for range 10 {
		req, err := http.NewRequest(http.MethodGet, w.URL+"/device/confirm?user_code=BBBB-BBBB", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		hubtest.Want(t, "where it leads", b.Read(b.Do(req)).Location, "/device?user_code=BBBB-BBBB")
	}
	hubtest.Want(t, "her own device", b.AnswerDevice(tv.Begin().Str("user_code"), "ada@example.org", "allow").Status, 200)
}

// TestNoFormIsPostedToAnAppsScheme: a form_post to a custom scheme does not work
// in browsers.
func TestNoFormIsPostedToAnAppsScheme(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	const scheme = "com.example.payroll:/callback"
	a := w.App(func(c *clients.Client) { c.Type, c.RedirectURIs = clients.Native, []string{scheme} })
	p := w.Browser().Authorize(a.Request("redirect_uri", scheme, "response_mode", "form_post"))
	if !strings.HasPrefix(p.Location, scheme+"?error=invalid_request&") {
		t.Errorf("got %d %s", p.Status, p.Location)
	}
}
