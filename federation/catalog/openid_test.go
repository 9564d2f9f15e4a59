package catalog

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
)

// answers are what an administrator could enter for the fields of an entry.
var answers = map[string]map[string]string{
	"microsoft": {"tenant": "aaaaaaaa-0000-4000-8000-000000000001"},
	"apple":     {"team_id": "TEAM567890", "key_id": "KEY4567890"},
	"okta":      {"domain": "acme.okta.com"},
	"auth0":     {"domain": "acme.eu.auth0.com"},
	"onelogin":  {"domain": "acme.onelogin.com"},
	"pingone":   {"region": "eu", "environment": "aaaaaaaa-0000-4000-8000-000000000001"},
	"cognito":   {"region": "eu-central-1", "pool": "eu-central-1_AbCdEfGhI", "domain": "acme.auth.eu-central-1.amazoncognito.com"},
	"keycloak":  {"server": "https://id.example.org", "realm": "Acme"},
	"authentik": {"server": "https://id.example.org", "application": "hub"},
}

func TestEveryOpenIDEntryIsCompleteAndItsKeyCanBeSaved(t *testing.T) {
	for _, e := range openidEntries() {
		typed := answers[e.Preset]
		if typed == nil {
			typed = map[string]string{"server": "https://id.example.org"}
		}
		k := e.Start(typed)
		k.ID, k.Name, k.ClientID, k.Enabled = "key", e.Name, "client", true
		k.Tidy()
		if problems := k.Validate(federation.Dependencies{Hub: "https://hub.example.org"}); len(problems) > 0 {
			t.Errorf("%s: %v", e.Preset, problems)
		}
		if e.Kind != federation.KindOpenID || !strings.HasPrefix(e.Console, "https://") || len(e.Notes) == 0 || k.TrustEmail || k.Enabled != true {
			t.Errorf("%s lacks something: %+v", e.Preset, e)
		}
	}
}
