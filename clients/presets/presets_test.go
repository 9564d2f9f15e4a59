package presets_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/presets"
)

// answered are valid answers to a preset's questions.
func answered(t *testing.T, p presets.Preset) presets.Answers {
	t.Helper()
	path := ""
	if p.Within != "" {
		path = p.Within + "acme"
	}
	a, err := p.Ask("https://app.example.org"+path+"/", "")
	if err != nil {
		t.Fatalf("%s: %v", p.Key, err)
	}
	return a
}

func TestEveryPresetMakesAnApplicationThatIsAllowedAndAsksPeople(t *testing.T) {
	for _, p := range presets.All() {
		a := answered(t, p)
		c := p.NewClient(a)
		c.ID = "0123456789"
		c.Tidy()
		if problems := c.Validate(false); len(problems) > 0 {
			t.Errorf("%s: %v", p.Key, problems)
		}
		if c.SkipAuthorization || c.Type != clients.Web || !c.UsesSecret() || len(c.RedirectURIs) == 0 || !c.HasGrant(clients.GrantCode) {
			t.Errorf("%s is %+v", p.Key, c)
		}
		for _, address := range append(append([]string{c.BackchannelLogoutURI}, c.RedirectURIs...), c.PostLogoutRedirectURIs...) {
			if strings.ContainsAny(address, "{}") {
				t.Errorf("%s: %s is not filled in", p.Key, address)
			}
		}
		if p.Name == "" {
			t.Errorf("%s has no name", p.Key)
		}
	}
}

// The values to enter are complete, and the preset is recognized from the stored
// client.
func TestEveryPresetSaysWhatToEnterThere(t *testing.T) {
	hub := presets.At("https://id.example.org")
	for _, p := range presets.All() {
		if p.Site {
			continue // clients/frappe says it
		}
		a := answered(t, p)
		c := p.NewClient(a)
		c.ID = "0123456789"
		text := fmt.Sprint(p.Values(hub, c, a, "the-secret"))
		for _, part := range []string{"https://id.example.org", c.ID, "the-secret"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s says nothing of %s: %s", p.Key, part, text)
			}
		}
		for _, v := range p.Values(hub, c, a, "the-secret") {
			// Argo CD has placeholders of its own.
			if left := strings.NewReplacer("{{token}}", "", "{{logoutRedirectURL}}", "").Replace(v.Text); strings.ContainsAny(left, "{}") {
				t.Errorf("%s: %s is not filled in: %s", p.Key, v.Field, v.Text)
			}
		}
		if found, answers, ok := presets.Of(c); !ok || found.Key != p.Key || answers.URL != a.URL || answers.Name != a.Name {
			t.Errorf("%s is taken for %q with %+v, want %+v", p.Key, found.Key, answers, a)
		}
		c.Name = "Wiki"
		if found, _, ok := presets.Of(c); p.Common && ok && found.Key == p.Key {
			t.Errorf("an application that is called Wiki is taken for %s by a path that many have", p.Key)
		}
	}
	if p, _, ok := presets.Of(clients.Client{Name: "Wiki", RedirectURIs: []string{"https://wiki.example.org/callback"}}); ok {
		t.Errorf("any application is taken for %s", p.Key)
	}
}

// Many versions of Argo CD send no client secret once PKCE is switched on there.
func TestArgoCDKeepsItsSecretAndMayLeaveOutPKCE(t *testing.T) {
	argo, _ := presets.Get("argocd")
	a := answered(t, argo)
	c := argo.NewClient(a)
	if !c.UsesSecret() || !c.PKCEOptional {
		t.Errorf("the client is %+v", c)
	}
	for _, v := range argo.Values(presets.At("https://id.example.org"), c, a, "the-secret") {
		if v.Field == "enablePKCEAuthentication" {
			t.Errorf("people are told to enter %s: %s", v.Field, v.Text)
		}
	}
}

func TestWhatIsTypedForAPresetIsTidiedOrRefusedAtItsField(t *testing.T) {
	keycloak, _ := presets.Get("KeyCloak")
	a, err := keycloak.Ask(" id.example.org/realms/acme/ ", " company ")
	if err != nil || a.URL != "https://id.example.org/realms/acme" || a.Name != "company" {
		t.Errorf("got %+v, %v", a, err)
	}
	for _, wrong := range []struct{ url, name, says string }{
		{"", "", "preset.url.missing"}, {"https://id.example.org", "", "preset.url.within"}, {"https://id.example.org/realms/acme?x=1", "", "preset.url.web"},
		{"https://id.example.org/realms/a b", "", "preset.url.bad"}, {"https://u@id.example.org/realms/acme", "", "preset.url.bad"},
		{"com.example.app://id/realms/acme", "", "preset.url.web"}, {"https://id.example.org/realms/acme", "a/b", "preset.called"},
	} {
		if _, err := keycloak.Ask(wrong.url, wrong.name); err == nil || !strings.Contains(fmt.Sprintf("%+v", err), wrong.says) {
			t.Errorf("%q, %q: got %+v, want %s", wrong.url, wrong.name, err, wrong.says)
		}
	}
	if p, found := presets.Get("nonsense"); found {
		t.Errorf("found %s", p.Key)
	}
}

// The table in docs/provider.md lists the settings of each preset.
func TestTheGuideNamesEveryPreset(t *testing.T) {
	guide, err := os.ReadFile("../../docs/provider.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range presets.All() {
		if p.Site {
			continue
		}
		row := row(p)
		if !strings.Contains(string(guide), row) {
			t.Errorf("docs/provider.md lacks the row\n%s", row)
		}
	}
}

func row(p presets.Preset) string {
	paths := func(all ...string) string {
		for i, address := range all {
			all[i] = "`" + strings.NewReplacer("{url}", "", "{name}", "NAME").Replace(address) + "`"
			if address == "{url}" {
				all[i] = "its address"
			}
		}
		return strings.ReplaceAll(strings.Join(all, ", "), "``", "")
	}
	c := p.Client.Clone()
	place := map[string]string{clientauth.MethodBasic: "header", clientauth.MethodPost: "body"}[c.AuthMethod]
	claims := ""
	if c.IDTokenClaims {
		claims = "yes"
	}
	return fmt.Sprintf("| %s | `%s` | %s | %s | %s | %s | %s |", p.Name, p.Key, paths(c.RedirectURIs...), paths(c.PostLogoutRedirectURIs...), paths(c.BackchannelLogoutURI), place, claims)
}
