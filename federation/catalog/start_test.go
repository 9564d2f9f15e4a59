package catalog

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
)

func TestAKeyStartsWithTheAnswersInItsTexts(t *testing.T) {
	e := Entry{Preset: "example", Name: "Example", Kind: federation.KindOpenID,
		Fields: []Field{{Name: "tenant", Default: "common"}, {Name: "region", Optional: true}},
		Key: federation.LoginKey{BaseURL: "https://login.example.org/{tenant}/v2", Hosts: []string{"{tenant}.example.org"},
			Params: map[string]string{"domain": "{tenant}"}}}
	got := e.Start(map[string]string{"tenant": " acme ", "other": "x"})
	if want := "https://login.example.org/acme/v2"; got.BaseURL != want {
		t.Errorf("got Base URL %q, want %q", got.BaseURL, want)
	}
	if want := map[string]string{"tenant": "acme"}; !reflect.DeepEqual(got.Options, want) {
		t.Errorf("got options %v, want %v", got.Options, want)
	}
	if got.Hosts[0] != "acme.example.org" || got.Params["domain"] != "acme" || got.Preset != "example" || got.Kind != federation.KindOpenID {
		t.Errorf("got %+v", got)
	}
	if e.Start(nil).BaseURL != "https://login.example.org/common/v2" || e.Key.Hosts[0] != "{tenant}.example.org" {
		t.Error("the default is not used, or the entry itself was changed")
	}
}

func TestTheCatalogueIsSearchedByEveryWord(t *testing.T) {
	words := func(code string, _ map[string]string) string {
		return map[string]string{"guide.peer.name": "Another hub", "guide.openid.name": "Any OpenID provider", "guide.group.regional": "By region"}[code]
	}
	for query, want := range map[string]string{"GOOG": "google", " another  hub ": "peer", "any openid": "openid", "line region": "line"} {
		if found := Find(query, words); len(found) == 0 || found[0].Preset != want {
			t.Errorf("%q: got %v, want %s first", query, found, want)
		}
	}
	if found := Find("google nowhere", words); len(found) != 0 {
		t.Errorf("got %v, want nothing", found)
	}
	if len(Find("", words)) != len(All()) {
		t.Error("without a query something is missing")
	}
}

// TestEveryEntryCanBeChosen checks each entry for what the pages rely on.
func TestEveryEntryCanBeChosen(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range All() {
		if seen[e.Preset] || e.Preset == "" || e.Name == "" == e.Title().IsZero() || e.Kind == "" || e.Group == "" {
			t.Errorf("%q is there twice or lacks something: %+v", e.Preset, e)
		}
		seen[e.Preset] = true
		start := e.Start(nil)
		for _, text := range append([]string{start.BaseURL, start.Endpoints.Authorize}, start.Hosts...) {
			for _, field := range e.Fields {
				if strings.Contains(text, "{"+field.Name+"}") {
					t.Errorf("%s: %q is not filled in", e.Preset, text)
				}
			}
		}
	}
}

func TestHostsOfATenantGoWithItsAnswer(t *testing.T) {
	e := Entry{Preset: "shop", Fields: []Field{{Name: "tenant"}}, Key: federation.LoginKey{BaseURL: "https://{tenant}.example", Hosts: []string{"{tenant}.cdn.example"}}}
	k := e.Start(map[string]string{"tenant": "one"})
	k.Hosts = append(k.Hosts, "static.example")
	e.Answer(&k, map[string]string{"tenant": "two"})
	if want := []string{"static.example", "two.cdn.example"}; !slices.Equal(k.Hosts, want) || k.BaseURL != "https://two.example" || k.Options["tenant"] != "two" {
		t.Errorf("got %+v, want the hosts %q", k, want)
	}
}
