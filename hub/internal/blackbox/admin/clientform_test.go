package admin_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestTheFormChangesNothingByItself(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	hour := int64(3600)
	for name, edit := range map[string]func(*clients.Client){
		"a plain web app": func(*clients.Client) {},
		"a service": func(c *clients.Client) {
			c.Type, c.RedirectURIs, c.Scopes = clients.Service, nil, []string{"files"}
		},
		"a single-page app": func(c *clients.Client) {
			c.Type, c.Origins = clients.SPA, []string{"https://app.example.org", "https://two.example.org"}
		},
		"one with everything": func(c *clients.Client) {
			c.ResponseTypes = []string{"code", "code id_token"}
			c.SetGrant(clients.GrantExchange, true)
			c.PairGrants()
			c.PKCEOptional = true
			c.SetGrant(clients.GrantClientCredentials, true)
			c.Exchange = clients.Exchange{From: []string{"one", "two"}, Delegate: true}
			c.IDTokenAlg, c.Algs.Userinfo = "ES256", "RS256"
			c.SubjectType = "pairwise"
			c.Requests = clients.Requests{Pushed: true, URIs: []string{"https://app.example.org/r"}, DefaultMaxAge: &hour,
				RequireAuthTime: true, DefaultACRValues: []string{"urn:example:silver"}, InitiateLoginURI: "https://app.example.org/start"}
			c.DPoPBound, c.OpaqueTokens, c.IDTokenClaims, c.OpenIDMeansProfile = true, true, true, true
			c.Resources, c.Serves, c.DetailTypes = []string{"https://api.example.org/"}, []string{"https://own.example.org/"}, []string{"payment"}
			c.FrontchannelLogoutURI, c.FrontchannelLogoutSession = "https://app.example.org/out", true
			c.BackchannelLogoutURI, c.BackchannelLogoutSession = "https://app.example.org/back", true
			c.PostLogoutRedirectURIs = []string{"https://app.example.org/", "https://app.example.org/bye"}
			c.ClientURI, c.LogoURI = "https://app.example.org/", "https://app.example.org/logo.png"
			c.PolicyURI, c.TosURI = "https://app.example.org/policy", "https://app.example.org/terms"
			c.AllowedRoles = []string{"admin", "staff"}
		},
	} {
		a := w.App(edit)
		before, err := w.Hub.Client(t.Context(), a.ID)
		if err != nil {
			t.Fatal(err)
		}
		after := b.Saved(a)
		after.Updated, before.Updated = before.Created, before.Created
		if !reflect.DeepEqual(emptied(before), emptied(after)) {
			t.Errorf("%s: got\n%+v, want\n%+v", name, after, before)
		}
	}
}

// emptied makes nil and empty lists equal.
func emptied(c clients.Client) clients.Client {
	v := reflect.ValueOf(&c).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Slice && f.Len() == 0 {
			f.SetZero()
		}
	}
	return c
}

func TestTheFormReachesEveryOption(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	c := b.Saved(w.App(), "response-code", "1", "response-code-id_token", "1", "grant-exchange", "1", "exchange_from", "one\r\ntwo", "exchange_impersonate", "1",
		"id_token_alg", "ES256", "subject_type", "pairwise", "require_pushed", "1", "default_max_age", "60",
		"origins", "https://app.example.org\r\n", "dpop_bound", "1", "detail_types", "payment account", "frontchannel_logout_session", "1")
	hubtest.Want(t, "code id_token", c.AllowsResponse("code id_token"), true)
	hubtest.Want(t, "implicit, which it needs", c.AllowsGrant("implicit"), true)
	hubtest.Want(t, "token exchange", c.AllowsGrant(clients.GrantExchange), true)
	hubtest.Want(t, "whose tokens", strings.Join(c.Exchange.From, " "), "one two")
	hubtest.Want(t, "algorithm", c.IDTokenAlg, "ES256")
	hubtest.Want(t, "subject", c.SubjectType, "pairwise")
	hubtest.Want(t, "only pushed", c.Requests.Pushed, true)
	hubtest.Want(t, "max age", *c.Requests.DefaultMaxAge, 60)
	hubtest.Want(t, "origins", strings.Join(c.Origins, " "), "https://app.example.org")
	hubtest.Want(t, "bound", c.DPoPBound, true)
	hubtest.Want(t, "detail types", strings.Join(c.DetailTypes, " "), "payment account")
	hubtest.Want(t, "session", c.FrontchannelLogoutSession, true)

	c = b.Saved(w.App(func(c *clients.Client) {
		c.ResponseTypes = []string{"code", "id_token"}
		c.PairGrants()
	}), "response-id_token", "")
	hubtest.Want(t, "implicit, which it no longer needs", c.AllowsGrant("implicit"), false)
}

func TestAMistakeOpensItsSectionAndKeepsWhatWasTyped(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	a := w.App()
	path := "/admin/clients/" + a.ID
	calm := b.Open(path)
	if strings.Contains(calm.Body, "<details id=\"its-requests\" open") {
		t.Error("a section stands open although nothing is in it")
	}
	for field, value := range map[string]string{"default_max_age": "an hour", "origins": "app.example.org", "high_security": "fapi2", "id_token_enc": "RSA-OAEP"} {
		p := b.Submit(calm, path, field, value)
		hubtest.Want(t, field, p.Status, 422)
		if !strings.Contains(p.Body, `aria-invalid="true"`) {
			t.Errorf("%s: no field is marked:\n%s", field, p.Body)
		}
		if !strings.Contains(p.Body, " open><summary>") {
			t.Errorf("%s: no section stands open", field)
		}
	}
	p := b.Submit(calm, path, "default_max_age", "an hour")
	if !strings.Contains(p.Body, `value="an hour"`) || !strings.Contains(p.Body, `<details id="its-requests" open`) {
		t.Error("what was typed is gone, or hidden")
	}
}
