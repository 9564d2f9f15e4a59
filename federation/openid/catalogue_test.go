package openid_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/federation/openid"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// entered are the answers that go with the documents in testdata.
var entered = map[string]map[string]string{
	"okta":  {"domain": "acme.okta.com"},
	"auth0": {"domain": "acme.eu.auth0.com"},
	"cognito": {"region": "eu-central-1", "pool": "eu-central-1_AbCdEfGhI",
		"domain": "acme.auth.eu-central-1.amazoncognito.com"},
	"keycloak":  {"server": "https://id.example.org", "realm": "Acme"},
	"zitadel":   {"server": "https://id.example.org"},
	"authentik": {"server": "https://id.example.org", "application": "hub"},
	"apple":     {"team_id": "TEAM567890", "key_id": "KEY4567890"},
}

// only answers for one address.
type only struct {
	address string
	body    []byte
}

func (o only) RoundTrip(r *http.Request) (*http.Response, error) {
	status := http.StatusOK
	if r.URL.String() != o.address {
		status = http.StatusNotFound
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(o.body)), Request: r}, nil
}

// TestEveryProviderOfTheCatalogueIsUnderstood checks each entry against its
// provider's discovery document.
func TestEveryProviderOfTheCatalogueIsUnderstood(t *testing.T) {
	text, err := os.ReadFile("testdata/discovery.json")
	if err != nil {
		t.Fatal(err)
	}
	var documents map[string]json.RawMessage
	if err := json.Unmarshal(text, &documents); err != nil {
		t.Fatal(err)
	}
	for preset, document := range documents {
		t.Run(preset, func(t *testing.T) {
			entry, found := catalog.Get(preset)
			if !found {
				t.Fatal("it is not in the catalogue")
			}
			key := entry.Start(entered[preset])
			key.ID, key.Name, key.ClientID = "up", entry.Name, "us"
			key.Tidy()
			client := &http.Client{Transport: only{key.BaseURL + "/.well-known/openid-configuration", document}}
			connector, err := openid.New(key, federationtest.NewEnv(client, federationtest.NewClock(), federationtest.NewHubKey(), &bytes.Buffer{}))
			if err != nil {
				t.Fatal(err)
			}
			understood(t, preset, document, connector)
		})
	}
}

func understood(t *testing.T, preset string, document []byte, connector federation.Connector) {
	t.Helper()
	var leg federation.AuthState
	redirect, err := connector.Begin(t.Context(), &leg, federation.AuthRequestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		Authorize string `json:"authorization_endpoint"`
		End       string `json:"end_session_endpoint"`
	}
	if err := json.Unmarshal(document, &said); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(redirect, said.Authorize+"?") {
		t.Errorf("the browser is sent to %s", redirect)
	}
	u, err := url.Parse(redirect)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if got := q.Get("response_mode") == "form_post"; got != (preset == "apple") {
		t.Errorf("response_mode is %q", q.Get("response_mode"))
	}
	if got := q.Get("code_challenge") == ""; got != (preset == "linkedin") {
		t.Errorf("code_challenge is %q", q.Get("code_challenge"))
	}
	to, err := connector.(federation.SignOuter).SignOut(t.Context(), federation.Tokens{ID: "hint"}, "https://hub.example.org/signed-out", "s")
	if err != nil || (to == "") != (said.End == "") {
		t.Errorf("signing out leads to %q, %v", to, err)
	}
}
