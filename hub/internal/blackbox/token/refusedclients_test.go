package token_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// proved calls a machine endpoint with a secret in the header, in the body, or in
// both.
func proved(a *hubtest.App, path, header, body string, pairs ...string) hubtest.Reply {
	a.W.Helper()
	v := hubtest.Edited(url.Values{}, pairs)
	if body != "" {
		v.Set("client_id", a.ID)
		v.Set("client_secret", body)
	}
	req, err := http.NewRequest(http.MethodPost, a.W.URL+path, strings.NewReader(v.Encode()))
	if err != nil {
		a.W.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if header != "" {
		req.SetBasicAuth(url.QueryEscape(a.ID), url.QueryEscape(header))
	}
	return a.W.Call(req)
}

// Libraries send the secret in the header or in the body without regard to the
// registered method. Both at once is an error (RFC 6749 §2.3).
func TestASecretComesInEitherPlaceAndNeverInBoth(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	operator := w.Operator()
	for _, method := range []string{clientauth.MethodBasic, clientauth.MethodPost} {
		a := w.App(func(c *clients.Client) {
			c.AuthMethod = method
			c.GrantTypes = []string{clients.GrantRefresh, clients.GrantDevice, clients.GrantClientCredentials, clients.GrantCIBA}
		})
		for path, pairs := range map[string][]string{
			"/oauth2/token":                {"grant_type", "client_credentials", "scope", "files"},
			"/oauth2/introspect":           {"token", "x"},
			"/oauth2/revoke":               {"token", "x"},
			"/oauth2/par":                  {"response_type", "code", "redirect_uri", hubtest.Callback, "scope", "openid", "code_challenge", hubtest.Challenge(a.Verifier), "code_challenge_method", "S256", "client_id", a.ID},
			"/oauth2/device_authorization": {"scope", "openid"},
			"/oauth2/bc-authorize":         {"scope", "openid", "login_hint", "nobody@example.org"},
		} {
			if r := proved(a, path, a.Secret, "", pairs...); r.Status == http.StatusUnauthorized {
				t.Errorf("%s, %s, in the header: %s", method, path, r.Body)
			}
			if r := proved(a, path, "", a.Secret, pairs...); r.Status == http.StatusUnauthorized {
				t.Errorf("%s, %s, in the body: %s", method, path, r.Body)
			}
			if r := proved(a, path, a.Secret, a.Secret, pairs...); r.Status != http.StatusBadRequest || r.Str("error") != "invalid_request" {
				t.Errorf("%s, %s, in both: got %d %s", method, path, r.Status, r.Body)
			}
		}
		if r := twice(a); r.Status == http.StatusOK {
			t.Errorf("%s, in two headers: got %d %s", method, r.Status, r.Body)
		}
		kept, err := w.Hub.Client(t.Context(), a.ID)
		if err != nil || kept.Habits.Header.IsZero() || kept.Habits.Body.IsZero() || kept.AuthMethod != method {
			t.Errorf("%s: got %+v, %s, %v", method, kept.Habits, kept.AuthMethod, err)
		}
		page := operator.Open("/admin/clients/" + a.ID).Body
		for _, text := range []string{"Sent its secret in the Authorization header", "Sent its secret in the request body"} {
			if !strings.Contains(page, text) {
				t.Errorf("the page does not say: %s", text)
			}
		}
	}
}

// twice sends two Authorization headers, the second with a wrong secret.
func twice(a *hubtest.App) hubtest.Reply {
	req, err := http.NewRequest(http.MethodPost, a.W.URL+"/oauth2/token", strings.NewReader("grant_type=client_credentials&scope=files"))
	if err != nil {
		a.W.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(a.ID, a.Secret)
	req.Header.Add("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(a.ID+":wrong")))
	return a.W.Call(req)
}

// The app gets the same error for every cause. With the reference of the
// response, the administrator finds the cause in the audit log and in the trace.
func TestWhyAClientWasRefusedStandsUnderTheReferenceOfTheAnswer(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	for why, change := range map[string]func(a *hubtest.App) (header, body string){
		"client.refused.secret":  func(*hubtest.App) (string, string) { return "wrong", "" },
		"oauth.client.ways":      func(a *hubtest.App) (string, string) { return a.Secret, a.Secret },
		"client.refused.unknown": func(a *hubtest.App) (string, string) { a.ID = "nobody"; return a.Secret, "" },
		"client.refused.expired": func(a *hubtest.App) (string, string) { w.Clock.Skip(30 * time.Second); return "", a.Secret },
	} {
		a := w.App()
		secret, err := w.Hub.AddSecret(t.Context(), audit.Named("test"), a.ID, 20*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		a.Secret = secret
		code := w.Browser().SignInTo(a, "ada@example.org").Get("code")
		header, body := change(a)
		l := w.Ledger()
		r := proved(a, "/oauth2/token", header, body, "grant_type", "authorization_code", "code", code, "redirect_uri", hubtest.Callback, "code_verifier", a.Verifier)
		ref := r.Header.Get("X-Request-Id")
		if r.Status == http.StatusOK || ref == "" {
			t.Fatalf("%s: got %d %s", why, r.Status, r.Body)
		}
		found, err := w.Hub.Traces(t.Context(), ref)
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: got %d traces of %s, %v", why, len(found), ref, err)
		}
		told := false
		for _, step := range found[0].Steps {
			told = told || step.What == audit.ClientRefused && step.Why.Args["@why"] == why
		}
		if !told {
			t.Errorf("%s: the trace does not say so: %+v", why, found[0].Steps)
		}
		if !slices.ContainsFunc(l.Heard(audit.ClientRefused), func(e audit.Event) bool { return e.Ref == ref && e.Why.Args["@why"] == why }) {
			t.Errorf("%s: the audit does not say so under %s", why, ref)
		}
	}
}
