package oauth2_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/federation/oauth2"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

func TestOAuth2(t *testing.T) {
	federationtest.RunPlain(t, federation.KindOAuth2, oauth2.New, describe)
}

// describe is what the administrator typed about the provider of the tests.
func describe(w *federationtest.World) {
	w.Key.Endpoints = federation.Endpoints{
		Authorize: w.URL + federationtest.PathAuthorize,
		Token:     w.URL + federationtest.PathToken,
		Userinfo:  w.URL + federationtest.PathUserinfo,
	}
	w.Key.Claims.Subject = "sub"
}

func newWorld(t *testing.T, adapt func(*federationtest.World)) *federationtest.World {
	return federationtest.NewWorld(t, federation.KindOAuth2, oauth2.New, func(w *federationtest.World) {
		describe(w)
		if adapt != nil {
			adapt(w)
		}
	})
}

func answers(contentType, body string) func(*federationtest.Script) {
	return func(s *federationtest.Script) {
		s.Replace = map[string]http.HandlerFunc{federationtest.PathUserinfo: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			io.WriteString(w, body)
		}}
	}
}

func TestAnIdentityIsReadAtTheKeysPaths(t *testing.T) {
	w := newWorld(t, func(w *federationtest.World) {
		w.Key.Claims = federation.Claims{
			Subject: "data.user.id", Email: "data.emails.0.address", EmailVerified: "data.emails.0.verified",
			Name: "data.user.display", Username: "data.user.login", Picture: "data.user.avatar", Roles: "https://example.org/roles",
		}
	})
	w.Set(answers("application/vnd.api+json; charset=utf-8", `{"data":{
		"user":{"id":12345678901234567890,"display":"Ada\u202e L.","login":"ada","avatar":"https://example.org/a.png"},
		"emails":[{"address":"ada@EXAMPLE.org","verified":true}]},
		"https://example.org/roles":["staff","admin",7],"email":"eve@example.org"}`))
	got := w.MustSignIn(federation.AuthRequestOptions{})
	want := federation.Identity{
		Key: "up", Issuer: w.URL, Subject: "12345678901234567890",
		Email: "ada@example.org", EmailVerified: true,
		Name: "Ada L.", PreferredUsername: "ada", Picture: "https://example.org/a.png", Roles: []string{"member"},
	}
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestAListOfRolesIsAListAndATextIsOneNameUnlessTheKeySays(t *testing.T) {
	for _, row := range []struct{ claim, place, separator, want string }{
		{`["Support admin"]`, "", "", "[help desk]"},
		{`["Support admin"]`, "groups", mapping.Blanks, "[help desk]"},
		{`"Support admin"`, "", "", "[help desk]"},
		{`"Support admin"`, "groups", "", "[help desk]"},
		{`"Support admin staff"`, "groups", mapping.Blanks, "[member]"},
		{`"admin, Support admin"`, "groups", mapping.Commas, "[help desk]"},
		{`["admin"]`, "groups", mapping.Blanks, "[admin]"},
	} {
		w := newWorld(t, func(w *federationtest.World) {
			w.Key.Claims = federation.Claims{Subject: "id", Roles: row.place, RolesText: row.separator}
			w.Key.RoleMap = map[string]string{"admin": "admin", "Support admin": "help desk", "staff": "member"}
		})
		w.Set(answers("application/json", `{"id":7,"`+cmp.Or(row.place, "roles")+`":`+row.claim+`}`))
		if got := fmt.Sprint(w.MustSignIn(federation.AuthRequestOptions{}).Roles); got != row.want {
			t.Errorf("%s at %q, %q: got %s, want %s", row.claim, row.place, row.separator, got, row.want)
		}
	}
}

// FE-15, FE-16
func TestAnAddressIsProvenOnlyByTheWordThatBelongsToIt(t *testing.T) {
	for name, row := range map[string]struct {
		claims federation.Claims
		body   string
		want   bool
	}{
		"standard claims":            {federation.Claims{}, `{"id":7,"email":"ada@example.org","email_verified":true}`, true},
		"a text":                     {federation.Claims{}, `{"id":7,"email":"ada@example.org","email_verified":"true"}`, false},
		"a number":                   {federation.Claims{}, `{"id":7,"email":"ada@example.org","email_verified":1}`, false},
		"no word":                    {federation.Claims{}, `{"id":7,"email":"ada@example.org"}`, false},
		"a word about another":       {federation.Claims{Email: "mail"}, `{"id":7,"mail":"ada@example.org","email":"eve@example.org","email_verified":true}`, false},
		"a word at a path of theirs": {federation.Claims{Email: "mail", EmailVerified: "ok"}, `{"id":7,"mail":"ada@example.org","ok":true}`, true},
	} {
		w := newWorld(t, func(w *federationtest.World) {
			w.Key.Claims = row.claims
			w.Key.Claims.Subject = "id"
		})
		w.Set(answers("application/json", row.body))
		if id := w.MustSignIn(federation.AuthRequestOptions{}); id.Email != "ada@example.org" || id.EmailVerified != row.want {
			t.Errorf("%s: got %q verified %v", name, id.Email, id.EmailVerified)
		}
	}
}

func TestParametersOfTheKeyReplaceNoneOfTheProtocol(t *testing.T) {
	w := newWorld(t, func(w *federationtest.World) {
		w.Key.Params = map[string]string{
			"audience": "api", "state": "known", "redirect_uri": "https://evil.test", "Client_ID": "evil", "code_challenge": "known",
			"response_type": "token", "scope": "admin", "response_mode": "form_post",
		}
	})
	var leg federation.AuthState
	redirect, err := w.Connector.Begin(t.Context(), &leg, federation.AuthRequestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(redirect)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if q.Get("audience") != "api" || q.Get("state") != leg.State || q.Get("client_id") != "the hub" || q.Get("response_type") != "code" ||
		strings.Contains(redirect, "evil") || q.Has("response_mode") || q.Get("scope") != "openid profile email roles" {
		t.Errorf("got %v", q)
	}
}

func TestCredentialsGoInTheHeaderAndOnceMoreInTheForm(t *testing.T) {
	formOnly := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.PostForm.Get("client_secret") == "" {
			w.WriteHeader(http.StatusUnauthorized)
			io.WriteString(w, `{"error":"invalid_client"}`)
			return
		}
		io.WriteString(w, `{"error":"invalid_grant"}`)
	}
	w := newWorld(t, nil)
	w.MustSignIn(federation.AuthRequestOptions{})
	if form, header := w.Seen(federationtest.PathToken); header.Get("Authorization") == "" || form.Has("client_secret") || w.Calls(federationtest.PathToken) != 1 {
		t.Errorf("the form was %v after %d requests", form, w.Calls(federationtest.PathToken))
	}

	w = newWorld(t, nil)
	w.Set(func(s *federationtest.Script) {
		s.Replace = map[string]http.HandlerFunc{federationtest.PathToken: formOnly}
	})
	_, err := w.SignIn(federation.AuthRequestOptions{})
	if form, header := w.Seen(federationtest.PathToken); header.Get("Authorization") != "" || !form.Has("client_secret") {
		t.Errorf("the second form was %v", form)
	}
	// Only invalid_client causes a retry with the other method: any other error
	// is final.
	if got := w.Calls(federationtest.PathToken); got != 2 || federationtest.Refused(err) != "invalid_grant" {
		t.Errorf("the token endpoint was asked %d times and said %v", got, err)
	}
}

func TestAPresetSaysWhereCredentialsGo(t *testing.T) {
	for place, inHeader := range map[string]bool{"header": true, "form": false} {
		w := newWorld(t, func(w *federationtest.World) { w.Key.Options = map[string]string{"credentials": place} })
		w.MustSignIn(federation.AuthRequestOptions{})
		if form, header := w.Seen(federationtest.PathToken); (header.Get("Authorization") != "") != inHeader || form.Has("client_secret") == inHeader {
			t.Errorf("%s: the form was %v", place, form)
		}
	}
}

// An administrator may fix the method, because a try with the wrong one can do
// harm, such as a locked client.
func TestCredentialsThatHaveAPlaceAreTriedNowhereElse(t *testing.T) {
	for _, place := range []string{"header", "form"} {
		w := newWorld(t, func(w *federationtest.World) {
			w.Key.Preset, w.Key.Options = "asana", map[string]string{"credentials": place}
		})
		w.Set(func(s *federationtest.Script) {
			s.Replace = map[string]http.HandlerFunc{federationtest.PathToken: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusUnauthorized)
				io.WriteString(w, `{"error":"invalid_client"}`)
			}}
		})
		_, err := w.SignIn(federation.AuthRequestOptions{})
		form, header := w.Seen(federationtest.PathToken)
		if got := w.Calls(federationtest.PathToken); got != 1 || federationtest.Refused(err) != "invalid_client" {
			t.Errorf("%s: asked %d times, got %v", place, got, err)
		}
		if (header.Get("Authorization") != "") != (place == "header") || form.Has("client_secret") != (place == "form") {
			t.Errorf("%s: the form was %v", place, form)
		}
	}
}

func TestATokenMayComeAsAForm(t *testing.T) {
	w := newWorld(t, nil)
	w.Set(func(s *federationtest.Script) {
		answers("application/json", `{"sub":"ada"}`)(s)
		s.Replace[federationtest.PathToken] = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
			io.WriteString(w, "access_token=gho_x&scope=user&token_type=bearer")
		}
	})
	if id := w.MustSignIn(federation.AuthRequestOptions{}); id.Subject != "ada" {
		t.Errorf("got %+v", id)
	}
	if _, header := w.Seen(federationtest.PathUserinfo); header.Get("Authorization") != "Bearer gho_x" {
		t.Errorf("got %q", header.Get("Authorization"))
	}
}

func TestAKeyThatIsNotDescribedIsMisconfigured(t *testing.T) {
	for name, spoil := range map[string]func(*federation.LoginKey){
		"no client id":      func(k *federation.LoginKey) { k.ClientID = "" },
		"no authorize":      func(k *federation.LoginKey) { k.Endpoints.Authorize = "" },
		"no token":          func(k *federation.LoginKey) { k.Endpoints.Token = "" },
		"no userinfo":       func(k *federation.LoginKey) { k.Endpoints.Userinfo = "" },
		"no subject":        func(k *federation.LoginKey) { k.Claims.Subject = "" },
		"plain http":        func(k *federation.LoginKey) { k.Endpoints.Token = "http://example.org/token" },
		"another scheme":    func(k *federation.LoginKey) { k.Endpoints.Authorize = "javascript:alert(1)" },
		"a name and a word": func(k *federation.LoginKey) { k.Endpoints.Userinfo = "https://a:b@example.org/" },
	} {
		w := newWorld(t, func(w *federationtest.World) { spoil(&w.Key) })
		if _, err := w.SignIn(federation.AuthRequestOptions{}); federationtest.Fault(err) != federation.Misconfigured {
			t.Errorf("%s: got %v, want misconfigured", name, err)
		}
	}
}

func TestARefreshedIdentityIsThatOfTheSamePerson(t *testing.T) {
	w := newWorld(t, func(w *federationtest.World) { w.Key.KeepTokens = true })
	who := "ada"
	w.Set(func(s *federationtest.Script) {
		s.Replace = map[string]http.HandlerFunc{
			federationtest.PathToken: func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				next := map[string]string{"": "first", "first": "second"}[r.PostForm.Get("refresh_token")]
				if next == "" {
					w.WriteHeader(http.StatusBadRequest)
					io.WriteString(w, `{"error":"invalid_grant"}`)
					return
				}
				fmt.Fprintf(w, `{"access_token":"a","token_type":"bearer","refresh_token":%q}`, next)
			},
			federationtest.PathUserinfo: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprintf(w, `{"sub":%q}`, who)
			},
		}
	})
	id := w.MustSignIn(federation.AuthRequestOptions{})
	if want := (federation.Tokens{Refresh: "first", Subject: "ada"}); id.Tokens != want {
		t.Fatalf("got %+v, want %+v", id.Tokens, want)
	}
	refresher := w.Connector.(federation.Refresher)
	again, err := refresher.Refresh(t.Context(), id.Tokens)
	if err != nil || again.Subject != "ada" || again.Tokens.Refresh != "second" {
		t.Errorf("got %+v and %v", again, err)
	}
	who = "eve"
	if _, err := refresher.Refresh(t.Context(), id.Tokens); federationtest.Fault(err) != federation.Untrusted {
		t.Errorf("another person: got %v, want untrusted", err)
	}
	if _, err := refresher.Refresh(t.Context(), federation.Tokens{Refresh: "used", Subject: "ada"}); federationtest.Refused(err) != "invalid_grant" {
		t.Errorf("a used token: got %v, want invalid_grant", err)
	}
	if _, err := refresher.Refresh(t.Context(), federation.Tokens{}); federationtest.Refused(err) != "invalid_grant" {
		t.Errorf("no token: got %v, want invalid_grant", err)
	}
}

func TestStepsAreReported(t *testing.T) {
	w := newWorld(t, nil)
	leg, query := w.Begin(federation.AuthRequestOptions{})
	var steps []string
	ctx := federation.Observed(t.Context(), func(s federation.Step) { steps = append(steps, s.Name) })
	if _, err := w.Connector.Finish(ctx, leg, query); err != nil {
		t.Fatal(err)
	}
	if want := []string{"answer", "token", "userinfo", "claims"}; !slices.Equal(steps, want) {
		t.Errorf("got %v, want %v", steps, want)
	}
}

func TestADatabaseThatIsDownIsNotTheProvidersFault(t *testing.T) {
	down := errors.New("the database is down")
	w := newWorld(t, func(w *federationtest.World) {
		w.Env.Pin = func(context.Context, string, string) error { return down }
	})
	_, err := w.Connector.Begin(t.Context(), &federation.AuthState{}, federation.AuthRequestOptions{})
	if !errors.Is(err, down) || federationtest.Fault(err) != "" {
		t.Errorf("got %v, want the database's error and no fault", err)
	}
}

func TestASecretSealedElsewhereDoesNotOpen(t *testing.T) {
	w := newWorld(t, nil)
	key := w.Key
	key.ID = "other"
	if _, err := oauth2.New(key, w.Env); err == nil {
		t.Error("it opened")
	}
}
