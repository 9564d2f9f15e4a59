package signin_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// The page of every catalogue provider shows all values for its settings and no
// others, and the hub serves each address.
func TestEveryAddressThatAProviderMustBeToldIsShownAndAnswered(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	const callback, back, told, keys = "Callback URL", "Return after sign-out", "Back-channel logout URL", "Keys (JWKS)"
	want := map[string][]string{
		"openid": {callback, back, told}, "keycloak": {callback, back, told}, "auth0": {callback, back, told},
		"microsoft": {callback, back}, "okta": {callback, back},
		"google": {callback}, "github": {callback}, "oauth2": {callback}, "frappe": {callback}, "dex": {callback},
		"peer": {callback, back, told, keys},
	}
	for preset, labels := range want {
		entry, _ := catalog.Get(preset)
		answers := map[string]string{}
		for _, f := range entry.Fields {
			if answers[f.Name] = "x"; f.Name == "server" {
				answers[f.Name] = "https://up.example.org"
			} else if f.Name == "domain" {
				answers[f.Name] = "up.example.org"
			} else if len(f.Choices) > 0 {
				answers[f.Name] = f.Choices[0].Value
			} else if f.Optional || f.Default != "" {
				delete(answers, f.Name)
			}
		}
		k := entry.Start(answers)
		k.ID, k.Name, k.ClientID = preset, preset, "us"
		if k.BaseURL == "" {
			k.BaseURL = "https://" + preset + ".example.org"
		}
		if preset == "oauth2" {
			k.Endpoints.Authorize, k.Endpoints.Token, k.Endpoints.Userinfo = k.BaseURL+"/a", k.BaseURL+"/t", k.BaseURL+"/u"
		}
		if preset == "peer" {
			k.ClientID = ""
		}
		if _, err := w.Hub.KeepLoginKey(t.Context(), audit.Named("test"), k, ""); err != nil {
			t.Errorf("%s: %v", preset, err)
			continue
		}
		page := b.Open("/admin/providers/" + preset)
		shown := page.Copied(t)
		if got := slices.Sorted(maps.Keys(shown)); !slices.Equal(got, slices.Sorted(slices.Values(labels))) {
			t.Errorf("%s: the page shows %q, want %q", preset, got, labels)
		}
		for label, address := range shown {
			answered(t, w, preset+", "+label, address)
		}
		if preset == "peer" {
			continue
		}
		before := b.Open("/admin/providers/new?preset=" + preset).Copied(t)
		for label, address := range before {
			if strings.TrimSuffix(address, "-2") != shown[label] || len(before) != len(shown) {
				t.Errorf("%s: before it is saved %s is %s, then %s", preset, label, address, shown[label])
			}
		}
	}
}

// answered checks that a route of the hub is at an address: any status except 404
// and 405 will do.
func answered(t *testing.T, w *hubtest.World, what, address string) {
	t.Helper()
	if !strings.HasPrefix(address, w.URL+"/") {
		t.Errorf("%s: %s is not ours", what, address)
		return
	}
	resp, err := http.Get(address)
	if strings.HasPrefix(what[strings.Index(what, ", ")+2:], "Back-channel") {
		resp, err = http.PostForm(address, url.Values{"logout_token": {"x.y.z"}})
	}
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusMethodNotAllowed {
		t.Errorf("%s: %s is answered with %d", what, address, resp.StatusCode)
	}
}
