package account

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
)

func TestABrowserIsNamedAsPeopleKnowIt(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0": "Edge on Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 OPR/112.0.0.0": "Opera on Windows",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36":                "Chrome on ChromeOS",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36":               "Chrome on Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/604.1":     "Safari on iPhone",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15":         "Safari on Mac",
		"Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0":                                                        "Firefox on Linux",
		"curl/8.5.0": "Browser",
		"":           "Browser",
	} {
		if got := web.Device(agent).English(); got != want {
			t.Errorf("%q: got %q, want %q", agent, got, want)
		}
	}
}

func TestWhatWasAgreedToBeyondScopesIsSaid(t *testing.T) {
	said := func(extras ...string) (out []string) {
		for _, s := range beyond(extras) {
			out = append(out, s.Text.English())
		}
		return out
	}
	for _, row := range []struct {
		extras, want []string
	}{
		{nil, nil},
		{[]string{"claim:updated_at"}, []string{"See when your profile was last changed"}},
		{[]string{"resource:https://api.example"}, nil},
		{[]string{"detail:1"}, []string{"Do 1 specific action that you allowed"}},
		{[]string{"detail:1", "claim:updated_at", "detail:2"}, []string{"See when your profile was last changed", "Do 2 specific actions that you allowed"}},
		{[]string{"something:else"}, nil},
	} {
		if got := said(row.extras...); !slices.Equal(got, row.want) {
			t.Errorf("%q: got %q, want %q", row.extras, got, row.want)
		}
	}
}

func TestAPIsAreReadFromWhatWasAgreedTo(t *testing.T) {
	got := resourcesOf([]string{"claim:name", "resource:https://old.example", "resource:https://new.example 2030-05-01T12:00:00Z"})
	if !slices.Equal(got, []string{"https://old.example", "https://new.example"}) {
		t.Errorf("got %q", got)
	}
}

// OIDC Core §4: iss tells the app at which hub to sign the user in.
func TestAnAppIsOpenedWhereItBeginsASignInHere(t *testing.T) {
	d := &Handler{Issuer: "https://hub.example"}
	for address, want := range map[string]string{
		"https://app.example/begin":             "https://app.example/begin?iss=https%3A%2F%2Fhub.example",
		"https://app.example/begin?a=1":         "https://app.example/begin?a=1&iss=https%3A%2F%2Fhub.example",
		"https://app.example/?iss=https://evil": "https://app.example/?iss=https%3A%2F%2Fhub.example",
		"":                                      "",
		"/begin":                                "",
		"javascript:alert(1)":                   "",
		"https://[":                             "",
	} {
		client := clients.Client{}
		client.Requests.InitiateLoginURI = address
		if got := d.start(client); got != want {
			t.Errorf("%q: got %q, want %q", address, got, want)
		}
	}
}

func TestAConnectionSaysHowFarItsUpstreamIsRelied(t *testing.T) {
	key := federation.LoginKey{ID: "company", Name: "Company", Kind: "openid", Enabled: true}
	identity := linking.Identity{ID: "1", LoginKey: "company", Email: "ada@example.org"}
	for _, row := range []struct {
		what   string
		change func(*federation.LoginKey)
		trust  string
		off    bool
	}{
		{"nothing said", func(*federation.LoginKey) {}, "Email not trusted", false},
		{"trusted", func(k *federation.LoginKey) { k.TrustEmail = true }, "Email trusted", false},
		{"it runs the mailbox", func(k *federation.LoginKey) { k.AuthoritativeDomains = []string{"example.org"} }, "Controls this email address", false},
		{"it runs others", func(k *federation.LoginKey) { k.AuthoritativeDomains = []string{"example.com"} }, "Email not trusted", false},
		{"it is off", func(k *federation.LoginKey) { k.Enabled = false }, "Email not trusted", true},
		{"a hub that has not let us in", func(k *federation.LoginKey) { k.Kind = federation.KindPeer }, "Email not trusted", true},
	} {
		k := key
		row.change(&k)
		got := connection([]federation.LoginKey{{ID: "other", Name: "Other", Enabled: true, TrustEmail: true}, k}, identity, true)
		if got.Provider != "Company" || got.Trust.English() != row.trust || got.Off != row.off || !got.Current {
			t.Errorf("%s: got %+v, want %q, off %v", row.what, got, row.trust, row.off)
		}
	}
	if got := connection(nil, identity, false); got.Provider != "company" || !got.Off || got.Trust.English() != "" {
		t.Errorf("its key was removed: got %+v", got)
	}
}

func TestAChangeSaysWhoMadeItAndWhoMayTakeItBack(t *testing.T) {
	for _, row := range []struct {
		event linking.LinkEvent
		want  string
	}{
		{linking.LinkEvent{UserID: "ada", By: "ada", Action: linking.Unlinked, KeyName: "Company"}, "Company by you, unlinked true, kept false"},
		{linking.LinkEvent{UserID: "ada", Action: linking.Linked, KeyName: "Company"}, "Company by signing in, unlinked false, kept false"},
		{linking.LinkEvent{UserID: "ada", By: "root", Action: linking.Unlinked, KeyName: "Company"}, "Company by an administrator, unlinked true, kept true"},
		{linking.LinkEvent{UserID: "ada", By: "root", Action: linking.Linked, LoginKey: "company"}, "company by an administrator, unlinked false, kept false"},
		{linking.LinkEvent{UserID: "ada", By: "ada", Action: linking.Linked, LoginKey: "renamed", KeyName: "Company"}, "Now called so by you, unlinked false, kept false"},
	} {
		row.event.Made = time.Now()
		c := change([]federation.LoginKey{{ID: "renamed", Name: "Now called so"}}, row.event, "ada")
		if got := fmt.Sprintf("%s %s, unlinked %v, kept %v", c.Provider, c.By.English(), c.Unlinked, c.Kept); got != row.want {
			t.Errorf("%+v: got %q, want %q", row.event, got, row.want)
		}
	}
}
