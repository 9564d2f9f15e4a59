package frappe

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
)

func TestTheValuesAreThoseOfTheForm(t *testing.T) {
	const hub = "https://hub.example.com"
	for provider, want := range map[string]string{
		clients.FrappeProvider:   `Enable Social Login=ticked|Social Login Provider=Frappe|Client ID=c|Client Secret=s|Base URL=` + hub + `|Sign ups=Allow`,
		clients.KeycloakProvider: `Enable Social Login=ticked|Social Login Provider=Keycloak|Client ID=c|Client Secret=s|Base URL=` + hub + `|Sign ups=Allow`,
		"Head Office": `Enable Social Login=ticked|Social Login Provider=Custom|Client ID=c|Provider Name=Head Office|Client Secret=s|Base URL=` + hub +
			`|Authorize URL=/oauth2/authorize|Access Token URL=/oauth2/token|Redirect URL=/api/method/frappe.integrations.oauth2_logins.custom/head_office` +
			`|API Endpoint=` + hub + `/oauth2/userinfo|Auth URL Data={"response_type": "code", "scope": "openid profile email"}|User ID Property=sub|Sign ups=Allow`,
	} {
		var got []string
		for _, f := range (Key{Hub: hub, Provider: provider, ClientID: "c", Secret: "s", SignUps: Allow}).Typed() {
			got = append(got, f.Label+"="+f.Text())
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%s:\n got %s\nwant %s", provider, strings.Join(got, "|"), want)
		}
	}
}

func TestWhatASiteKeepsIsCompared(t *testing.T) {
	for _, tt := range []struct {
		sent, kept any
		same       bool
	}{
		{1, 1.0, true}, {1, 0.0, false}, {1, true, true}, {1, nil, false}, {1, "1", false},
		{"a", "a", true}, {"a", " a ", true}, {"", nil, true}, {"a", nil, false}, {"a", 1.0, false},
		{`{"a": "b", "c": 1}`, "{\n \"c\":1, \"a\":\"b\"}", true}, {`{"a":"b"}`, `{"a":"c"}`, false}, {`{"a"`, `{`, false},
	} {
		if got := same(tt.sent, tt.kept); got != tt.same {
			t.Errorf("%v and %v: got %v", tt.sent, tt.kept, got)
		}
	}
}
