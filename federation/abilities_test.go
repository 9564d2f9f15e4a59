package federation_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// Connectors with some of the optional interfaces. Each result names its method.
type (
	signsIn   struct{}
	refreshes struct{}
)

func (signsIn) Begin(context.Context, *federation.AuthState, federation.AuthRequestOptions) (string, error) {
	return "begun", nil
}

func (signsIn) Finish(context.Context, federation.AuthState, url.Values) (federation.Identity, error) {
	return federation.Identity{Subject: "finished"}, nil
}

func (refreshes) Refresh(context.Context, federation.Tokens) (federation.Identity, error) {
	return federation.Identity{Subject: "refreshed"}, nil
}

// A connector that loses this interface in a wrapper would still sign users in,
// but their sessions would outlive those at the provider.
func TestAnOpenedConnectorCanDoWhatItCould(t *testing.T) {
	for _, inner := range []federation.Connector{
		signsIn{},
		struct {
			signsIn
			refreshes
		}{},
	} {
		if got, want := said(t, opened(t, inner)), said(t, inner); got != want {
			t.Errorf("%T: got %s, want %s", inner, got, want)
		}
	}
}

func opened(t *testing.T, inner federation.Connector) federation.Connector {
	t.Helper()
	clock := federationtest.NewClock()
	r := federation.NewRegistry(federation.Options{
		Store:     federationtest.NewMemory(federation.LoginKey{ID: "up", Kind: "openid", Name: "Upstream", BaseURL: "https://up.example.org", Enabled: true}),
		Factories: map[string]federation.Factory{"openid": func(federation.LoginKey, federation.Dependencies) (federation.Connector, error) { return inner, nil }},
		Env:       federationtest.NewEnv(&http.Client{}, clock, federationtest.NewHubKey(), &bytes.Buffer{}),
		Seal:      federationtest.Seal,
	})
	connector, _, err := r.Open(t.Context(), "up")
	if err != nil {
		t.Fatal(err)
	}
	return connector
}

// said is what a connector answers, ability by ability.
func said(t *testing.T, c federation.Connector) string {
	t.Helper()
	begun, err1 := c.Begin(t.Context(), &federation.AuthState{}, federation.AuthRequestOptions{})
	finished, err2 := c.Finish(t.Context(), federation.AuthState{}, nil)
	text := fmt.Sprint(begun, " ", finished.Subject, err1, err2)
	if refresher, ok := c.(federation.Refresher); ok {
		id, err := refresher.Refresh(t.Context(), federation.Tokens{})
		text += fmt.Sprint(" ", id.Subject, err)
	}
	return text
}

// An OAuth 2.0 provider describes itself nowhere, so what can be looked at is
// whether its endpoints answer.
func TestAnUpstreamThatDoesNotDescribeItselfIsKnockedAt(t *testing.T) {
	status := map[string]int{"/authorize": 200, "/token": 200}
	asked := map[string]int{}
	u := federationtest.NewUpstream(t, time.Now)
	answer := func(w http.ResponseWriter, r *http.Request) {
		asked[r.URL.Path]++
		w.WriteHeader(status[r.URL.Path])
	}
	u.Set(func(s *federationtest.Script) {
		s.Replace = map[string]http.HandlerFunc{"/authorize": answer, "/token": answer}
	})
	key := federation.LoginKey{ID: "up", Kind: "oauth2", Name: "Upstream", BaseURL: u.URL, Enabled: true}
	examine := func() (federation.Sight, error) {
		t.Helper()
		env := federationtest.NewEnv(u.Server.Client(), federationtest.NewClock(), federationtest.NewHubKey(), &bytes.Buffer{})
		r := federation.NewRegistry(federation.Options{
			Store: federationtest.NewMemory(key),
			Factories: map[string]federation.Factory{"oauth2": func(federation.LoginKey, federation.Dependencies) (federation.Connector, error) {
				return signsIn{}, nil
			}},
			Env: env, Seal: federationtest.Seal,
		})
		return r.Examine(t.Context(), "up")
	}
	if _, err := examine(); err != nil || len(asked) > 0 {
		t.Errorf("without endpoints: got %v after %v", err, asked)
	}
	key.Endpoints = federation.Endpoints{Authorize: u.URL + "/authorize", Token: u.URL + "/token"}
	for _, row := range []struct {
		path   string
		status int
		want   federation.FaultKind
	}{
		{"/token", 200, ""},
		{"/token", 400, ""}, // an error for an empty request: the endpoint exists
		{"/authorize", 404, ""},
		{"/authorize", 500, federation.Unreachable},
		{"/token", 503, federation.Unreachable},
	} {
		status["/authorize"], status["/token"] = 200, 200
		status[row.path] = row.status
		clear(asked)
		sight, err := examine()
		if federationtest.Fault(err) != row.want || (err == nil) != (row.want == "") {
			t.Errorf("%s answers %d: got %v, want %q", row.path, row.status, err, row.want)
		}
		if asked[row.path] == 0 || sight.Certificates["127.0.0.1"].IsZero() {
			t.Errorf("%s answers %d: asked %v, saw %v", row.path, row.status, asked, sight)
		}
	}
	u.Server.Close()
	if _, err := examine(); federationtest.Fault(err) != federation.Unreachable {
		t.Errorf("nobody is there: got %v, want unreachable", err)
	}
}

func TestABaseURLIsAnAddressAndNothingMore(t *testing.T) {
	for address, good := range map[string]bool{
		"https://id.example.org": true, "https://id.example.org/realms/one": true,
		"https://id.example.org#":   true, // the fragment is empty, so it is dropped
		"https://id.example.org/#x": false, "https://id.example.org?": false, "https://id.example.org?x=1": false,
		"https://ada@id.example.org": false, "http://id.example.org": false, "ftp://id.example.org": false, "https:id.example.org": false,
		"https://id.exаmple.org": false, `https://id.example.org\x`: false, "": false,
	} {
		o := newOffice(t)
		k := goodKey()
		k.ID, k.BaseURL = "", address
		saved, err := o.Add(t.Context(), k, "secret")
		if good && (err != nil || strings.Contains(saved.BaseURL, "#")) {
			t.Errorf("%q: kept as %q, %v", address, saved.BaseURL, err)
		}
		if !good {
			wantProblem(t, fmt.Sprintf("%q", address), err, "base_url")
		}
	}
}
